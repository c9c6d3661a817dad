using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using MlOps.Testing;
using MlOps.Web.Access;

namespace MlOps.Web.Tests.Api;

public sealed class AccessTests(AzuriteFixture azurite)
{
    private const string Definition = "label: y\n";

    // What each role may ask for. The answer to a caller who may is anything but 401 and 403.
    public static TheoryData<string, string, string> Calls => new()
    {
        { "GET", "/api/pipelines", "reader operator releaser" },
        { "GET", "/api/runs", "reader operator releaser" },
        { "GET", "/api/pipelines/p/predictions", "reader operator releaser" },
        { "GET", "/api/pipelines/p/definition", "reader operator releaser" },
        { "GET", "/api/pipelines/p/models", "reader operator releaser" },
        { "GET", "/api/pipelines/p/features", "reader operator releaser" },
        { "GET", "/api/pipelines/p/features/1", "reader operator releaser" },
        { "GET", "/api/pipelines/p/periods/20201001/features.parquet", "reader operator releaser" },
        { "GET", "/api/pipelines/p/periods/20201001/predictions.parquet", "reader operator releaser" },
        { "POST", "/api/pipelines/p/score", "reader operator releaser" },
        { "POST", "/api/pipelines/p/definition/validate", "reader operator releaser" },
        { "GET", "/api/pipelines/p/audit", "operator" },
        { "PUT", "/api/pipelines/p/drops/20201001.csv", "operator" },
        { "POST", "/api/pipelines/p/replay", "operator" },
        { "POST", "/api/runs/none/rerun", "operator" },
        { "POST", "/api/runs/none/cancel", "operator" },
        { "GET", "/api/runs/none/approval", "reader operator releaser" },
        { "POST", "/api/runs/none/approve", "releaser" },
        { "POST", "/api/runs/none/reject", "releaser" },
        { "PUT", "/api/pipelines/p/definition", "releaser" },
        { "POST", "/api/pipelines/p/models/v/promote", "releaser" },
        { "POST", "/api/pipelines/p/rollback", "releaser" },
        { "GET", "/api/pipelines/p/traffic", "reader operator releaser" },
        { "PUT", "/api/pipelines/p/traffic", "releaser" },
        { "GET", "/api/pipelines/p/shadow", "reader operator releaser" },
    };

    [Fact]
    public async Task Role_by_role_what_is_refused()
    {
        await using var system = await ApiSystem.StartAsync(azurite, AccessMode.PlatformSignIn);
        foreach (var (method, path, allowed) in Calls.Select(call => call.Data))
        {
            Assert.Equal(401, await StatusAsync(system, method, path, null));
            Assert.Equal(401, await StatusAsync(system, method, path, "not base64"));
            Assert.Equal(403, await StatusAsync(system, method, path, Principal("owner")));
            foreach (var role in (string[])["reader", "operator", "releaser"])
            {
                var status = await StatusAsync(system, method, path, Principal(role));
                Assert.True((status is 401 or 403) != allowed.Split(' ').Contains(role), $"{role}: {method} {path} gave {status}");
            }
        }

        Assert.Equal(200, await StatusAsync(system, "GET", "/health/ready", null));
    }

    [Fact]
    public async Task Without_a_platform_its_header_gives_and_takes_nothing()
    {
        await using var system = await ApiSystem.StartAsync(azurite);
        Assert.Equal(200, await StatusAsync(system, "GET", "/api/pipelines", Principal("nobody")));
    }

