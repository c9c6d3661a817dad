using System.Globalization;
using MlOps.Pipeline.Artifacts;
using MlOps.Pipeline.Definitions;
using MlOps.Pipeline.Registry;
using MlOps.Pipeline.Steps.Accumulate;
using MlOps.Pipeline.Steps.Backtest;
using MlOps.Pipeline.Steps.Split;
using MlOps.Tabular;
using MlOps.Testing;

namespace MlOps.Pipeline.Tests.Steps;

/// <summary>Periods inside a history, each predicted from what came before it: what the first run tells of the next period.</summary>
public sealed class RollingBacktestTests(AzuriteFixture azurite, ITestOutputHelper output)
{
    private const string Quick = "model: {num_iterations: 80, learning_rate: 0.2, num_leaves: 31}\n";
    private const string Bikes = "task: regression\nlabel: cnt\nexclude: [instant, casual, registered]\ntime: dteday\n";

    [Theory]
    [InlineData(Quick)]
    [InlineData("", Explicit = true)]
    [InlineData("history: auto\n", Explicit = true)]
    [InlineData("validation: time\n", Explicit = true)]
    public async Task Over_a_year_of_bike_sharing_a_range_is_told_of_every_month_the_first_among_them(string more)
    {
        var feed = GateFeeds.Of("bike-sharing");
        var pipeline = await TestPipeline.CreateAsync(azurite, Bikes + more);
        var history = new List<PinnedDrop> { await pipeline.DropAsync("initial", feed.Initial) };
        var (known, near, inside) = (new List<BacktestRecord>(), 0, 0);
        foreach (var (period, csv) in feed.Drops)
        {
            var drop = await pipeline.DropAsync(period, csv);
            var run = await pipeline.RunAsync(drop, [.. history]);
            var rolling = run.Accumulate.RollingBacktest!;
            var expected = ExpectedQuality.Of(TaskKind.Regression, run.Model.Version, known, run.Evaluate.Metrics["test"], rolling, "dteday");
            var (rmse, came) = (expected.Metrics[0], run.Predict.Metrics["rmse"]);
            near += Math.Abs(rmse.Point!.Value - came) <= 0.2 * came ? 1 : 0;
            inside += came >= rmse.Low && came <= rmse.High ? 1 : 0;
            output.WriteLine(FormattableString.Invariant($"{period}: random test {rmse.RandomTest:0.0}, expected {rmse.Point:0.0} ({rmse.Low:0.0} to {rmse.High:0.0}), came out at {came:0.0}; {rolling.Way.Validation} {rolling.Way.History}; {string.Join(' ', rolling.Periods.Select(p => FormattableString.Invariant($"{p.Period}={rolling.MetricsOf(p)["rmse"]:0.0}")))}"));
            if (history.Count == 1)
            {
                Assert.Equal(["2011-08", "2011-09", "2011-10", "2011-11", "2011-12"], expected.Periods);
                Assert.Contains("5 of them inside the history, by its column 'dteday'", expected.Said.ToString(), StringComparison.Ordinal);
            }

            known.Add(new BacktestRecord(period, run.Model.Version, BacktestRecord.New, true, "", "l2", run.Predict.Metrics["l2"], run.Predict.Metrics));
            history.Add(drop);
        }

        output.WriteLine($"{near} of 12 within 20 %, {inside} inside the interval");
        Assert.InRange(near, 6, 12);
        Assert.InRange(inside, 8, 12);
    }

    [Fact]
    public async Task The_labels_of_a_period_inside_the_history_change_nothing_of_what_is_known_before_it()
    {
        var honest = await RunAsync(Months(2021, 8, seed: 1));
        // Every label of the last month is turned round.
        var poisoned = await RunAsync([.. Months(2021, 8, seed: 1).Select(line => line.Contains("2021-08-", StringComparison.Ordinal) ? line[..^1] + (line[^1] == '1' ? '0' : '1') : line)]);

        var (before, after) = (honest.Accumulate.RollingBacktest!, poisoned.Accumulate.RollingBacktest!);
        Assert.Equal(["2021-04", "2021-05", "2021-06", "2021-07", "2021-08"], before.Periods.Select(p => p.Period));
        Assert.Equal(Text(before.Periods.SkipLast(1)), Text(after.Periods.SkipLast(1)));
        // The model of the last month, and its figures on random rows of before, are the same; only what it is held against is another.
        Assert.Equal(Text(before.Periods[^1].RandomTest), Text(after.Periods[^1].RandomTest));
        Assert.Equal(before.Periods[^1].Learned, after.Periods[^1].Learned);
        Assert.InRange(before.Periods[^1].Ways[0].Metrics["auc"], 0.7, 1);
        Assert.Equal(1 - before.Periods[^1].Ways[0].Metrics["auc"], after.Periods[^1].Ways[0].Metrics["auc"], 9);
    }

