using MlOps.Pipeline.Artifacts;
using MlOps.Pipeline.Definitions;
using MlOps.Pipeline.Registry;
using MlOps.Pipeline.Steps.Backtest;
using MlOps.Pipeline.Steps.Performance;
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

    [Theory]
    [InlineData(0.80, "came-out-within", "It came out at AUC 0.8, within that range.", "この範囲に入りました")]
    [InlineData(0.60, "came-out-worse", "worse than that range: this period was harder to predict than the ones before it.", "この範囲より悪い結果でした")]
    [InlineData(0.95, "came-out-better", "better than that range.", "この範囲より良い結果でした")]
    public void Where_a_period_came_out_beside_the_range_that_was_told_that_is_said_and_labels_go_before_an_estimate(double auc, string code, string english, string japanese)
    {
        var expected = Steady().Against(Auc(auc), Auc(0.7));

        Assert.Equal(code, expected.Outcome!.Code);
        Assert.Contains(english, expected.Outcome.ToString(), StringComparison.Ordinal);
        Assert.Contains(japanese, Sentences.Word(expected.Outcome, Sentences.Japanese), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(29, "came-out-few")]
    [InlineData(30, "came-out-better")]
    public void A_period_with_a_handful_of_labels_is_neither_better_nor_worse_than_the_range(int rows, string code)
    {
        var expected = Steady().Against(new Dictionary<string, double> { ["auc"] = 0.95, ["rows"] = rows }, null);

        Assert.Equal(code, expected.Outcome!.Code);
        if (rows < 30)
        {
            Assert.Equal("It came out at AUC 0.95 on 29 labelled rows, too few to be held against that range.", expected.Outcome.ToString());
            Assert.Contains("29 行", Sentences.Word(expected.Outcome, Sentences.Japanese), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(0.80, "estimated-within")]
    [InlineData(0.70, "estimated-worse")]
    [InlineData(0.95, "estimated-better")]
    public void An_estimate_that_leaves_the_range_on_its_worse_side_is_the_alert_and_nothing_else_is(double auc, string code)
    {
        var expected = Steady();
        var estimated = new Dictionary<string, double> { ["auc"] = auc, ["positive_rate"] = 0.2 };

        var verdict = PerformanceAlerts.Of(null, "20250501", "m4", Auc(0.81), [], estimated, 2000, null, expected.Ranges);

        Assert.Equal(code, expected.Against(null, estimated).Outcome!.Code);
        if (code != "estimated-worse")
        {
            Assert.Empty(verdict.Alerts);
            return;
        }

        var alert = Assert.Single(verdict.Alerts);
        Assert.Equal((PerformanceAlerts.Estimated, "estimate-left"), (alert.Kind, alert.Said!.Code));
        var range = expected.Metrics[0];
        Assert.Contains(FormattableString.Invariant($"worse than the {range.Low:0.####} to {range.High:0.####} that the last 4 measured periods let expect"), alert.Said.ToString(), StringComparison.Ordinal);
        Assert.Contains("見込まれる", Sentences.Word(alert.Said, Sentences.Japanese), StringComparison.Ordinal);
    }

    [Fact]
    public void Before_two_periods_are_measured_nothing_is_held_against_a_range()
    {
        var expected = ExpectedQuality.Of(TaskKind.Binary, "m2", [Binary("20250101", 0.8)], Auc(0.81));

        Assert.Null(expected.Against(Auc(0.6), null).Outcome);
        Assert.Null(Steady().Against(null, new Dictionary<string, double>()).Outcome);
    }

    private static ExpectedQuality Steady() =>
        ExpectedQuality.Of(TaskKind.Binary, "m4", [Binary("20250101", 0.80), Binary("20250201", 0.81), Binary("20250301", 0.79), Binary("20250401", 0.80)], Auc(0.81));

    private static Dictionary<string, double> Auc(double auc) => new() { ["auc"] = auc, ["rows"] = 500 };

    private static BacktestRecord Binary(string period, double auc) => new(period, "m-" + period, BacktestRecord.New, true, "", "auc", auc, Auc(auc));

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
