using MlOps.Evaluation.Intervals;

namespace MlOps.Evaluation.Tests.Intervals;

public sealed class PerformanceFallTests
{
    // Bike sharing, February 2011: RMSE 96.7 where random hours of January had promised 30.6.
    [Fact]
    public void A_first_period_far_above_what_the_test_rows_promised_is_a_fall()
    {
        var fall = PerformanceFall.Judge(new PeriodFigure(96.7, 90, 104, 649), new TestFigure(30.6, 138), [], PeriodScale.Logarithm, higherIsBetter: false);

        Assert.NotNull(fall);
        Assert.Equal(30.6, fall.Test);
        Assert.Null(fall.Periods);
        Assert.InRange(fall.Limit, 30.6, 96.7);
    }

    [Fact]
    public void A_period_like_the_measured_ones_before_it_is_none_however_much_better_the_test_rows_were() =>
        Assert.Null(PerformanceFall.Judge(new PeriodFigure(96.7, 90, 104, 649), new TestFigure(30.6, 138), [92, 99], PeriodScale.Logarithm, higherIsBetter: false));

    [Fact]
    public void A_gain_over_chance_that_halves_is_a_fall()
    {
        // AUC 0.85 and then 0.675: half of what lies above one half.
        var (low, high) = PerformanceFall.AucInterval(0.675, 100, 400);
        var fall = PerformanceFall.Judge(new PeriodFigure(0.675, low, high, 500), new TestFigure(0.85, 300), [0.86, 0.84, 0.85], PeriodScale.LogOdds, higherIsBetter: true);

        Assert.NotNull(fall);
        Assert.InRange(fall.Periods!.Value, 0.84, 0.86);
        Assert.InRange(fall.Limit, 0.675, 0.84);
    }

    [Fact]
    public void A_better_period_is_none()
    {
        Assert.Null(PerformanceFall.Judge(new PeriodFigure(0.95, 0.94, 0.96, 500), new TestFigure(0.7, 300), [0.7, 0.71], PeriodScale.LogOdds, higherIsBetter: true));
        Assert.Null(PerformanceFall.Judge(new PeriodFigure(10, 9, 11, 500), new TestFigure(30, 300), [31, 29], PeriodScale.Logarithm, higherIsBetter: false));
        Assert.Null(PerformanceFall.Judge(new PeriodFigure(0.9, 0.88, 0.92, 500), new TestFigure(0.5, 300), [0.5, 0.4], PeriodScale.Unexplained, higherIsBetter: true));
    }

    [Fact]
    public void R_squared_that_sinks_is_a_fall() =>
        Assert.NotNull(PerformanceFall.Judge(new PeriodFigure(0.4754, 0.42, 0.52, 649), new TestFigure(0.9455, 138), [], PeriodScale.Unexplained, higherIsBetter: true));

    [Fact]
    public void A_hardly_worse_period_of_a_million_rows_is_none() =>
        Assert.Null(PerformanceFall.Judge(new PeriodFigure(0.79, 0.7899, 0.7901, 1e6), new TestFigure(0.8, 1e6), [0.8, 0.8, 0.8], PeriodScale.LogOdds, higherIsBetter: true));

    [Fact]
    public void A_few_test_rows_that_were_all_right_promise_no_perfect_period() =>
        Assert.Null(PerformanceFall.Judge(new PeriodFigure(0.95, 0.88, 0.99, 60), new TestFigure(1, 20), [], PeriodScale.LogOdds, higherIsBetter: true));

    [Fact]
    public void With_nothing_to_hold_it_against_there_is_no_verdict() =>
        Assert.Null(PerformanceFall.Judge(new PeriodFigure(0.1, 0.05, 0.2, 100), null, [], PeriodScale.LogOdds, higherIsBetter: true));

    // 50,000 months of normal figures whose true spread is the one that the rows alone give: nobody is woken more than once in 740 (normal tail at 3).
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public void Independent_months_hardly_ever_raise_it(int months)
    {
        var random = new Random(17 + months);
        const double sd = 0.1;
        var alarms = 0;
        for (var i = 0; i < 50_000; i++)
        {
            double Draw(double scale) => Math.Exp(scale * Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()));
            double[] before = [.. Enumerable.Range(0, months).Select(_ => Draw(sd))];
            var now = Draw(sd);
            var figure = new PeriodFigure(now, now * Math.Exp(-1.96 * sd), now * Math.Exp(1.96 * sd), 500);
            alarms += PerformanceFall.Judge(figure, new TestFigure(Draw(sd * Math.Sqrt(500.0 / 300)), 300), before, PeriodScale.Logarithm, higherIsBetter: false) is null ? 0 : 1;
        }

        Assert.InRange(alarms, 0, 50_000 / 740);
    }

    // scipy has no such function; by hand from the paper's formula: standard error 0.0401036 of an AUC of 0.8 with 50 and 150 rows.
    [Fact]
    public void The_interval_of_an_AUC_is_that_of_Hanley_and_McNeil()
    {
        var (low, high) = PerformanceFall.AucInterval(0.8, 50, 150);
        var odds = (Math.Log(high / (1 - high)) - Math.Log(low / (1 - low))) / (2 * 1.959963985);

        Assert.Equal(0.0401036 / (0.8 * 0.2), odds, 1e-5);
    }
}
