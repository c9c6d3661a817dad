using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using MlOps.EndToEnd.Tests.Arrival;

namespace MlOps.EndToEnd.Tests.Hosting;

/// <summary>The API in the published worker: for people whom the platform has signed in, and for programs with the key of a role's function.</summary>
[Collection(PublishedAppCollection.Name)]
public sealed class WorkerApiTests(WorkerApiTests.OwnSystem own, PublishedApp published) : IClassFixture<WorkerApiTests.OwnSystem>
{
    private const string Pipelines = "/api/pipelines";

    [Fact]
    public async Task People_with_a_role_and_programs_with_a_key_drive_a_pipeline_over_HTTP()
    {
        var http = own.System.Http;
        foreach (var (health, answer) in new[] { ("/api/health", "live\n"), ("/api/health/live", "live\n"), ("/api/health/ready", "ready\n") })
        {
            Assert.Equal(answer, await (await http.SendAsync(Get(health))).Content.ReadAsStringAsync());
        }

        // People: the roles of the platform's claims.
        await JsonAsync(await http.SendAsync(Get(Pipelines)), 401);
        await JsonAsync(await http.SendAsync(Get(Pipelines), Principal("owner")), 403);
        var items = (await JsonAsync(await http.SendAsync(Get(Pipelines), Principal("reader")), 200)).GetProperty("items");
        Assert.Equal(ArrivalSystem.Pipeline, items[0].GetProperty("name").GetString());
        using var forged = Get(Pipelines);
        forged.Headers.Add("X-MS-CLIENT-PRINCIPAL", Principal("releaser"));
        await JsonAsync(await http.SendAsync(forged), 401);
        await JsonAsync(await http.SendAsync(Drop("20201101", "application/gzip"), Principal("reader")), 403);

        // Programs: the key of a role's function, and of no other.
        http.Keys["ReaderApi"] = "reader-key";
        http.Keys["OperatorApi"] = "operator-key";
        var path = Pipelines["/api/".Length..];
        Assert.Equal(401, (int)(await http.SendAsync(Get($"/keys/reader/{path}"))).StatusCode);
        Assert.Equal(401, (int)(await http.SendAsync(Keyed(Get($"/keys/operator/{path}"), "reader-key"))).StatusCode);
        Assert.Equal(401, (int)(await http.SendAsync(Keyed(Get($"/keys/releaser/{path}"), "operator-key"))).StatusCode);
        await JsonAsync(await http.SendAsync(Keyed(Get($"/keys/reader/{path}"), "reader-key")), 200);
        await JsonAsync(await http.SendAsync(Keyed(Get($"/keys/reader/{path}/credit/audit"), "reader-key")), 403);

        // What is dropped over HTTP is a file like any other: here the event is the test's part.
        foreach (var period in (string[])["initial", "20201001"])
        {
            await JsonAsync(await http.SendAsync(Drop(period, "text/csv"), Principal("operator")), 202);
            await own.System.DropAsync(period);
        }

        await own.System.SettleAsync("20201001");
        var predictions = await (await http.SendAsync(Get($"{Pipelines}/credit/periods/20201001/predictions.csv"), Principal("reader"))).Content.ReadAsByteArrayAsync();
        Assert.Equal(await ArrivalSystem.ReadAsync(own.System.Account.Output, "credit/pred_20201001.csv"), predictions);

        // The same score for the same rows, forwarded and invoked, as in the file.
        var expected = Encoding.UTF8.GetString(predictions).Split('\n')[1].Split(',');
        var lines = Encoding.UTF8.GetString(SmallCase.File("20201001")).Split('\n');
        foreach (var request in (HttpRequestMessage[])[new(HttpMethod.Post, $"{Pipelines}/credit/score"), Keyed(new(HttpMethod.Post, $"/keys/reader/{path}/credit/score"), "reader-key")])
        {
            request.Content = new StringContent($"{lines[0]}\n{lines[1]}\n", Encoding.UTF8, "text/csv");
            using var response = await http.SendAsync(request, Principal("reader"));
            var answer = await JsonAsync(response, 200);
            Assert.Equal(expected[0], answer.GetProperty("rows")[0].GetProperty("id").GetString());
            Assert.Equal(expected[2], answer.GetProperty("rows")[0].GetProperty("score").GetRawText());
            Assert.Equal(answer.GetProperty("modelVersion").GetString(), Assert.Single(response.Headers.GetValues("X-Model-Version")));
        }

        // The audit names both.
        await JsonAsync(await http.SendAsync(Keyed(new(HttpMethod.Post, $"/keys/operator/{path}/credit/replay") { Content = new StringContent("{\"file\":\"none.csv\"}", Encoding.UTF8, "application/json") }, "operator-key")), 409);
        var audit = (await JsonAsync(await http.SendAsync(Keyed(Get($"/keys/operator/{path}/credit/audit"), "operator-key")), 200)).GetProperty("items");
        Assert.Equal(["key of operator", "operator@example.org", "operator@example.org"], audit.EnumerateArray().Select(a => a.GetProperty("who").GetString()));
    }

