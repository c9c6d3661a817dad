using MlOps.Pipeline.Registry;
using MlOps.Pipeline.Steps.Accumulate;
using MlOps.Pipeline.Steps.Compare;

namespace MlOps.Pipeline.Tests.Registry;

public sealed class TrackRecordTests
{
    [Fact]
    public void The_record_is_the_last_decision_of_each_earlier_period_in_which_two_models_met()
    {
        Release[] releases =
        [
            Made("20201001", "a", null, "a"),
            Made("20201201", "c", "b", "c"),
            Made("20201101", "a", "a", "x"),
            Made("20201101", "b", "a", "b"),
            new(DateTimeOffset.UnixEpoch, "20201201", "b", "c", null, "hand", "", null),
            Made("20210101", "d", "b", "d"),
        ];

        Assert.Equal(
            [new PastDecision("20201101", "b", "a"), new PastDecision("20201201", "c", "b")],
            TrackRecord.Of(releases, "20210101"));
    }

    [Fact]
    public void No_more_decisions_are_looked_back_on_than_can_be_counted() =>
        Assert.Equal(
            [.. Enumerable.Range(13, 8).Select(day => $"202010{day}")],
            TrackRecord.Of(Enumerable.Range(10, 11).Select(day => Made($"202010{day}", "b", "a", "b")), "20201101").Select(d => d.Period));

    [Fact]
    public void A_period_counts_half_as_much_as_the_one_after_it_and_harm_in_most_resamples_keeps_the_champion()
    {
        var record = TrackRecord.Judge([Gain(0.066), Gain(-0.053)], 1, 0.6)!;

        // Twice the first: better. One of each: (0.033 - 0.053) / 1.5, worse. Twice the second: worse.
        Assert.Equal([0.5, 1], record.Periods.Select(p => p.Weight));
        Assert.Equal(-0.02 / 1.5, record.Improvement, 12);
        Assert.Equal((0.75, false), (record.Harm, record.Passed));
        Assert.True(TrackRecord.Judge([Gain(0.066), Gain(-0.053)], 1, 0.8)!.Passed);
        Assert.True(TrackRecord.Judge([Gain(-0.053), Gain(0.066)], 1, 0.6)!.Passed);
    }

    [Fact]
    public void A_single_period_says_nothing_about_how_periods_differ() => Assert.Null(TrackRecord.Judge([Gain(-1)], 1, 0.6));

    [Fact]
    public void The_evidence_is_of_the_periods_that_the_champion_has_not_learned_from()
    {
        var history = History(("initial", 100), ("20201001", 40), ("20201101", 40));
        int[] rows = [.. Enumerable.Range(0, 180).Where(row => row % 2 == 0)];

        var evidence = Evidence.Unlearned(rows, history, ["initial"]);

        Assert.Equal(["20201001", "20201101"], evidence.Periods!);
        Assert.Equal([.. rows.Where(row => row >= 100)], evidence.Places.Select(i => rows[i]));
    }

    [Fact]
    public void Where_too_few_rows_are_new_or_their_periods_unknown_all_test_rows_are_the_evidence()
    {
        var history = History(("initial", 100), ("20201001", 29));
        int[] rows = [.. Enumerable.Range(0, 129)];

        Assert.Null(Evidence.Unlearned(rows, history, ["initial"]).Periods);
        Assert.Equal(129, Evidence.Unlearned(rows, history, ["initial"]).Places.Length);
        Assert.Null(Evidence.Unlearned(rows, history, ["initial", "20201001"]).Periods);
        Assert.Null(Evidence.Unlearned(rows, history with { RowsOfPeriods = null }, ["initial"]).Periods);
    }

    private static AccumulateResult History(params (string Period, int Rows)[] periods) =>
        new(periods.Sum(p => p.Rows), 0, 0, 0, [.. periods.Select(p => p.Period)], [], [.. periods.Select(p => p.Rows)]);

    private static PastGain Gain(double improvement) => new("20201001", "b", "a", 100, improvement, 1);

    private static Release Made(string period, string champion, string? previous, string challenger) =>
        new(DateTimeOffset.UnixEpoch, period, champion, previous, challenger, "run-" + period, "", "key");
}
