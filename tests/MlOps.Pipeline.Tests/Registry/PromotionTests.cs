using MlOps.Pipeline.Registry;
using MlOps.Pipeline.Steps.Promote;
using MlOps.Pipeline.Tests.Steps;
using MlOps.Testing;

namespace MlOps.Pipeline.Tests.Registry;

public sealed class PromotionTests(AzuriteFixture azurite)
{
    private const string Ungated = SmallCase.Definition + "\npromote: always";
    private const string Gated = SmallCase.Definition + "\npromote: {rule: better, metric: auc, confidence: 0.9, resamples: 200}";

    [Fact]
    public async Task The_first_model_that_beats_the_baseline_is_promoted_and_one_that_is_no_better_is_refused()
    {
        var pipeline = await TestPipeline.CreateAsync(azurite, Gated);
        var (first, second) = await TwoRunsAsync(pipeline);

        var one = await DecideAsync(pipeline, "20201001", first);
        var two = await DecideAsync(pipeline, "20201101", second);

        Assert.True(one.Promoted);
        Assert.Equal(first, one.Version);
        Assert.False(two.Promoted);
        Assert.Equal((first, first), (two.Version, two.Champion!));
        Assert.Contains("less than the 90", two.Verdict.Reason, StringComparison.Ordinal);
        var aliases = await pipeline.Steps.Aliases.ReadAsync(pipeline.Pipeline);
        Assert.Equal(first, aliases.Champion);
        Assert.Equal(2, aliases.History.Count);
    }

    [Fact]
    public async Task Asking_again_gives_the_same_decision_and_records_nothing()
    {
        var pipeline = await TestPipeline.CreateAsync(azurite, Ungated);
        var (first, second) = await TwoRunsAsync(pipeline);
        await DecideAsync(pipeline, "20201001", first);
        var one = await DecideAsync(pipeline, "20201101", second);

        var two = await DecideAsync(pipeline, "20201101", second);

        Assert.Equal(one.Version, two.Version);
        Assert.Equal(one.Champion, two.Champion);
        Assert.Equal(2, (await pipeline.Steps.Aliases.ReadAsync(pipeline.Pipeline)).History.Count);
    }

    [Fact]
    public async Task A_model_that_does_not_beat_the_trivial_baseline_is_never_promoted()
    {
        var pipeline = await TestPipeline.CreateAsync(
            azurite, "label: TARGET\nid: ID\nfeatures: [B]\nmodel: {num_leaves: 31, min_data_in_leaf: 2, num_iterations: 200, learning_rate: 0.3, early_stopping_round: 0}");
        var initial = await pipeline.DropAsync("initial", SmallCase.Csv(400, 1));
        var run = await pipeline.RunAsync(await pipeline.DropAsync("20201001", SmallCase.Csv(50, 2, 5001)), initial);

        var decision = await DecideAsync(pipeline, "20201001", run.Model.Version);

        Assert.False(decision.Promoted);
        Assert.Contains("trivial baseline", decision.Verdict.Reason, StringComparison.Ordinal);
        Assert.Null((await pipeline.Steps.Aliases.ReadAsync(pipeline.Pipeline)).Champion);
    }

    [Fact]
    public async Task A_rollback_puts_the_former_champion_back_and_the_next_period_has_to_beat_it()
    {
        var pipeline = await TestPipeline.CreateAsync(azurite, Ungated);
        var (first, second) = await TwoRunsAsync(pipeline);
        await DecideAsync(pipeline, "20201001", first);
        await DecideAsync(pipeline, "20201101", second);

        var aliases = await pipeline.Steps.Aliases.RollbackAsync(pipeline.Pipeline);

        Assert.Equal((first, second), (aliases.Champion!, aliases.Previous!));
        Assert.Equal(first, aliases.Before("20201201"));
        Assert.Equal("hand", aliases.History[^1].Mover);
    }

    [Fact]
    public async Task Labels_that_come_after_a_rollback_do_not_undo_it()
    {
        var pipeline = await TestPipeline.CreateAsync(azurite, Ungated);
        var (first, second) = await TwoRunsAsync(pipeline);
        await DecideAsync(pipeline, "20201001", first);
        await DecideAsync(pipeline, "20201101", second);
        await pipeline.Steps.Aliases.RollbackAsync(pipeline.Pipeline);

        var again = await DecideAsync(pipeline, "20201101", second, "run-of-labels");

        Assert.Equal(second, again.Version);
        Assert.Equal(first, (await pipeline.Steps.Aliases.ReadAsync(pipeline.Pipeline)).Champion);
    }

