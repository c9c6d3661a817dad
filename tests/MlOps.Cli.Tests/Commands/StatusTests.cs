using System.Text.Json;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs;
using MlOps.Testing;

namespace MlOps.Cli.Tests.Commands;

/// <summary>What people ask by a file's name, and what they answer where a run asks them.</summary>
public sealed class StatusTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Status_by_file_name_says_stage_outcome_model_and_output_without_an_instance_id()
    {
        await using var server = await RunningServer.StartAsync(folder.Path);
        File.WriteAllText(folder["p.yaml"], "label: y\nid: id\nmodel: {num_iterations: 5, num_leaves: 4, min_data_in_leaf: 5}\npromote: {rule: always, approval: manual}\n");
        foreach (var (period, first) in new[] { ("initial", 0), ("20210101", 1000), ("20210201", 2000) })
        {
            File.WriteAllLines(folder[period + ".csv"], Enumerable.Range(first, 300).Select(i => $"{i},{i % 7},{i % 11},{(i % 7 > 3 ? 1 : 0)}").Prepend("id,a,b,y"));
        }

        Assert.Contains("no file of 20210101 was dropped", (await MlopsProcess.RunAsync(folder.Path, "status", "20210101.csv")).Errors, StringComparison.Ordinal);
        await RunAsync("put", "p", "initial.csv", "20210101.csv", "20210201.csv");
        await RunAsync("wait", "p", "20210101", "--timeout", "300");

        var done = (await RunAsync("status", "20210101.csv")).Output;
        Assert.Contains("p/20210101.csv: succeeded", done, StringComparison.Ordinal);
        Assert.Contains("output  output/p/pred_20210101.csv, 300 rows, revision 1", done, StringComparison.Ordinal);
        Assert.Matches(@"model   20210101-[0-9a-f]{8}, learnt from p/initial\.csv", done);

        foreach (var asked in (string[][])[["models", "q"], ["live", "q"], ["lineage", "q", "--file", "20210101.csv"], ["lineage", "q", "20210101", "1000"], ["get", "q", "20210101"], ["traffic", "q"]])
        {
            var unknown = await MlopsProcess.RunAsync(folder.Path, asked);
            Assert.Equal(1, unknown.ExitCode);
            Assert.Contains("there is no pipeline 'q'. There are: p.", unknown.Errors, StringComparison.Ordinal);
        }

        // The second month waits for a person; its status says so, and which run asks.
        var waiting = default(JsonElement);
        for (var looks = 0; !(waiting.ValueKind == JsonValueKind.Object && waiting.GetProperty("stage").GetString()?.StartsWith("wait for approval of 20210201-", StringComparison.Ordinal) == true); looks++)
        {
            Assert.True(looks < 120, $"It does not wait for approval: {waiting}");
            waiting = (await RunAsync("status", "20210201.csv", "--json")).Json.GetProperty("pipelines")[0];
        }

        Assert.Equal("active", waiting.GetProperty("state").GetString());
        var run = waiting.GetProperty("run_id").GetString()!;
        await RunAsync("approve", run, "--by", "ann", "--comment", "looks good");
        await RunAsync("wait", "p", "--timeout", "300");
        Assert.Matches(@"model   20210201-[0-9a-f]{8}, learnt from p/initial\.csv, p/20210101\.csv", (await RunAsync("status", "20210201")).Output);
        Assert.Contains("approved by ann (looks good)", (await RunAsync("live", "p")).Output, StringComparison.Ordinal);

        // The first answer stands, and who asked for what is on record.
        var late = await MlopsProcess.RunAsync(folder.Path, "reject", run, "--by", "bob");
        Assert.Equal(1, late.ExitCode);
        Assert.Contains("is settled: approved by ann (looks good)", late.Errors, StringComparison.Ordinal);
        var audit = new List<string>();
        var artifacts = new BlobContainerClient(server.Info.ConnectionString, "artifacts");
        await foreach (var blob in artifacts.GetBlobsAsync(new GetBlobsOptions { Prefix = "p/audit/" }))
        {
            using var record = JsonDocument.Parse((await artifacts.GetBlobClient(blob.Name).DownloadContentAsync()).Value.Content);
            audit.Add($"{record.RootElement.GetProperty("who")} {record.RootElement.GetProperty("action")} {record.RootElement.GetProperty("outcome")}");
        }

        Assert.Equal("ann approve done", audit[0]);
        Assert.StartsWith("bob reject The question of run", audit[1], StringComparison.Ordinal);

        var performance = (await RunAsync("performance", "p", "--json")).Json.GetProperty("performance");
        Assert.Equal(["20210101", "20210201"], performance.EnumerateArray().Select(e => e.GetProperty("performance").GetProperty("period").GetString()));
    }

    private async Task<Ended> RunAsync(params string[] arguments)
    {
        var ended = await MlopsProcess.RunAsync(folder.Path, arguments);
        Assert.True(ended.ExitCode == 0, $"mlops {string.Join(' ', arguments)} ended with {ended.ExitCode}: {ended.Errors}");
        return ended;
    }
}
