using MlOps.Pipeline.Artifacts;
using MlOps.Pipeline.Definitions;
using MlOps.Pipeline.Registry;
using MlOps.Pipeline.Steps.Promote;
using MlOps.Pipeline.Tests.Steps;
using MlOps.Testing;

namespace MlOps.Pipeline.Tests.Registry;

/// <summary>The rule of a definition that says nothing of promotion, with what it remembers.</summary>
public sealed class MeasuredGateTests(AzuriteFixture azurite)
{
    private static readonly string[] Months = ["20201001", "20201101", "20201201", "20210101", "20210201", "20210301"];

    [Fact]
    public async Task The_new_model_is_taken_month_by_month_until_an_earlier_one_was_better_four_times_running_which_then_comes_back()
    {
        var pipeline = await TestPipeline.CreateAsync(azurite, SmallCase.Definition);
        var history = new List<PinnedDrop> { await pipeline.DropAsync("initial", SmallCase.Csv(500, 1)) };
        var versions = new List<string>();
        for (var month = 0; month < 5; month++)
        {
            var (drop, run) = await RunAsync(pipeline, history, month);
            var decision = await DecideAsync(pipeline, drop, run);
            versions.Add(run.Model.Version);
            Assert.True(decision.Promoted, decision.Verdict.Reason);
            Assert.Equal(PromoteRule.Measured, decision.Verdict.Rule);
            // The first model is better than each new one after it.
            await EnterAsync(pipeline, drop.Period, (run.Model.Version, BacktestRecord.New, 0.6), (versions[0], BacktestRecord.Earlier, 0.5));
            history.Add(drop);
        }

        var (last, sixth) = await RunAsync(pipeline, history, 5);
        var back = await DecideAsync(pipeline, last, sixth);

        Assert.Equal((false, versions[0], versions[4]), (back.Promoted, back.Version, back.Champion));
        Assert.Equal(Months[1..5], back.Verdict.Proceeding!.Keep!.Periods);
        Assert.Contains($"{versions[0]} has done better than the model that was new then in each of the 4 periods", back.Verdict.Reason, StringComparison.Ordinal);
        Assert.Equal(versions[0], (await pipeline.Steps.Aliases.ReadAsync(pipeline.Pipeline)).Champion);

        // Asked again it decides on what was known then, whatever has been measured since.
        await EnterAsync(pipeline, Months[4], "later", (versions[4], BacktestRecord.New, 0.1), (versions[0], BacktestRecord.Earlier, 0.5));
        var again = await DecideAsync(pipeline, last, sixth);
        Assert.Equal((back.Version, back.Promoted), (again.Version, again.Promoted));
        Assert.True(again.Verdict.Step!.Skipped);
    }

    [Fact]
    public async Task Without_a_measured_period_the_test_rows_decide_as_before()
    {
        var pipeline = await TestPipeline.CreateAsync(azurite, SmallCase.Definition);
        var history = new List<PinnedDrop> { await pipeline.DropAsync("initial", SmallCase.Csv(500, 1)) };
        var (first, run) = await RunAsync(pipeline, history, 0);
        await DecideAsync(pipeline, first, run);
        history.Add(first);
        var (second, next) = await RunAsync(pipeline, history, 1);

        var decision = await DecideAsync(pipeline, second, next);

        Assert.Null(decision.Verdict.Proceeding);
        Assert.Contains("of the resamples", decision.Verdict.Reason, StringComparison.Ordinal);
        Assert.Equal(decision.Verdict.Confidence >= 0.6, decision.Promoted);
    }

    [Theory]
    [InlineData("", PromoteRule.Measured)]
    [InlineData("promote: measured\n", PromoteRule.Measured)]
    [InlineData("promote: {margin: 0.01}\n", PromoteRule.Measured)]
    [InlineData("promote: better\n", PromoteRule.Better)]
    [InlineData("promote: {confidence: 0.9}\n", PromoteRule.Better)]
    [InlineData("promote: {rule: measured, confidence: 0.9}\n", PromoteRule.Measured)]
    public void Who_asks_for_proof_gets_it_and_who_says_nothing_is_measured(string promote, PromoteRule rule) =>
        Assert.Equal(rule, PipelineDefinition.Parse("label: y\n" + promote, "p.yaml").Promote.Rule);

    private static async Task<(PinnedDrop Drop, TestRun Run)> RunAsync(TestPipeline pipeline, List<PinnedDrop> history, int month)
    {
        var drop = await pipeline.DropAsync(Months[month], SmallCase.Csv(150, 10 + month, 5001 + (1000 * month)));
        return (drop, await pipeline.RunAsync(drop, [.. history]));
    }

    private static Task<PromoteResult> DecideAsync(TestPipeline pipeline, PinnedDrop drop, TestRun run) => pipeline.Steps.Promotion.DecideAsync(new PromoteInput(
        "run-" + drop.Period, TestPipeline.Name, pipeline.DefinitionHash, drop.Period, run.Model.Version, run.Inspect.Incidents));

    private static Task EnterAsync(TestPipeline pipeline, string period, params (string Version, string Way, double Value)[] records) =>
        EnterAsync(pipeline, period, "run-" + period, records);

    private static Task EnterAsync(TestPipeline pipeline, string period, string runId, params (string Version, string Way, double Value)[] records) => pipeline.Steps.Backtests.EnterAsync(
        pipeline.Pipeline, runId, 1,
        [.. records.DistinctBy(r => r.Version).Select(r => new BacktestRecord(period, r.Version, r.Way, r.Way == BacktestRecord.New, r.Version, "binary_logloss", r.Value, new Dictionary<string, double>()))],
        CancellationToken.None);
}
