using MlOps.Testing;

namespace MlOps.Pipeline.Tests.Steps;

/// <summary>Real tables by definition only, period after period, as their drops come.</summary>
public sealed class RealDataTests(AzuriteFixture azurite, ITestOutputHelper output)
{
    [Fact]
    public async Task Credit_default_is_predicted_with_an_auc_of_at_least_0_76_in_every_period()
    {
        var runs = await RunAllAsync("credit-default", "label: default payment next month\nid: ID\n", int.MaxValue);

        Assert.Equal(4, runs.Count);
        Assert.All(runs, r => Assert.InRange(r.Predict.Metrics["auc"], 0.76, 0.85));
    }

    [Fact]
    public async Task Bank_marketing_runs_without_an_id_with_semicolons_and_yes_or_no()
    {
        var runs = await RunAllAsync("bank-marketing", "label: y\nexclude: [duration]\n", 3);

        // Without the length of the call, 2008 alone says little: the data has no more to give.
        Assert.All(runs, r => Assert.True(r.Evaluate.Metrics["test"]["auc"] > 0.55));
        Assert.Equal([282, 2458, 5794], runs.Select(r => (int)r.Predict.Rows));
    }

    [Fact]
    public async Task Bike_sharing_is_a_regression_over_growing_demand()
    {
        var runs = await RunAllAsync(
            "bike-sharing", "task: regression\nlabel: cnt\nid: instant\nexclude: [dteday, casual, registered, yr]\n", 2);

        Assert.All(runs, r => Assert.InRange(r.Evaluate.Metrics["test"]["r2"], 0.85, 1));
    }

    private async Task<List<TestRun>> RunAllAsync(string data, string definition, int most)
    {
        var folder = Shared.DataPath("data", data, "drops");
        var pipeline = await TestPipeline.CreateAsync(azurite, definition);
        var history = new List<MlOps.Pipeline.Artifacts.PinnedDrop>
        {
            await pipeline.DropAsync("initial", await File.ReadAllBytesAsync(Directory.GetFiles(folder, "initial.csv*").Single())),
        };
        var runs = new List<TestRun>();
        foreach (var file in Directory.GetFiles(folder, "20*.csv").Order(StringComparer.Ordinal).Take(most))
        {
            var drop = await pipeline.DropAsync(Path.GetFileNameWithoutExtension(file), await File.ReadAllBytesAsync(file));
            var run = await pipeline.RunAsync(drop, [.. history]);
            var test = run.Evaluate.Metrics["test"];
            output.WriteLine(FormattableString.Invariant(
                $"{data} {drop.Period}: trees {run.Train.Trees}, test {Show(test)}, period {Show(run.Predict.Metrics)}, train {run.Train.Step!.Seconds} s, all steps {run.Accumulate.Step!.Seconds + run.TrainFeatures.Step!.Seconds + run.ScoreFeatures.Step!.Seconds + run.Evaluate.Step!.Seconds + run.Predict.Step!.Seconds:0.0} s"));
            runs.Add(run);
            history.Add(drop);
        }

        return runs;
    }

    private static string Show(IReadOnlyDictionary<string, double> metrics) => string.Join(
        ' ', metrics.Where(m => m.Key is "auc" or "binary_logloss" or "rmse" or "r2").Select(m => FormattableString.Invariant($"{m.Key} {m.Value:0.0000}")));
}
