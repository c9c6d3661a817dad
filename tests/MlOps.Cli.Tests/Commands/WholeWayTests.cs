using MlOps.Testing;

namespace MlOps.Cli.Tests.Commands;

/// <summary>A user's whole way through the command line, each command a process.</summary>
public sealed class WholeWayTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Demo_ends_with_0_and_shows_four_periods_with_metrics_and_copies()
    {
        var ended = await RunAsync("demo", "--rows", "3000", "--seed", "5", "--json");
        var periods = ended.Json.GetProperty("periods").EnumerateArray().ToDictionary(p => p.GetProperty("period").GetString()!);
        Assert.Equal(["initial", "20201001", "20201101", "20201201", "20210101"], periods.Keys);
        foreach (var (name, period) in periods.Skip(1))
        {
            Assert.InRange(period.GetProperty("metrics").GetProperty("test").GetProperty("auc").GetDouble(), 0.5, 1);
            Assert.InRange(period.GetProperty("metrics").GetProperty("drop").GetProperty("auc").GetDouble(), 0.5, 1);
            var copy = period.GetProperty("files").EnumerateArray().Select(file => file.GetString()!).First();
            Assert.EndsWith($"pred_{name}.csv", copy, StringComparison.Ordinal);
            Assert.Equal(501, File.ReadLines(copy).Count());
            Assert.Equal("ID,TARGET,SCORE", File.ReadLines(copy).First());
        }

        // The same case again: nothing is computed twice, and the answer is the same.
        var again = await RunAsync("demo", "--rows", "3000", "--seed", "5", "--json");
        Assert.Equal(
            periods.Values.Skip(1).Select(p => (p.GetProperty("model_sha256").GetString(), p.GetProperty("revision").GetInt32())),
            again.Json.GetProperty("periods").EnumerateArray().Skip(1).Select(p => (p.GetProperty("model_sha256").GetString(), p.GetProperty("revision").GetInt32())));

        await using var server = await RunningServer.StartAsync(folder.Path);
        await ReproduceAllAsync(4);
        await ExportAsync();
    }

    [Fact]
    public async Task Demo_of_images_predicts_drawn_leaves_and_every_run_of_it_is_reproduced_to_the_bit()
    {
        var ended = await RunAsync("demo", "--images", "--rows", "160", "--json");
        Assert.Equal("leaves", ended.Json.GetProperty("pipeline").GetString());
        var periods = ended.Json.GetProperty("periods").EnumerateArray().ToArray();
        Assert.Equal(["initial", "20201001", "20201101"], periods.Select(p => p.GetProperty("period").GetString()!));
        Assert.InRange(periods[1].GetProperty("metrics").GetProperty("drop").GetProperty("auc").GetDouble(), 0.85, 1);
        Assert.Contains("brightness", periods[2].GetProperty("drifted").EnumerateArray().Select(d => d.GetString()!));
        var copy = periods[1].GetProperty("files").EnumerateArray().Select(file => file.GetString()!).First();
        Assert.Equal(41, File.ReadLines(copy).Count());

        await using var server = await RunningServer.StartAsync(folder.Path);
        await ReproduceAllAsync(2);
        Assert.Contains("Succeeded", (await RunAsync("status", "20201001.zip", "leaves")).Output, StringComparison.OrdinalIgnoreCase);
    }

    // The champion, whole and the same each time; the file is asked for by name or is named by the model.
    private async Task ExportAsync()
    {
        var pipeline = (await RunAsync("runs", "--json")).Json.GetProperty("runs")[0].GetProperty("pipeline").GetString()!;
        var champion = (await RunAsync("models", pipeline, "--json")).Json.GetProperty("champion").GetString()!;
        var exported = (await RunAsync("export", pipeline, "--onnx", "--to", "out/model.onnx", "--json")).Json;
        Assert.Equal(champion, exported.GetProperty("version").GetString());
        Assert.Equal(["probability", "prediction"], exported.GetProperty("outputs").EnumerateArray().Select(o => o.GetString()!));
        Assert.Equal(20, exported.GetProperty("inputs").GetArrayLength());
        var bytes = File.ReadAllBytes(folder["out", "model.onnx"]);
        Assert.Equal(exported.GetProperty("sha256").GetString(), Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(bytes)));
        await RunAsync("export", pipeline, champion, "--onnx");
        Assert.Equal(bytes, File.ReadAllBytes(folder[$"{pipeline}-{champion}.onnx"]));
    }

    [Fact]
    public async Task A_real_data_set_goes_from_init_to_get_without_code()
    {
        var drops = Shared.DataPath("data", "credit-default", "drops");
        await using var server = await RunningServer.StartAsync(folder.Path);
        await RunAsync("init", Path.Combine(drops, "initial.csv.gz"), "--name", "credit");
        await RunAsync("put", "credit", Path.Combine(drops, "initial.csv.gz"), Path.Combine(drops, "20201001.csv"), Path.Combine(drops, "20201101.csv"));
        var waited = await RunAsync("wait", "credit", "--timeout", "900", "--json");
        Assert.All(waited.Json.GetProperty("runs").EnumerateArray(), run => Assert.Equal("succeeded", run.GetProperty("state").GetString()));

        foreach (var period in (string[])["20201001", "20201101"])
        {
            await RunAsync("get", "credit", period, "--out", "results");
            var auc = Auc(folder["results", $"pred_{period}.csv"], Path.Combine(drops, $"{period}.csv"), "ID", "default payment next month");
            Assert.InRange(auc, 0.76, 0.9);
        }

        var runs = await RunAsync("runs", "credit", "--json");
        Assert.Equal(3, runs.Json.GetProperty("runs").GetArrayLength());
        var id = runs.Json.GetProperty("runs").EnumerateArray().First(run => run.GetProperty("period").GetString() == "20201001").GetProperty("run_id").GetString()!;
        var run = await RunAsync("run", id, "--json");
        Assert.Equal(
            ["accumulate", "featurize", "featurize", "inspect", "train", "evaluate", "leaderboard", "compare", "predict", "explain", "monitor", "performance", "report"],
            run.Json.GetProperty("document").GetProperty("steps").EnumerateArray().Select(step => step.GetProperty("name").GetString()!.Split('-', ' ', '(')[0]).Where(name => name != "validate"));
        var status = await RunAsync("status", "20201101.csv", "--json");
        Assert.Equal("output/credit/pred_20201101.csv", status.Json.GetProperty("pipelines")[0].GetProperty("output").GetString());
        await ReproduceAllAsync(2);
        var sweep = await RunAsync("sweep", "--json");
        Assert.Empty(sweep.Json.GetProperty("started").EnumerateArray());
    }

    [Fact]
    public async Task A_refused_history_ends_the_wait_with_1_and_its_reason()
    {
        await using var server = await RunningServer.StartAsync(folder.Path);
        File.WriteAllText(folder["p.yaml"], "label: y\nid: id\n");
        File.WriteAllText(folder["initial.csv"], "id,x,y\n1,2,0\n1,3,1\n");
        File.WriteAllText(folder["20201001.csv"], "id,x,y\n4,2,0\n5,3,1\n");
        await RunAsync("put", "p", "initial.csv", "20201001.csv");
        var ended = await MlopsProcess.RunAsync(folder.Path, "wait", "p", "--timeout", "300");
        Assert.Equal(1, ended.ExitCode);
        Assert.Contains("initial rejected", ended.Errors, StringComparison.Ordinal);
        Assert.Contains("20201001", ended.Errors, StringComparison.Ordinal);
        var status = await RunAsync("status", "initial");
        Assert.Contains("rejected/p/initial.", status.Output, StringComparison.Ordinal);
        Assert.Contains("line 3", status.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Waiting_for_what_was_never_dropped_fails_at_once()
    {
        await using var server = await RunningServer.StartAsync(folder.Path);
        var ended = await MlopsProcess.RunAsync(folder.Path, "wait", "p", "20201001");
        Assert.Equal(1, ended.ExitCode);
        Assert.Contains("there is no pipeline 'p'", ended.Errors, StringComparison.Ordinal);
        Assert.Equal(1, (await MlopsProcess.RunAsync(folder.Path, "wait", "p")).ExitCode);
        Assert.Equal(1, (await MlopsProcess.RunAsync(folder.Path, "run", "p-20201001-0x1")).ExitCode);
    }

    /// <summary>Every run that predicted gives the same bytes again.</summary>
    private async Task ReproduceAllAsync(int count)
    {
        var runs = await RunAsync("runs", "--json");
        string[] ids = [.. runs.Json.GetProperty("runs").EnumerateArray().Where(run => run.GetProperty("state").GetString() == "succeeded" && run.GetProperty("period").GetString() != "initial").Select(run => run.GetProperty("run_id").GetString()!)];
        Assert.Equal(count, ids.Length);
        foreach (var id in ids)
        {
            Assert.True((await RunAsync("reproduce", id, "--json")).Json.GetProperty("is_same").GetBoolean(), id);
        }
    }

    private async Task<Ended> RunAsync(params string[] arguments)
    {
        var ended = await MlopsProcess.RunAsync(folder.Path, arguments);
        Assert.True(ended.ExitCode == 0, $"mlops {string.Join(' ', arguments)} ended with {ended.ExitCode}: {ended.Errors}");
        return ended;
    }

    /// <summary>AUC by counting pairs, ties as half: slow, plain, and none of the product's code.</summary>
    private static double Auc(string predictions, string truth, string id, string label)
    {
        var header = File.ReadLines(truth).First().Split(',');
        var (idAt, labelAt) = (Array.IndexOf(header, id), Array.IndexOf(header, label));
        var labels = File.ReadLines(truth).Skip(1).Select(line => line.Split(',')).ToDictionary(cells => cells[idAt], cells => cells[labelAt]);
        var scores = File.ReadLines(predictions).Skip(1).Select(line => line.Split(',')).ToLookup(cells => labels[cells[0]], cells => double.Parse(cells[2]));
        Assert.Equal(labels.Count, scores.Sum(group => group.Count()));
        return scores["1"].Sum(one => scores["0"].Sum(zero => one > zero ? 1.0 : one == zero ? 0.5 : 0)) / ((double)scores["1"].Count() * scores["0"].Count());
    }
}
