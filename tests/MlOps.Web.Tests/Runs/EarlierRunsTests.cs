using MlOps.Pipeline.Orchestrations;
using MlOps.Web.Runs;

namespace MlOps.Web.Tests.Runs;

/// <summary>What is left of a run, by what an earlier one took.</summary>
public sealed class EarlierRunsTests
{
    private static readonly DateTimeOffset Began = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    private static readonly EarlierRuns.Stretch[] Earlier =
        [new("admit", 1), new("validate", 2), new("waits for the predictions of 20200901", 100), new("train", 40), new("wait for approval of m1", 500), new("predict", 5), new("publish", 1)];

    [Fact]
    public void The_rest_of_the_stage_and_all_later_ones_are_left_without_the_waits()
    {
        Assert.Equal(40 - 10 + 5 + 1, EarlierRuns.Left(Earlier, Live("train"), Began.AddSeconds(10)));
        // A stage that takes longer than it did then has nothing left of its own.
        Assert.Equal(5 + 1, EarlierRuns.Left(Earlier, Live("train"), Began.AddSeconds(90)));
    }

    [Fact]
    public void A_run_that_waits_is_where_its_last_line_says()
    {
        Assert.Equal(40 + 5 + 1, EarlierRuns.Left(Earlier, Live("waits for the predictions of 20201001", "admit", "validate"), Began.AddSeconds(7)));
        Assert.Null(EarlierRuns.Left(Earlier, Live("waits for initial.csv to be read"), Began));
        Assert.Null(EarlierRuns.Left([], Live("train"), Began));
    }

    [Fact]
    public void More_time_in_a_stage_never_leaves_more_nor_less_than_the_stages_to_come()
    {
        var left = Enumerable.Range(0, 100).Select(second => EarlierRuns.Left(Earlier, Live("train"), Began.AddSeconds(second))!.Value).ToArray();
        Assert.Equal(left.OrderDescending(), left);
        Assert.Equal(6, left[^1]);
    }

    private static LiveRun Live(string stage, params string[] log) => new(stage, Began, null, [.. log.Select(text => new LiveLine(Began, text))], null);
}
