using MlOps.Pipeline.Artifacts;
using MlOps.Pipeline.Definitions;
using MlOps.Pipeline.Registry;
using MlOps.Pipeline.Steps.Backtest;
using MlOps.Pipeline.Wording;
using MlOps.Testing;

namespace MlOps.Pipeline.Tests.Steps;

/// <summary>What is told of the period to come, before any of its labels is known.</summary>
public sealed class ExpectedQualityTests(AzuriteFixture azurite, ITestOutputHelper output)
{
    [Fact]
    public void Two_measured_periods_speak_first_and_the_random_test_second_with_the_reason_of_the_gap()
    {
        var expected = ExpectedQuality.Of(TaskKind.Regression, "new", [New("20120101", "a", 90), New("20120201", "b", 100)], new Dictionary<string, double> { ["rmse"] = 30, ["r2"] = 0.95, ["rows"] = 80 });

        Assert.Equal(["20120101", "20120201"], expected.Periods);
        var rmse = expected.Metrics[0];
        Assert.Equal(("rmse", 30.0), (rmse.Name, rmse.RandomTest));
        Assert.Equal(Math.Pow(90 * 100 * 100, 1 / 3.0), rmse.Point!.Value, 9);
        Assert.True(rmse.Low > 30 && rmse.High > 100);
        Assert.StartsWith("Expect RMSE 96.55 on this period, nine times in ten from ", expected.Said.ToString(), StringComparison.Ordinal);
        Assert.Contains("The test of the predicting model on 80 random rows of the past says RMSE 30, which flatters", expected.Gap!.ToString(), StringComparison.Ordinal);
        Assert.Contains("RMSE は 96.55 前後", Sentences.Word(expected.Said, Sentences.Japanese), StringComparison.Ordinal);
        Assert.Contains("良く見えすぎます", Sentences.Word(expected.Gap!, Sentences.Japanese), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void With_fewer_than_two_measured_periods_the_random_test_stands_in_and_that_is_said(int periods)
    {
        var expected = ExpectedQuality.Of(
            TaskKind.Regression, "new", [.. new[] { New("20120101", "a", 90) }.Take(periods)], new Dictionary<string, double> { ["rmse"] = 30, ["rows"] = 80 });

        Assert.False(expected.IsMeasured);
        Assert.Equal(new ExpectedMetric("rmse", 30, null, null, 30, 80), expected.Metrics[0]);
        Assert.Null(expected.Gap);
        Assert.Contains($"{periods} earlier {(periods == 1 ? "period has" : "periods have")} been measured, and two are needed", expected.Said.ToString(), StringComparison.Ordinal);
        Assert.Contains("on 80 random rows of the past that it has not learned from, RMSE 30", expected.Said.ToString(), StringComparison.Ordinal);
        Assert.Contains($"測定済みの過去の期間は {periods}", Sentences.Word(expected.Said, Sentences.Japanese), StringComparison.Ordinal);
    }

    [Fact]
    public void A_model_that_was_there_before_is_known_by_its_own_figures_and_a_new_one_by_those_that_were_new()
    {
        BacktestRecord[] known =
        [
            New("20120101", "a", 90), New("20120201", "b", 100), Of("20120201", "a", BacktestRecord.Champion, 50), New("20120301", "c", 110), Of("20120301", "a", BacktestRecord.Champion, 50),
        ];
        var random = new Dictionary<string, double>();

        Assert.Equal(Math.Exp(((1 * Math.Log(90)) + (2 * Math.Log(50)) + (4 * Math.Log(50))) / 7), ExpectedQuality.Of(TaskKind.Regression, "a", known, random).Metrics[0].Point!.Value, 9);
        Assert.Equal(Math.Exp(((1 * Math.Log(90)) + (2 * Math.Log(100)) + (4 * Math.Log(110))) / 7), ExpectedQuality.Of(TaskKind.Regression, "d", known, random).Metrics[0].Point!.Value, 9);
    }

    [Fact]
    public async Task Over_a_year_of_bike_sharing_what_is_told_of_a_month_is_what_it_came_out_at_and_not_what_random_hours_of_the_past_say()
    {
        var feed = GateFeeds.Of("bike-sharing");
        // Fewer rounds than the product takes, for the time of the test: figures of both are in the README of the benchmarks.
        var pipeline = await TestPipeline.CreateAsync(azurite, feed.Definition + "model: {num_iterations: 80, learning_rate: 0.2, num_leaves: 31}\n");
        var history = new List<PinnedDrop> { await pipeline.DropAsync("initial", feed.Initial) };
        var (known, near, inside, told) = (new List<BacktestRecord>(), 0, 0, 0);
        foreach (var (period, csv) in feed.Drops)
        {
            var drop = await pipeline.DropAsync(period, csv);
            var run = await pipeline.RunAsync(drop, [.. history]);
            var expected = ExpectedQuality.Of(TaskKind.Regression, run.Model.Version, known, run.Evaluate.Metrics["test"]);
            var (rmse, came) = (expected.Metrics[0], run.Predict.Metrics["rmse"]);
            output.WriteLine(FormattableString.Invariant($"{period}: random test {rmse.RandomTest:0.0}, expected {rmse.Point:0.0} ({rmse.Low:0.0} to {rmse.High:0.0}), came out at {came:0.0}"));
            if (expected.IsMeasured)
            {
                told++;
                near += Math.Abs(rmse.Point!.Value - came) <= 0.2 * came ? 1 : 0;
                inside += came >= rmse.Low && came <= rmse.High ? 1 : 0;
                Assert.True(rmse.Point > 1.3 * rmse.RandomTest, $"{period}: {rmse}");
            }

            known.Add(new BacktestRecord(period, run.Model.Version, BacktestRecord.New, true, "", "l2", run.Predict.Metrics["l2"], run.Predict.Metrics));
            history.Add(drop);
        }

        output.WriteLine($"{near} of {told} within 20 %, {inside} inside the interval");
        Assert.Equal(10, told);
        Assert.InRange(near, 6, 10);
        Assert.InRange(inside, 8, 10);
    }

    private static BacktestRecord New(string period, string version, double rmse) => Of(period, version, BacktestRecord.New, rmse);

    private static BacktestRecord Of(string period, string version, string way, double rmse) =>
        new(period, version, way, way == BacktestRecord.New, "scores", "l2", rmse * rmse, new Dictionary<string, double> { ["rmse"] = rmse, ["r2"] = 0.5 });
}