    [Fact]
    public async Task The_audit_names_who_asked_for_a_change_also_where_it_was_refused()
    {
        await using var system = await ApiSystem.StartAsync(azurite, AccessMode.PlatformSignIn);
        await system.DefineAsync("p", Definition);
        Assert.Equal(409, await StatusAsync(system, "POST", "/api/pipelines/p/rollback", Principal("releaser")));
        Assert.Equal(202, await StatusAsync(system, "PUT", "/api/pipelines/p/drops/20201001.csv", Principal("operator"), "x,y\n1,0\n"));
        var items = (await system.SendAsync(HttpMethod.Get, "/api/pipelines/p/audit", headers: (Caller.PrincipalHeader, Principal("operator")))).GetProperty("items");
        Assert.Equal(["drop", "rollback"], items.EnumerateArray().Select(i => i.GetProperty("action").GetString()));
        Assert.Equal("operator@example.org", items[0].GetProperty("who").GetString());
        Assert.Equal("done", items[0].GetProperty("outcome").GetString());
        Assert.Contains("no earlier champion", items[1].GetProperty("outcome").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Origin", "http://evil.example", 403)]
    [InlineData("Origin", "null", 403)]
    [InlineData("Sec-Fetch-Site", "cross-site", 403)]
    [InlineData("Sec-Fetch-Site", "same-site", 403)]
    [InlineData("Content-Type", "application/x-www-form-urlencoded", 415)]
    [InlineData("Content-Type", "multipart/form-data; boundary=x", 415)]
    [InlineData("Content-Type", "text/plain", 415)]
    [InlineData("Host", "evil.example", 400)]
    [InlineData("Host", "127.0.0.1.evil.example", 400)]
    public async Task A_post_that_a_foreign_page_can_send_changes_nothing(string header, string value, int expected)
    {
        await using var system = await ApiSystem.StartAsync(azurite);
        await system.DefineAsync("p", Definition);
        using var request = new HttpRequestMessage(HttpMethod.Put, "/api/pipelines/p/drops/20201001.csv") { Content = new ByteArrayContent("x,y\n1,0\n"u8.ToArray()) };
        if (header == "Content-Type")
        {
            request.Content.Headers.TryAddWithoutValidation(header, value);
        }
        else
        {
            request.Headers.TryAddWithoutValidation(header, value);
        }

        using var response = await system.Client.SendAsync(request, Stop);
        Assert.Equal(expected, (int)response.StatusCode);
        Assert.False(await system.Account.Input.GetBlobClient("p/20201001.csv").ExistsAsync(Stop));
    }

    [Fact]
    public async Task A_page_of_this_server_may_send_and_no_other_may_read()
    {
        await using var system = await ApiSystem.StartAsync(azurite);
        var own = system.Address.GetLeftPart(UriPartial.Authority);
        await system.SendAsync(HttpMethod.Post, "/api/pipelines/p/definition/validate", new StringContent(Definition, Encoding.UTF8, "application/yaml"), 200, ("Origin", own), ("Sec-Fetch-Site", "same-origin"));
        using var read = new HttpRequestMessage(HttpMethod.Get, "/api/pipelines") { Headers = { { "Origin", "http://evil.example" } } };
        using var response = await system.Client.SendAsync(read, Stop);
        Assert.Equal(403, (int)response.StatusCode);
        Assert.False(response.Headers.Contains("Access-Control-Allow-Origin"));
    }

    [Fact]
    public async Task Every_answer_tells_a_browser_to_run_frame_and_guess_nothing()
    {
        await using var system = await ApiSystem.StartAsync(azurite);
        foreach (var path in (string[])["/api/pipelines", "/api/nothing", "/health", "/openapi/v1.json", "/docs/scalar.js"])
        {
            using var response = await system.Client.GetAsync(path, Stop);
            var policy = Assert.Single(response.Headers.GetValues("Content-Security-Policy"));
            Assert.Contains("default-src 'none'", policy, StringComparison.Ordinal);
            Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
            Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
            Assert.Equal("nosniff", Assert.Single(response.Headers.GetValues("X-Content-Type-Options")));
            Assert.Equal("no-referrer", Assert.Single(response.Headers.GetValues("Referrer-Policy")));
            Assert.False(response.Headers.Contains("Server"));
        }
    }

    [Theory]
    [InlineData("GET", "/api/pipelines/..%2F..%2Fcredit/periods")]
    [InlineData("GET", "/api/pipelines/%2e%2e/periods")]
    [InlineData("GET", "/api/pipelines/a%5Cb/periods")]
    [InlineData("GET", "/api/pipelines/p/periods/..%2F20201001/predictions.csv")]
    [InlineData("GET", "/api/pipelines/p/rejected/..%2F..%2Fother%2Fx.csv")]
    [InlineData("GET", "/api/pipelines/p/rejected/%2e%2e%2fx")]
    [InlineData("GET", "/api/pipelines/p/models/..%2F..%2Fledger")]
    [InlineData("GET", "/api/runs/..%2Frun")]
    [InlineData("PUT", "/api/pipelines/p/drops/..%2F20201001.csv")]
    [InlineData("PUT", "/api/pipelines/p/drops/20201001.%2e%2e%2Fx.quarantine.csv")]
    [InlineData("PUT", "/api/pipelines/p/drops/20201001.csv%00")]
    [InlineData("PUT", "/api/pipelines/%3Cb%3E/drops/20201001.csv")]
    public async Task A_name_that_could_leave_its_folder_is_refused_and_touches_nothing(string method, string path)
    {
        await using var system = await ApiSystem.StartAsync(azurite);
        await system.DefineAsync("p", Definition);

        // As bytes on the wire: a client's own tidying of the address must not hide what is tried.
        using var socket = new TcpClient();
        await socket.ConnectAsync(system.Address.Host, system.Address.Port, Stop);
        await using var stream = socket.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nContent-Length: 8\r\n\r\nx,y\n1,0\n"), Stop);
        using var reader = new StreamReader(stream);
        var status = int.Parse((await reader.ReadLineAsync(Stop))!.Split(' ')[1]);
        Assert.InRange(status, 400, 404);
        var input = new List<string>();
        await foreach (var blob in system.Account.Input.GetBlobsAsync(cancellationToken: Stop))
        {
            input.Add(blob.Name);
        }

        Assert.Empty(input);
    }

    [Fact]
    public async Task Markup_in_the_names_of_files_is_never_written_as_markup_nor_into_a_header()
    {
        const string hostile = "<img src=x onerror=alert(1)>\".csv";
        await using var system = await ApiSystem.StartAsync(azurite);
        await system.DefineAsync("p", Definition);
        foreach (var container in (Azure.Storage.Blobs.BlobContainerClient[])[system.Account.Rejected, system.Account.Output, system.Account.Input])
        {
            await container.GetBlobClient($"p/{hostile}").UploadAsync(BinaryData.FromString("x"), Stop);
            await container.GetBlobClient($"p/pred_{hostile}").UploadAsync(BinaryData.FromString("x"), Stop);
        }

        foreach (var path in (string[])["/api/pipelines", "/api/pipelines/p", "/api/pipelines/p/rejected", "/api/pipelines/p/predictions", "/api/pipelines/p/periods", "/api/runs"])
        {
            using var response = await system.Client.GetAsync(path, Stop);
            Assert.Equal("application/json", response.Content.Headers.ContentType?.MediaType);
            Assert.DoesNotContain('<', await response.Content.ReadAsStringAsync(Stop));
        }

        var listed = (await system.GetAsync("/api/pipelines/p/rejected")).GetProperty("items").EnumerateArray().First(i => i.GetProperty("name").GetString() == hostile);
        using var file = await system.Client.GetAsync(listed.GetProperty("path").GetString(), Stop);
        Assert.Equal(400, (int)file.StatusCode);
        Assert.Null(file.Content.Headers.ContentDisposition);
        Assert.DoesNotContain('<', await file.Content.ReadAsStringAsync(Stop));
    }

    [Fact]
    public async Task More_uploads_than_are_taken_at_once_are_told_when_to_come_again_and_slow_ones_end()
    {
        await using var system = await ApiSystem.StartAsync(azurite, limits: new ApiLimits { UploadsAtOnce = 1, UploadBytesASecond = 1000 });
        await system.DefineAsync("p", Definition);
        using var slow = new TcpClient();
        await slow.ConnectAsync(system.Address.Host, system.Address.Port, Stop);
        await using var stream = slow.GetStream();
        await stream.WriteAsync("PUT /api/pipelines/p/drops/20201001.csv HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\nx,y\n"u8.ToArray(), Stop);
        int status;
        while ((status = await StatusAsync(system, "PUT", "/api/pipelines/p/drops/20201101.csv", null, "x,y\n1,0\n")) == 202)
        {
            // The slow one has not begun yet.
        }

        Assert.Equal(429, status);
        using var reader = new StreamReader(stream);
        Assert.Contains(" 408 ", await reader.ReadLineAsync(Stop), StringComparison.Ordinal);
        Assert.Equal(202, await StatusAsync(system, "PUT", "/api/pipelines/p/drops/20201101.csv", null, "x,y\n1,0\n"));
    }

    [Fact]
    public async Task More_rows_than_a_scoring_request_may_have_are_refused_before_they_are_read()
    {
        await using var system = await ApiSystem.StartAsync(azurite, limits: new ApiLimits { ScoringBytes = 1000 });
        Assert.Equal(413, await StatusAsync(system, "POST", "/api/pipelines/p/score", null, new string(' ', 1001)));
        Assert.Equal(413, await StatusAsync(system, "POST", "/invocations?pipeline=p", null, new string(' ', 1001)));
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static string Principal(string role) => Convert.ToBase64String(JsonSerializer.SerializeToUtf8Bytes(new
    {
        auth_typ = "aad",
        name_typ = "name",
        role_typ = "roles",
        claims = new[] { new { typ = "name", val = $"{role}@example.org" }, new { typ = "roles", val = role } },
    }));

    private static async Task<int> StatusAsync(ApiSystem system, string method, string path, string? principal, string? body = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (principal is not null)
        {
            request.Headers.TryAddWithoutValidation(Caller.PrincipalHeader, principal);
        }

        if (method != "GET")
        {
            var type = path.Contains("definition", StringComparison.Ordinal) ? "application/yaml" : path.Contains("drops", StringComparison.Ordinal) ? "text/csv" : "application/json";
            request.Content = new StringContent(body ?? "{}", Encoding.UTF8, type);
        }

        using var response = await system.Client.SendAsync(request, Stop);
        return (int)response.StatusCode;
    }
}
