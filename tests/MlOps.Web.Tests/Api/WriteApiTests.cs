using System.Diagnostics;
using System.IO.Compression;
using System.Net.Sockets;
using System.Text;
using Azure.Storage.Blobs.Models;
using MlOps.Testing;
using MlOps.Web.Access;

namespace MlOps.Web.Tests.Api;

public sealed class WriteApiTests(AzuriteFixture azurite)
{
    private const string Definition = "label: y\n";
    private const string Drop = "/api/pipelines/p/drops/20201001.csv";

    [Fact]
    public async Task A_dropped_file_lies_whole_in_the_input_container_and_its_address_tells_what_becomes_of_it()
    {
        await using var system = await StartAsync();
        var taken = await system.SendAsync(HttpMethod.Put, Drop, ApiSystem.Csv("x,y\n1,0\n"), 202);
        Assert.Equal(8, taken.GetProperty("length").GetInt64());
        Assert.Equal("x,y\n1,0\n", await ReadAsync(system, "p/20201001.csv"));
        var period = await system.GetAsync(taken.GetProperty("period").GetString()!);
        Assert.Equal("20201001", period.GetProperty("period").GetProperty("period").GetString());
    }

    [Fact]
    public async Task A_packed_file_is_unpacked_on_the_way_and_a_broken_one_leaves_nothing()
    {
        await using var system = await StartAsync();
        var packed = new MemoryStream();
        await using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            await gzip.WriteAsync("x,y\n1,0\n"u8.ToArray(), Stop);
        }