    [Fact]
    public async Task The_labels_of_the_file_that_is_predicted_change_neither_backtests_nor_model_nor_what_is_told_of_it()
    {
        var pipeline = await TestPipeline.CreateAsync(azurite, Small + "history: auto\n");
        var initial = await pipeline.DropAsync("initial", Csv(Months(2021, 6, seed: 1)));
        var lines = Months(2022, 1, seed: 2);
        var honest = await pipeline.RunAsync(await pipeline.DropAsync("20220101", Csv(lines)), initial);

        var poisoned = await pipeline.RunAsync(await pipeline.DropAsync("20220101", Csv([.. lines.Select(l => l[..^1] + (l[^1] == '1' ? '0' : '1'))])), initial);

        Assert.Equal(Text(honest.Accumulate.RollingBacktest!), Text(poisoned.Accumulate.RollingBacktest!));
        Assert.Equal(honest.Train.ModelSha256, poisoned.Train.ModelSha256);
        Assert.Equal(honest.Predict.PredictionsSha256, poisoned.Predict.PredictionsSha256);
        Assert.NotEqual(honest.Predict.Metrics["auc"], poisoned.Predict.Metrics["auc"]);
    }

    [Fact]
    public async Task Backtests_are_the_same_bytes_with_other_threads_and_rows_in_another_order_of_time_and_are_made_once()
    {
        var lines = Months(2021, 7, seed: 3);
        var found = new List<string>();
        foreach (var (threads, order) in new[] { (1, lines), (2, lines) })
        {
            var pipeline = await TestPipeline.CreateAsync(azurite, Small, new StepOptions(threads));
            var initial = await pipeline.DropAsync("initial", Csv(order));
            var score = await pipeline.DropAsync("20220101", Csv(Months(2022, 1, seed: 4)));
            var first = await pipeline.RunAsync(score, initial);
            var again = await pipeline.Again().Steps.Accumulate.RunAsync(new AccumulateInput("other", TestPipeline.Name, pipeline.DefinitionHash, score.Period, [initial], score));
            Assert.True(again.Step!.Skipped);
            found.Add(first.Accumulate.RequireKey() + first.Train.ModelSha256 + Text(first.Accumulate.RollingBacktest!));
        }

        Assert.Equal(found[0], found[1]);

        // Months that stand backwards in the file are in order all the same: what is validated by time is the last month.
        var time = await RunAsync([.. lines.Reverse()], Small + "validation: time\n");
        Assert.Equal(7 * PerMonth, time.Accumulate.Rows);
        Assert.Equal("2021-07", time.Accumulate.RollingBacktest!.Periods[^1].Period);
        Assert.Equal(ValidationKind.Time, time.Accumulate.RollingBacktest!.Way.Validation);
        Assert.Null(time.Accumulate.RollingBacktest!.Way.ValidationSaid);
    }