    [Fact]
    public async Task Of_many_writers_at_once_none_loses_a_decision_and_there_is_always_a_champion()
    {
        var pipeline = await TestPipeline.CreateAsync(azurite, Ungated);
        var (first, second) = await TwoRunsAsync(pipeline);
        await DecideAsync(pipeline, "20201001", first);
        await DecideAsync(pipeline, "20201101", second);

        await Task.WhenAll(Enumerable.Range(0, 12).Select(async _ =>
        {
            await pipeline.Steps.Aliases.RollbackAsync(pipeline.Pipeline);
            Assert.NotNull((await pipeline.Steps.Aliases.ReadAsync(pipeline.Pipeline)).Champion);
        }));

        var aliases = await pipeline.Steps.Aliases.ReadAsync(pipeline.Pipeline);
        Assert.Equal(14, aliases.History.Count);
        Assert.Equal(second, aliases.Champion);
        for (var i = 1; i < aliases.History.Count; i++)
        {
            Assert.Equal(aliases.History[i - 1].Champion, aliases.History[i].Previous);
        }
    }

    [Fact]
    public void A_period_that_is_predicted_again_meets_the_champion_of_its_own_time()
    {
        var at = DateTimeOffset.UnixEpoch;
        var aliases = Aliases.None
            .With(new Release(at, "20201001", "a", null, "a", "run1", "", null))
            .With(new Release(at.AddDays(1), "20201101", "b", "a", "b", "run2", "", null))
            .With(new Release(at.AddDays(2), "20201001", "c", null, "c", "run3", "", null));

        Assert.Null(aliases.Before("20201001"));
        Assert.Equal("c", aliases.Before("20201101"));
        Assert.Equal("b", aliases.Before("20201201"));
        Assert.Equal("b", aliases.Champion);
        Assert.Equal("a", aliases.LiveAt(at.AddHours(1))!.Champion);
    }

    [Fact]
    public void A_refused_challenger_does_not_take_the_place_of_the_decision_that_made_the_champion()
    {
        var at = DateTimeOffset.UnixEpoch;
        var aliases = Aliases.None
            .With(new Release(at, "20201001", "a", null, "a", "run1", "promoted: first", null))
            .With(new Release(at.AddDays(1), "20201101", "a", "a", "b", "run2", "refused: no better", null));

        Assert.Equal(("a", "run1", "promoted: first"), (aliases.LiveAt(at.AddDays(2))!.Champion, aliases.LiveAt(at.AddDays(2))!.Mover, aliases.LiveAt(at.AddDays(2))!.Reason));
    }

    [Fact]
    public async Task What_was_live_when_and_why_is_answered_from_a_history_without_gaps()
    {
        var pipeline = await TestPipeline.CreateAsync(azurite, Ungated);
        var (first, second) = await TwoRunsAsync(pipeline);
        await DecideAsync(pipeline, "20201001", first);
        var between = DateTimeOffset.UtcNow;
        await DecideAsync(pipeline, "20201101", second);
        await pipeline.Steps.Aliases.RollbackAsync(pipeline.Pipeline);

        var aliases = await pipeline.Steps.Aliases.ReadAsync(pipeline.Pipeline);

        Assert.Null(aliases.LiveAt(aliases.History[0].At.AddTicks(-1)));
        var live = aliases.LiveAt(between)!;
        Assert.Equal((first, "run-20201001"), (live.Champion, live.Mover));
        Assert.StartsWith("promoted: ", live.Reason, StringComparison.Ordinal);
        Assert.Contains("\"promote\": true", await pipeline.ReadAsync(live.VerdictKey!, "verdict.json"), StringComparison.Ordinal);
        Assert.Equal((first, "hand"), (aliases.LiveAt(DateTimeOffset.MaxValue)!.Champion, aliases.LiveAt(DateTimeOffset.MaxValue)!.Mover));
        Assert.Equal([null, first, second], aliases.History.Select(r => r.Previous));
    }

    [Fact]
    public async Task A_version_that_does_not_exist_cannot_be_promoted()
    {
        var pipeline = await TestPipeline.CreateAsync(azurite, Ungated);

        var refused = await Assert.ThrowsAsync<MlOps.Pipeline.Artifacts.StepRefusedException>(() => pipeline.Steps.Aliases.PromoteAsync(pipeline.Pipeline, "20201001-00000000"));

        Assert.Contains("no model version", refused.Message, StringComparison.Ordinal);
    }

    private static async Task<(string First, string Second)> TwoRunsAsync(TestPipeline pipeline)
    {
        var initial = await pipeline.DropAsync("initial", SmallCase.Csv(800, 1));
        var drop = await pipeline.DropAsync("20201001", SmallCase.Csv(100, 2, 5001));
        var first = await pipeline.RunAsync(drop, initial);
        var second = await pipeline.RunAsync(await pipeline.DropAsync("20201101", SmallCase.Csv(100, 3, 6001)), initial, drop);
        return (first.Model.Version, second.Model.Version);
    }

    private static Task<PromoteResult> DecideAsync(TestPipeline pipeline, string period, string challenger, string? run = null) =>
        pipeline.Steps.Promotion.DecideAsync(new PromoteInput(run ?? "run-" + period, TestPipeline.Name, pipeline.DefinitionHash, period, challenger, []));
}
