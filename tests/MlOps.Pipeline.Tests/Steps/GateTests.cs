using MlOps.Pipeline.Artifacts;
using MlOps.Pipeline.Steps.Compare;
using MlOps.Pipeline.Steps.Featurize;
using MlOps.Pipeline.Steps.Predict;
using MlOps.Pipeline.Steps.Promote;
using MlOps.Testing;

namespace MlOps.Pipeline.Tests.Steps;

/// <summary>
/// What the gate is good for, on data whose world changes: the champion that it leaves in production against training again every
/// month and against never. All months and other feeds take minutes and run on demand:
/// <c>dotnet run -c Release --project tests/MlOps.Pipeline.Tests -- -explicit on -class MlOps.Pipeline.Tests.Steps.GateTests</c>.
/// </summary>
public sealed class GateTests(AzuriteFixture azurite, ITestOutputHelper output)
{
    [Fact(Explicit = true)]
    public async Task Over_19_months_of_bank_marketing_the_champion_does_better_than_never_and_is_within_three_per_cent_of_always_training_again()
    {
        var (champion, always, never, _) = await MeansAsync("bank-marketing");

        Assert.True(champion <= 1.03 * always, $"{champion} against {always}");
        Assert.True(champion < never, $"{champion} is not below {never}");
    }

    [Fact]
    public async Task In_the_fifth_month_of_bank_marketing_the_record_of_earlier_models_speaks_against_a_new_one_that_knows_the_latest_month()
    {
        var (champion, _, never, july) = await MeansAsync("bank-marketing", 5);

        Assert.True(champion < never, $"{champion} is not below {never}");

        // What had been trained for May did worse there than the model before: that speaks against July's, however well it knows June.
        Assert.False(july.Promote);
        Assert.Equal(["20090601"], july.EvidencePeriods!);
        Assert.Equal(1, july.Confidence);
        Assert.Equal(["20090401", "20090501", "20090601"], july.Record!.Periods.Select(p => p.Period));
        Assert.True(july.Record.Periods.Single(p => p.Period == "20090501").Improvement < 0);
        Assert.InRange(july.Record.Harm, 0.6, 1);
        Assert.False(july.Record.Passed);
        Assert.Contains("cluster bootstrap of 3 earlier decisions", july.Method, StringComparison.Ordinal);
    }

    [Theory(Explicit = true)]
    [InlineData("credit-default")]
    [InlineData("bike-sharing")]
    [InlineData("steady")]
    [InlineData("abrupt")]
    [InlineData("gradual")]
    [InlineData("seasons")]
    [InlineData("one bad month")]
    public async Task On_other_feeds_the_champion_is_within_three_per_cent_of_the_better_of_always_and_never_training_again(string feed)
    {
        var (champion, always, never, _) = await MeansAsync(feed);

        // A bad month costs most: the gate cannot tell it from a lasting change before the month after.
        Assert.True(champion <= 1.03 * Math.Min(always, never), $"{champion} against {always} and {never}");
    }

    private async Task<(double Champion, double Always, double Never, CompareResult Last)> MeansAsync(string name, int most = int.MaxValue)
    {
        var feed = GateFeeds.Of(name);
        var pipeline = await TestPipeline.CreateAsync(azurite, feed.Definition);
        var initial = await pipeline.DropAsync("initial", feed.Initial);
        var history = new List<PinnedDrop> { initial };
        var losses = new List<(double Champion, double Always, double Never)>();
        PromoteResult? first = null;
        CompareResult? last = null;
        foreach (var (period, csv) in feed.Drops.Take(most))
        {
            var drop = await pipeline.DropAsync(period, csv);
            var run = await pipeline.RunAsync(drop, [.. history]);
            var decision = await pipeline.Steps.Promotion.DecideAsync(new PromoteInput(
                "run-" + drop.Period, TestPipeline.Name, pipeline.DefinitionHash, drop.Period, run.Model.Version, run.Inspect.Incidents));
            first ??= decision;
            last = decision.Verdict;
            losses.Add((await LossAsync(pipeline, decision, drop, initial, feed.Metric), run.Predict.Metrics[feed.Metric], await LossAsync(pipeline, first, drop, initial, feed.Metric)));
            output.WriteLine(FormattableString.Invariant(
                $"{drop.Period}: champion {losses[^1].Champion:0.0000} always {losses[^1].Always:0.0000} never {losses[^1].Never:0.0000} trees {run.Train.Trees} gate {decision.Verdict.Challenger:0.0000} against {decision.Verdict.Champion:0.0000} {(decision.Promoted ? "promoted" : "refused")}: {decision.Verdict.Reason}"));
            history.Add(drop);
        }

        var means = (losses.Average(l => l.Champion), losses.Average(l => l.Always), losses.Average(l => l.Never), last!);
        output.WriteLine(FormattableString.Invariant($"{name}, mean {feed.Metric}: champion {means.Item1:0.00000}, always {means.Item2:0.00000}, never {means.Item3:0.00000}"));
        return means;
    }

    private static async Task<double> LossAsync(TestPipeline pipeline, PromoteResult model, PinnedDrop drop, PinnedDrop initial, string metric)
    {
        var features = await pipeline.Steps.Featurize.RunAsync(
            new FeaturizeInput("run", TestPipeline.Name, pipeline.DefinitionHash, "score", model.AccumulateKey, drop, initial));
        var predicted = await pipeline.Steps.Predict.RunAsync(new PredictInput(
            "run", TestPipeline.Name, pipeline.DefinitionHash, drop.Period, features.RequireKey(), model.TrainKey, model.EvaluateKey));
        return predicted.Metrics[metric];
    }
}
