using MlOps.Pipeline.Registry;
using MlOps.Pipeline.Steps.Compare;

namespace MlOps.Pipeline.Tests.Registry;

/// <summary>The gate by evidence from time: the new model, unless a champion of before was the better one in every period since.</summary>
public sealed class ProceedingTests
{
    [Fact]
    public void Without_a_measured_period_it_says_nothing() => Assert.Null(Proceeding.Judge([], ["a"], false, 0));

    [Fact]
    public void The_new_model_is_taken_where_no_champion_of_before_was_always_better()
    {
        var found = Proceeding.Judge([.. Periods("a", 0.5, 0.4, 0.4, 0.6, 0.4)], ["a"], false, 0);

        Assert.Equal(5, found!.Periods.Count);
        Assert.Null(found.Keep);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void A_single_month_never_decides_and_three_do_not_either(int months)
    {
        Assert.Null(Proceeding.Judge([.. Periods("a", [.. Enumerable.Repeat(0.1, months)])], ["a"], false, 0)!.Keep);
    }

    [Fact]
    public void A_champion_that_was_better_in_each_of_four_periods_is_kept_and_the_best_of_several()
    {
        BacktestRecord[] known = [.. Periods("a", 0.4, 0.4, 0.4, 0.4), .. Periods("b", 0.3, 0.4, 0.4, 0.4).Where(r => r.ModelVersion == "b")];

        var keep = Proceeding.Judge(known, ["a", "b"], false, 0)!.Keep!;

        Assert.Equal(("b", 4), (keep.ModelVersion, keep.Periods.Count));
        Assert.Equal(((0.2 * 1) + (0.1 * 3)) / 4, keep.Gain, 12);
        Assert.Equal("a", Proceeding.Judge(known, ["a"], false, 0)!.Keep!.ModelVersion);
        Assert.Null(Proceeding.Judge(known, [], false, 0)!.Keep);
        Assert.Null(Proceeding.Judge(known, ["a", "b"], higherIsBetter: true, 0)!.Keep);
        Assert.Null(Proceeding.Judge(known, ["a", "b"], false, margin: 0.15)!.Keep);
    }

    [Fact]
    public void The_first_period_that_speaks_for_the_new_models_ends_it() =>
        Assert.Null(Proceeding.Judge([.. Periods("a", 0.4, 0.4, 0.4, 0.4, 0.55)], ["a"], false, 0)!.Keep);

    [Fact]
    public void A_model_says_nothing_in_the_period_in_which_it_was_the_new_one()
    {
        BacktestRecord own = new("20191201", "a", BacktestRecord.New, true, "s", "l2", 0.9, new Dictionary<string, double>());

        Assert.Equal(4, Proceeding.Judge([own, .. Periods("a", 0.4, 0.4, 0.4, 0.4)], ["a"], false, 0)!.Keep!.Periods.Count);
    }

    [Fact]
    public void Only_those_that_no_period_has_spoken_against_are_scored_on_and_none_on_a_feed_without_labels()
    {
        BacktestRecord[] known = [.. Periods("a", 0.4, 0.4), .. Periods("b", 0.4, 0.7).Where(r => r.ModelVersion == "b")];

        Assert.Equal(["a", "c"], Proceeding.Undefeated(known, ["a", "b", "c"], false, 0));
        Assert.Empty(Proceeding.Undefeated([], ["a", "b", "c"], false, 0));
    }

    // Months in which the new model came out at 0.5, and another one as given.
    private static IEnumerable<BacktestRecord> Periods(string version, params double[] values) => values.SelectMany((value, i) => new BacktestRecord[]
    {
        new($"2020{i + 1:00}01", $"new-{i}", BacktestRecord.New, true, "s", "l2", 0.5, new Dictionary<string, double>()),
        new($"2020{i + 1:00}01", version, BacktestRecord.Earlier, false, "s", "l2", value, new Dictionary<string, double>()),
    });
}