        await system.SendAsync(HttpMethod.Put, Drop + ".gz", new ByteArrayContent(packed.ToArray()), 202);
        Assert.Equal("x,y\n1,0\n", await ReadAsync(system, "p/20201001.csv"));
        await system.SendAsync(HttpMethod.Put, "/api/pipelines/p/drops/20201101.csv.gz", new ByteArrayContent("x,y\n1,0\n"u8.ToArray()), 422);
        Assert.Null(await ReadAsync(system, "p/20201101.csv"));
    }

    [Theory]
    [InlineData("october.csv", 400)]
    [InlineData("20201301.csv", 400)]
    [InlineData("20201001.txt", 400)]
    [InlineData(".20201001.csv", 400)]
    public async Task A_name_that_no_run_would_begin_for_is_refused_with_the_rule(string file, int status)
    {
        await using var system = await StartAsync();
        var problem = await system.SendAsync(HttpMethod.Put, $"/api/pipelines/p/drops/{file}", ApiSystem.Csv("x,y\n1,0\n"), status);
        Assert.Contains("yyyyMMdd.csv", problem.GetProperty("next").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_without_bytes_or_for_a_pipeline_without_definition_is_refused()
    {
        await using var system = await StartAsync();
        await system.SendAsync(HttpMethod.Put, Drop, ApiSystem.Csv(""), 422);
        var problem = await system.SendAsync(HttpMethod.Put, "/api/pipelines/q/drops/initial.csv", ApiSystem.Csv("x,y\n1,0\n"), 409);
        Assert.Contains("definition", problem.GetProperty("next").GetString(), StringComparison.Ordinal);
        Assert.Null(await ReadAsync(system, "q/initial.csv"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_file_of_ten_gigabytes_is_given_up_at_the_limit_and_leaves_nothing(bool lengthIsTold)
    {
        const long tenGigabytes = 10L << 30;
        await using var system = await StartAsync(new ApiLimits { DropBytes = 20 << 20 });
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var status = await UploadAsync(system, lengthIsTold ? tenGigabytes : null);
        Assert.Equal(413, status);
        Assert.Null(await ReadAsync(system, "p/20201001.csv"));
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, 100 << 20);
    }

    [Fact]
    public async Task A_small_gzip_that_unpacks_to_very_much_is_given_up_at_the_limit()
    {
        await using var system = await StartAsync(new ApiLimits { DropBytes = 4 << 20 });
        var packed = new MemoryStream();
        await using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            await gzip.WriteAsync(new byte[64 << 20], Stop);
        }

        Assert.InRange(packed.Length, 1, 1 << 20);
        await system.SendAsync(HttpMethod.Put, Drop + ".gz", new ByteArrayContent(packed.ToArray()), 413);
        Assert.Null(await ReadAsync(system, "p/20201001.csv"));
    }

    [Fact]
    public async Task An_upload_that_trickles_is_given_up_and_leaves_nothing()
    {
        await using var system = await StartAsync(new ApiLimits { UploadBytesASecond = 1000 });
        using var socket = new TcpClient();
        await socket.ConnectAsync(system.Address.Host, system.Address.Port, Stop);
        await using var stream = socket.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"PUT {Drop} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\nx,y\n1,0\n"), Stop);
        using var reader = new StreamReader(stream);
        Assert.Contains(" 408 ", await reader.ReadLineAsync(Stop), StringComparison.Ordinal);
        Assert.Null(await ReadAsync(system, "p/20201001.csv"));
    }

    [Fact]
    public async Task An_upload_that_breaks_off_leaves_nothing()
    {
        await using var system = await StartAsync();

        async Task<string?> OutcomeAsync(Func<string?, bool> isWanted)
        {
            for (var began = Stopwatch.StartNew(); ; await Task.Delay(50, Stop))
            {
                var items = (await system.GetAsync("/api/pipelines/p/audit")).GetProperty("items");
                var outcome = items.GetArrayLength() == 0 ? null : items[0].GetProperty("outcome").GetString();
                if (isWanted(outcome))
                {
                    return outcome;
                }

                Assert.True(began.Elapsed < Patience.Limit, $"The outcome is still {outcome}.");
            }
        }

        using (var socket = new TcpClient())
        {
            await socket.ConnectAsync(system.Address.Host, system.Address.Port, Stop);
            await using var stream = socket.GetStream();
            await stream.WriteAsync(Encoding.ASCII.GetBytes($"PUT {Drop} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\nx,y\n1,0\n"), Stop);
            await OutcomeAsync(o => o is not null);
        }

        // The record of the change ends with the request.
        Assert.NotEqual("done", await OutcomeAsync(o => o != "begun"));
        Assert.Null(await ReadAsync(system, "p/20201001.csv"));
    }

    [Fact]
    public async Task A_definition_changes_only_from_the_version_that_was_read()
    {
        await using var system = await StartAsync();
        using var first = await system.Client.GetAsync("/api/pipelines/p/definition", Stop);
        Assert.Equal(Definition, await first.Content.ReadAsStringAsync(Stop));
        var etag = first.Headers.ETag!.ToString();
        await ChangeAsync(system, "label: z\n", 428);
        await ChangeAsync(system, "label: z\n", 412, ("If-Match", "\"0x1\""));
        await ChangeAsync(system, "label: z\n", 412, ("If-None-Match", "*"));
        var problem = await ChangeAsync(system, "lable: z\n", 422, ("If-Match", etag));
        Assert.Contains(problem.GetProperty("errors").EnumerateArray(), e => e.GetProperty("message").GetString()!.Contains("lable", StringComparison.Ordinal) && e.GetProperty("line").GetInt32() == 1);
        await ChangeAsync(system, "label: z\n", 204, ("If-Match", etag));
        await ChangeAsync(system, "label: w\n", 412, ("If-Match", etag));
        Assert.Equal("label: z\n", await system.Client.GetStringAsync("/api/pipelines/p/definition", Stop));
        await system.SendAsync(HttpMethod.Put, "/api/pipelines/new/definition", Yaml("label: a\n"), 204, ("If-None-Match", "*"));
        var audit = (await system.GetAsync("/api/pipelines/p/audit")).GetProperty("items");
        Assert.Equal("definition", audit[0].GetProperty("action").GetString());
    }

    [Fact]
    public async Task A_definition_is_checked_without_being_changed()
    {
        await using var system = await StartAsync();
        var good = await system.SendAsync(HttpMethod.Post, "/api/pipelines/p/definition/validate", Yaml("label: z\ntune: 3\n"));
        Assert.True(good.GetProperty("valid").GetBoolean());
        var bad = await system.SendAsync(HttpMethod.Post, "/api/pipelines/p/definition/validate", Yaml("label: z\ntune: many\n"));
        Assert.False(bad.GetProperty("valid").GetBoolean());
        Assert.Equal(2, bad.GetProperty("errors")[0].GetProperty("line").GetInt32());
        Assert.Equal(Definition, await system.Client.GetStringAsync("/api/pipelines/p/definition", Stop));
        await system.SendAsync(HttpMethod.Post, "/api/pipelines/p/definition/validate", Yaml(new string('#', 2 << 20)), 413, ("Expect", "100-continue"));
    }

    [Fact]
    public async Task A_refused_file_is_listed_downloaded_and_its_run_repeated()
    {
        await using var system = await StartAsync();
        await system.SendAsync(HttpMethod.Put, "/api/pipelines/p/drops/initial.csv", ApiSystem.Csv("x,w\n1,2\n"), 202);
        await system.SettledAsync("p");
        var files = (await system.GetAsync("/api/pipelines/p/rejected")).GetProperty("items").EnumerateArray().ToArray();
        var file = files.First(f => f.GetProperty("name").GetString()!.EndsWith(".csv", StringComparison.Ordinal));
        using var response = await system.Client.GetAsync(file.GetProperty("path").GetString(), Stop);
        Assert.Equal("x,w\n1,2\n", await response.Content.ReadAsStringAsync(Stop));
        Assert.Equal("attachment", response.Content.Headers.ContentDisposition?.DispositionType);
        var run = (await system.GetAsync("/api/runs?pipeline=p")).GetProperty("items")[0].GetProperty("runId").GetString();
        await system.SendAsync(HttpMethod.Post, $"/api/runs/{run}/rerun", ApiSystem.Json(new { from = "nowhere" }), 409);
        await system.SendAsync(HttpMethod.Post, $"/api/runs/{run}/cancel", expected: 409);
        var again = await system.SendAsync(HttpMethod.Post, "/api/pipelines/p/replay", ApiSystem.Json(new { file = file.GetProperty("name").GetString() }));
        Assert.Single(again.GetProperty("runs").EnumerateArray());
        await system.SettledAsync("p");
    }

    [Fact]
    public async Task More_changes_than_are_taken_at_a_time_are_told_when_to_come_again()
    {
        await using var system = await StartAsync(new ApiLimits { ChangesAMinute = 2 });
        await ChangeAsync(system, "label: z\n", 428);
        await ChangeAsync(system, "label: z\n", 428);
        using var request = new HttpRequestMessage(HttpMethod.Put, "/api/pipelines/p/definition") { Content = Yaml("label: z\n") };
        using var response = await system.Client.SendAsync(request, Stop);
        Assert.Equal(429, (int)response.StatusCode);
        Assert.NotNull(response.Headers.RetryAfter?.Delta);
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static StringContent Yaml(string text) => new(text, Encoding.UTF8, "application/yaml");

    private static Task<System.Text.Json.JsonElement> ChangeAsync(ApiSystem system, string text, int expected, params (string Name, string Value)[] headers) =>
        system.SendAsync(HttpMethod.Put, "/api/pipelines/p/definition", Yaml(text), expected, headers);

    private static async Task<string?> ReadAsync(ApiSystem system, string blob)
    {
        var client = system.Account.Input.GetBlobClient(blob);
        return await client.ExistsAsync(Stop) ? (await client.DownloadContentAsync(Stop)).Value.Content.ToString() : null;
    }

    // Sends until the server answers: a client that insists on sending all of it would never look.
    private static async Task<int> UploadAsync(ApiSystem system, long? length)
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync(system.Address.Host, system.Address.Port, Stop);
        await using var stream = socket.GetStream();
        var head = length is { } told ? $"Content-Length: {told}" : "Transfer-Encoding: chunked";
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"PUT {Drop} HTTP/1.1\r\nHost: localhost\r\n{head}\r\n\r\n"), Stop);
        var answer = new StreamReader(stream).ReadLineAsync(Stop).AsTask();
        var block = length is null ? [.. "100000\r\n"u8.ToArray(), .. new byte[0x100000], .. "\r\n"u8.ToArray()] : new byte[1 << 20];
        try
        {
            for (var sent = 0; sent < 64 && !answer.IsCompleted; sent++)
            {
                await stream.WriteAsync(block, Stop);
            }
        }
        catch (IOException)
        {
            // The server has closed the connection; what it said before is still to be read.
        }

        return int.Parse((await answer)!.Split(' ')[1]);
    }

    private async Task<ApiSystem> StartAsync(ApiLimits? limits = null)
    {
        var system = await ApiSystem.StartAsync(azurite, limits: limits);
        await system.DefineAsync("p", Definition);
        return system;
    }
}