    [Fact]
    public async Task Where_the_law_has_changed_less_history_is_learned_from_and_where_it_has_not_all_of_it_is()
    {
        var changing = await RunAsync([.. Months(2021, 6, seed: 5, turned: true), .. Months(2022, 6, seed: 6)], Small + "history: auto\n");
        var steady = await RunAsync(Months(2021, 12, seed: 7), Small + "history: auto\n");

        var less = changing.Accumulate.RollingBacktest!.Way;
        Assert.NotEqual(HistorySettings.All, less.History);
        Assert.StartsWith("The model learns from ", less.HistorySaid!.ToString(), StringComparison.Ordinal);
        Assert.Contains("instead of the whole history: the last 5 periods", less.HistorySaid.ToString(), StringComparison.Ordinal);
        Assert.Equal(HistorySettings.All, steady.Accumulate.RollingBacktest!.Way.History);
        Assert.StartsWith("The model learns from the whole history: ", steady.Accumulate.RollingBacktest!.Way.HistorySaid!.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_the_last_periods_alone_is_learned_and_older_rows_weigh_less()
    {
        string[] lines = [.. Months(2021, 6, seed: 5, turned: true), .. Months(2022, 3, seed: 6)];
        var all = await RunAsync(lines, Small);
        var last = await RunAsync(lines, Small + "history: last 3 periods\n");
        var decay = await RunAsync(lines, Small + "history: decay 0.5\n");

        Assert.Equal((9 * PerMonth, 3 * PerMonth, 9 * PerMonth), (all.Accumulate.Rows, last.Accumulate.Rows, decay.Accumulate.Rows));
        double Auc(TestRun run) => run.Predict.Metrics["auc"];
        Assert.True(Auc(last) > Auc(all) + 0.05, $"{Auc(last)} {Auc(all)}");
        Assert.True(Auc(decay) > Auc(all) + 0.05, $"{Auc(decay)} {Auc(all)}");
        Assert.Equal(3, new[] { all, last, decay }.Select(r => r.Train.ModelSha256).Distinct().Count());
    }

    [Fact]
    public async Task The_time_is_no_feature_is_missing_in_a_later_file_and_a_budget_of_work_leaves_out_the_oldest_periods()
    {
        var pipeline = await TestPipeline.CreateAsync(azurite, Small + "tune: {trials: 1, work: 1}\n");
        var initial = await pipeline.DropAsync("initial", Csv(Months(2021, 7, seed: 8)));
        var bare = string.Join('\n', Csv(Months(2022, 1, seed: 9)).Split('\n').Select(line => line.Length == 0 ? line : line[(line.IndexOf(',', StringComparison.Ordinal) + 1)..]));

        var run = await pipeline.RunAsync(await pipeline.DropAsync("20220101", bare), initial);

        Assert.Equal(["2021-07"], run.Accumulate.RollingBacktest!.Periods.Select(p => p.Period));
        Assert.Contains("1 earlier period could be predicted", run.Accumulate.RollingBacktest!.Way.ValidationSaid!.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("WHEN", await pipeline.ReadAsync(run.Accumulate.RequireKey(), "transform.json"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Three_later_files_with_labels_are_backtested_without_being_asked_and_two_are_not()
    {
        const string definition = "label: Y\nmodel: {num_iterations: 30, learning_rate: 0.2, num_leaves: 7}\n";
        var pipeline = await TestPipeline.CreateAsync(azurite, definition);
        var drops = new List<PinnedDrop> { await pipeline.DropAsync("initial", Csv(Months(2021, 3, seed: 1))) };
        foreach (var month in new[] { 1, 2, 3 })
        {
            drops.Add(await pipeline.DropAsync($"20220{month}01", Csv(Months(2022, 1, seed: 10 + month))));
        }

        var score = await pipeline.DropAsync("20220401", Csv(Months(2022, 1, seed: 20)));
        var two = await pipeline.RunAsync(score, [.. drops[..3]]);
        var three = await pipeline.RunAsync(score, [.. drops]);

        Assert.Null(two.Accumulate.RollingBacktest);
        Assert.Equal(["20220101", "20220201", "20220301"], three.Accumulate.RollingBacktest!.Periods.Select(p => p.Period));
        Assert.All(three.Accumulate.RollingBacktest.Periods, p => Assert.Equal([ValidationKind.Holdout, ValidationKind.Time], p.Ways.Select(w => w.Validation)));
        // One law all along: the latest periods are no better judges than random rows.
        Assert.Equal(ValidationKind.Auto, three.Accumulate.RollingBacktest.Way.Validation);
        Assert.Contains("in the last 3 periods", three.Accumulate.RollingBacktest.Way.ValidationSaid!.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_sample_of_a_history_has_about_as_many_rows_as_asked_for_of_every_period_and_is_the_same_again()
    {
        int[] sizes = [6000, 0, 3000, 1000];
        var rows = sizes.Sum();
        TimePeriod[] times = [.. sizes.Select((size, i) => new TimePeriod($"{i}", size, false))];
        var history = new AccumulatedHistory(
            new Table([new NumberColumn("row", [.. Enumerable.Range(0, rows).Select(i => (double)i)])]), [.. Enumerable.Range(0, rows).Select(i => (Part)(i % 3))], null, ["initial"], [rows], [], times);

        var sample = history.Sample(2000);

        var kept = ((NumberColumn)sample.Table["row"]).Values;
        Assert.InRange(kept.Length, 1850, 2150);
        Assert.Equal(kept, ((NumberColumn)history.Sample(2000).Table["row"]).Values);
        Assert.Equal(kept.Select(row => (Part)((int)row % 3)), sample.Parts);
        Assert.Equal([kept.Length], sample.RowsOfPeriods);
        Assert.Equal([kept.Count(r => r < 6000), 0, kept.Count(r => r is >= 6000 and < 9000), kept.Count(r => r >= 9000)], sample.Times.Select(t => t.Rows));
        Assert.InRange(sample.Times[0].Rows, 1100, 1300);
        Assert.Same(history, history.Sample(rows));
    }

    private const int PerMonth = 120;
    private const string Small = "label: Y\ntime: WHEN\nmodel: {num_iterations: 30, learning_rate: 0.2, num_leaves: 7}\n";

    private static string Text<T>(T value) => System.Text.Json.JsonSerializer.Serialize(value);

    private static string Csv(IEnumerable<string> lines) => "WHEN,A,B,Y\n" + string.Join('\n', lines) + "\n";

    private async Task<TestRun> RunAsync(string[] lines, string definition = Small)
    {
        var pipeline = await TestPipeline.CreateAsync(azurite, definition);
        return await pipeline.RunAsync(await pipeline.DropAsync("20230101", Csv(Months(2023, 1, seed: 99))), await pipeline.DropAsync("initial", Csv(lines)));
    }

    // A says how likely a label of 1 is; where the law is turned round, how unlikely.
    private static string[] Months(int year, int months, int seed, bool turned = false)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(1, months).SelectMany(month => Enumerable.Range(0, PerMonth).Select(row =>
        {
            var (a, b) = (random.NextDouble(), random.NextDouble());
            var one = random.NextDouble() < 1 / (1 + Math.Exp((turned ? 6 : -6) * (a - 0.5)));
            return string.Create(CultureInfo.InvariantCulture, $"{year}-{month:00}-{1 + (row % 28):00},{a:0.0000},{b:0.0000},{(one ? 1 : 0)}");
        }))];
    }
}
