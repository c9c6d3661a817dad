using System.Text.Json;
using MlOps.Testing;

namespace MlOps.Cli.Tests.Commands;

/// <summary>Releases by several processes at once, as several people and runs would.</summary>
public sealed class RollbackTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Rollback_changes_what_predicts_at_once_among_racing_promotions_and_no_state_without_a_champion_is_seen()
    {
        var definition = "label: y\nid: id\nmodel: {num_iterations: 5, num_leaves: 4, min_data_in_leaf: 5}\npromote: always\n";
        await using var server = await RunningServer.StartAsync(folder.Path);
        File.WriteAllText(folder["p.yaml"], definition);
        foreach (var (period, first) in new[] { ("initial", 0), ("20201001", 1000), ("20201101", 2000) })
        {
            File.WriteAllLines(folder[period + ".csv"], Enumerable.Range(first, 300).Select(i => $"{i},{i % 7},{i % 11},{(i % 7 > 3 ? 1 : 0)}").Prepend("id,a,b,y"));
        }

        await RunAsync("put", "p", "initial.csv", "20201001.csv", "20201101.csv");
        await RunAsync("wait", "p", "--timeout", "300");
        var models = await RunAsync("models", "p", "--json");
        string[] versions = [.. models.Json.GetProperty("models").EnumerateArray().Select(m => m.GetProperty("version").GetString()!)];
        Assert.Equal(2, versions.Length);
        await EachMetricStandsBesideItsRowsAsync(models.Json);

        // Six processes move the champion while this one looks again and again.
        var racing = Enumerable.Range(0, 6).Select(i => i % 2 == 0
            ? MlopsProcess.RunAsync(folder.Path, "rollback", "p")
            : MlopsProcess.RunAsync(folder.Path, "promote", "p", versions[i / 2 % 2])).ToArray();
        var aliases = new Azure.Storage.Blobs.BlobContainerClient(server.Info.ConnectionString, "artifacts").GetBlobClient("p/models/aliases.json");
        while (!Task.WhenAll(racing).IsCompleted)
        {
            Assert.Contains(await ChampionAsync(aliases), versions);
        }

        Assert.All(await Task.WhenAll(racing), ended => Assert.True(ended.ExitCode == 0, ended.Errors));
        var before = await ChampionAsync(aliases);
        await RunAsync("rollback", "p", "--by", "Ada");
        Assert.NotEqual(before, await ChampionAsync(aliases));

        // Who asked for it is told as it is of the page's.
        Assert.Matches(@"Ada\s+rollback", (await RunAsync("audit", "p")).Output.Split('\n')[1]);

        // No decision was lost: each found the champion that the one before had left.
        using var json = JsonDocument.Parse((await aliases.DownloadContentAsync()).Value.Content);
        var history = json.RootElement.GetProperty("history").EnumerateArray().ToArray();
        for (var i = 1; i < history.Length; i++)
        {
            Assert.Equal(history[i - 1].GetProperty("champion").GetString(), history[i].GetProperty("previous").GetString());
        }
    }

    // 300 rows, of which a fifth judges; the second model has the first period's too.
    private async Task EachMetricStandsBesideItsRowsAsync(JsonElement models)
    {
        var listed = (await RunAsync("models", "p")).Output.Split('\n');
        var rows = models.GetProperty("models").EnumerateArray().Select(m => $"{m.GetProperty("metrics").GetProperty("test").GetProperty("rows").GetDouble()}").ToArray();
        Assert.Equal(["60", "120"], rows);
        Assert.Contains("test rows", listed[0], StringComparison.Ordinal);
        Assert.All(["initial", "initial to 20201001"], (learned, i) => Assert.Matches($@" {learned}\s+auc\s+[\d.]+\s+{rows[i]} ", listed[i + 1]));
        Assert.Contains(listed, line => line.StartsWith("test: each model on the test rows of its own history.", StringComparison.Ordinal));
    }

    private static async Task<string?> ChampionAsync(Azure.Storage.Blobs.BlobClient aliases)
    {
        using var json = JsonDocument.Parse((await aliases.DownloadContentAsync()).Value.Content);
        return json.RootElement.GetProperty("champion").GetString();
    }

    private async Task<Ended> RunAsync(params string[] arguments)
    {
        var ended = await MlopsProcess.RunAsync(folder.Path, arguments);
        Assert.True(ended.ExitCode == 0, $"mlops {string.Join(' ', arguments)} ended with {ended.ExitCode}: {ended.Errors}");
        return ended;
    }
}