    [Theory]
    [InlineData("/api/pipelines/..\\..\\..\\keys\\releaser\\pipelines\\credit\\rollback")]
    [InlineData("/api/..%5C..%5Ckeys%5Creleaser%5Cpipelines%5Ccredit%5Crollback")]
    [InlineData("/x/..%5COnBlobCreated")]
    [InlineData("/x/..%5CReleaserApi")]
    [InlineData("/x/..%5CPromoteModel")]
    [InlineData("/OnBlobCreated")]
    [InlineData("/ReleaserApi")]
    public async Task An_address_that_is_folded_into_anothers_on_its_way_gives_no_right(string address)
    {
        var envelope = new { Data = new { req = new { Method = "POST", Url = "https://double.example.net/keys/releaser/pipelines/credit/rollback" } } };
        using var request = new HttpRequestMessage(HttpMethod.Post, address) { Content = JsonContent.Create(envelope) };
        await request.Content.LoadIntoBufferAsync();
        using var response = await own.System.Http.SendAsync(request);
        Assert.InRange((int)response.StatusCode, 400, 404);
    }

    [Fact]
    public async Task A_page_of_the_app_may_send_and_a_page_of_another_may_not()
    {
        foreach (var (origin, expected) in new[] { ("https://double.example.net", 200), ("https://evil.example", 403), ("http://127.0.0.1", 403) })
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, $"{Pipelines}/credit/definition/validate") { Content = new StringContent("label: y\n", Encoding.UTF8, "application/yaml"), Headers = { { "Origin", origin } } };
            await JsonAsync(await own.System.Http.SendAsync(request, Principal("reader")), expected);
        }
    }

    [Fact]
    public async Task The_page_and_the_description_of_the_API_are_there_and_open_to_all()
    {
        using var page = await own.System.Http.SendAsync(Get("/"));
        Assert.Equal(200, (int)page.StatusCode);
        Assert.Equal("text/html", page.Content.Headers.ContentType?.MediaType);
        Assert.Contains("default-src", string.Join(' ', page.Headers.GetValues("Content-Security-Policy")), StringComparison.Ordinal);
        var asset = System.Text.RegularExpressions.Regex.Match(await page.Content.ReadAsStringAsync(), "src=\"\\.(?<path>/assets/[^\"]+)\"").Groups["path"].Value;
        using var script = await own.System.Http.SendAsync(Get(asset));
        Assert.Equal((200, "text/javascript"), ((int)script.StatusCode, script.Content.Headers.ContentType?.MediaType));
        await JsonAsync(await own.System.Http.SendAsync(Get("/openapi/v1.json"), Principal("reader")), 200);
        Assert.Equal(404, (int)(await own.System.Http.SendAsync(Get("/nothing/here"), Principal("reader"))).StatusCode);
    }

    [Fact]
    public async Task Where_the_platforms_sign_in_is_off_its_header_is_believed_from_nobody()
    {
        await using var system = await HostedSystem.StartAsync(published, signIn: false);
        await JsonAsync(await system.Http.SendAsync(Get(Pipelines), Principal("releaser")), 401);
    }

    [Fact]
    public async Task On_a_developers_machine_the_page_needs_no_sign_in_and_is_the_only_page_that_may_send()
    {
        await using var system = await HostedSystem.StartAsync(published, signIn: false, more: new Dictionary<string, string> { ["FUNCTIONS_CORETOOLS_ENVIRONMENT"] = "True", ["WEBSITE_HOSTNAME"] = "localhost:7071" });
        Assert.Equal(400, (int)(await system.Http.SendAsync(Get(Pipelines))).StatusCode);
        system.Http.Front = new Uri("http://localhost:7071");
        await JsonAsync(await system.Http.SendAsync(Get(Pipelines)), 200);
        foreach (var (origin, expected) in new[] { ("http://localhost:7071", 200), ("http://evil.example", 403) })
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, $"{Pipelines}/credit/definition/validate") { Content = new StringContent("label: y\n", Encoding.UTF8, "application/yaml"), Headers = { { "Origin", origin } } };
            await JsonAsync(await system.Http.SendAsync(request), expected);
        }
    }

    private static HttpRequestMessage Get(string path) => new(HttpMethod.Get, path);

    private static HttpRequestMessage Keyed(HttpRequestMessage request, string key)
    {
        request.Headers.Add("x-functions-key", key);
        return request;
    }

    private static HttpRequestMessage Drop(string period, string type)
    {
        var content = new ByteArrayContent(SmallCase.File(period));
        content.Headers.ContentType = new(type);
        return new HttpRequestMessage(HttpMethod.Put, $"{Pipelines}/credit/drops/{period}.csv") { Content = content };
    }

    private static string Principal(string role) => Convert.ToBase64String(JsonSerializer.SerializeToUtf8Bytes(new
    {
        auth_typ = "aad",
        name_typ = "name",
        role_typ = "roles",
        claims = new[] { new { typ = "name", val = $"{role}@example.org" }, new { typ = "roles", val = role } },
    }));

    private static async Task<JsonElement> JsonAsync(HttpResponseMessage response, int expected)
    {
        using (response)
        {
            var text = await response.Content.ReadAsStringAsync();
            Assert.True((int)response.StatusCode == expected, $"{(int)response.StatusCode} instead of {expected}: {text}");
            return JsonDocument.Parse(text).RootElement;
        }
    }

    /// <summary>One worker for the class.</summary>
    public sealed class OwnSystem(PublishedApp published) : IAsyncLifetime
    {
        internal HostedSystem System { get; private set; } = null!;

        public async ValueTask InitializeAsync() => System = await HostedSystem.StartAsync(published);

        public ValueTask DisposeAsync() => System.DisposeAsync();
    }
}
