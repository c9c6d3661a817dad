using MlOps.Testing;

namespace MlOps.Cli.Tests.Commands;

/// <summary>Runs and models are tagged and found again at the command line, and the audit says by whom.</summary>
public sealed class FindCommandsTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_tagged_model_is_found_by_metric_and_tag_and_is_promoted_with_a_reason()
    {
        await using var server = await RunningServer.StartAsync(folder.Path);
        File.WriteAllText(folder["p.yaml"], "label: y\nid: id\nmodel: {num_iterations: 5, num_leaves: 4, min_data_in_leaf: 5}\npromote: always\ndescribe: {a: {meaning: rest by seven, unit: items}}\n");
        foreach (var (period, first) in new[] { ("initial", 0), ("20201001", 1000), ("20201101", 2000) })
        {
            File.WriteAllLines(folder[period + ".csv"], Enumerable.Range(first, 300).Select(i => $"{i},{i % 7},{i % 11},{(i % 7 > 3 ? 1 : 0)}").Prepend("id,a,b,y"));
        }

        await RunAsync("put", "p", "initial.csv", "20201001.csv", "20201101.csv");
        await RunAsync("wait", "p", "--timeout", "300");
        var models = (await RunAsync("models", "p", "--json")).Json;
        var older = models.GetProperty("models")[0].GetProperty("version").GetString()!;
        Assert.Equal($"{older}: audit, q4; for the board\n", (await RunAsync("tag", "model", "p", older, "audit", "q4", "--note", "for the board", "--by", "aya")).Output);
        var found = (await RunAsync("models", "p", "--where", "auc > 0.5 and tag = audit and num_leaves = 4", "--json")).Json.GetProperty("models");
        Assert.Equal([older], found.EnumerateArray().Select(m => m.GetProperty("version").GetString()));
        Assert.Equal($"{older}: audit; for the board\n", (await RunAsync("tag", "model", "p", older, "--remove", "q4")).Output);

        var run = (await RunAsync("runs", "p", "--where", "period = 20201101 and state = succeeded", "--json")).Json.GetProperty("runs")[0].GetProperty("run_id").GetString()!;
        await RunAsync("tag", "run", run, "late");
        Assert.Contains("late", (await RunAsync("runs", "p", "--where", "tag = late")).Output, StringComparison.Ordinal);
        Assert.Equal("late", (await RunAsync("run", run, "--json")).Json.GetProperty("run").GetProperty("tags")[0].GetString());
        var mistyped = await MlopsProcess.RunAsync(folder.Path, "runs", "p", "--where", "acu > 0.5");
        Assert.Equal(1, mistyped.ExitCode);
        Assert.Contains("Did you mean 'auc'?", mistyped.Errors, StringComparison.Ordinal);

        var columns = (await RunAsync("dictionary", "p", "--json")).Json.GetProperty("columns").EnumerateArray().ToDictionary(c => c.GetProperty("column").GetString()!);
        Assert.Equal(["id", "a", "b", "y"], columns.Keys);
        Assert.Equal(("rest by seven", "items", "0", "6"), (Text("meaning"), Text("unit"), Text("least"), Text("greatest")));
        Assert.Equal(("label", "20201101"), (columns["y"].GetProperty("role").GetString(), columns["y"].GetProperty("last").GetString()));
        Assert.Contains("rest by seven [items]", (await RunAsync("dictionary", "p", "--wide")).Output, StringComparison.Ordinal);
        Assert.Equal(5, (await RunAsync("dictionary", "p", "--csv")).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        string? Text(string fact) => columns["a"].GetProperty(fact).GetString();

        await RunAsync("promote", "p", older, "--why", "the auditors ask for it", "--by", "aya");
        Assert.Contains("promoted by hand, by aya: the auditors ask for it", (await RunAsync("live", "p")).Output, StringComparison.Ordinal);
        var changes = (await RunAsync("audit", "p", "--json")).Json.GetProperty("changes").EnumerateArray().ToArray();
        Assert.Equal(["promote", "tag", "tag", "tag"], changes.Take(4).Select(c => c.GetProperty("action").GetString()));
        Assert.Equal("aya", changes[0].GetProperty("who").GetString());
    }

    private async Task<Ended> RunAsync(params string[] arguments)
    {
        var ended = await MlopsProcess.RunAsync(folder.Path, arguments);
        Assert.True(ended.ExitCode == 0, ended.Errors);
        return ended;
    }
}
