using MlOps.Evaluation.Intervals;

namespace MlOps.Evaluation.Tests.Intervals;

public sealed class NextPeriodTests
{
    // 90 % prediction interval of one new observation, from a table of Student's distribution: mean ± t(0.95; n - 1) · s · √(1 + 1/n).
    [Theory]
    [InlineData(new double[] { 1, 2, 3, 4, 5 }, 3, 2.132 * 1.58114 * 1.09545)]
    [InlineData(new double[] { 10, 14 }, 12, 6.314 * 2.82843 * 1.22474)]
    [InlineData(new double[] { 2, 4, 9 }, 5, 2.920 * 3.60555 * 1.15470)]
    public void With_equal_weights_and_nothing_usual_it_is_the_textbook_interval_of_one_new_observation(double[] values, double point, double half)
    {
        var (mean, low, high) = NextPeriod.Expect([.. values.Select(Math.Exp)], PeriodScale.Logarithm, double.PositiveInfinity, usualPeriods: 0);

        Assert.Equal(point, Math.Log(mean), 9);
        Assert.Equal(point - half, Math.Log(low), 2);
        Assert.Equal(point + half, Math.Log(high), 2);
    }

    [Fact]
    public void A_period_weighs_half_as_much_as_the_one_after_it_and_no_more_than_five_count()
    {
        Assert.Equal(Math.Pow(3 * 6 * 6, 1 / 3.0), NextPeriod.Expect([3, 6], PeriodScale.Logarithm).Point, 12);
        Assert.Equal(Math.Pow(1 * 2 * 2 * 4 * 4 * 4 * 4, 1 / 7.0), NextPeriod.Expect([1, 2, 4], PeriodScale.Logarithm).Point, 12);
        Assert.Equal(NextPeriod.Expect([5, 6, 7, 8, 9], PeriodScale.Logarithm, 1), NextPeriod.Expect([1000, 5, 6, 7, 8, 9], PeriodScale.Logarithm, 1));
    }

    [Fact]
    public void Where_each_period_goes_on_from_the_last_one_the_last_counts_most_and_where_they_only_differ_by_chance_many_do()
    {
        double[] growing = [10, 12, 14.4, 17.3, 20.7, 24.9];
        double[] differing = [10, 12, 9, 11, 10.5, 8.5, 11.5, 9.5, 10, 14];

        // Weights 1/4 a period: nearer to the last than the ½ of a half-life of one; and one step further, as they all go one way.
        Assert.InRange(NextPeriod.Expect(growing, PeriodScale.Logarithm).Point, 1.2 * NextPeriod.Expect(growing, PeriodScale.Logarithm, 1).Point, 1.2 * growing[^1]);
        Assert.InRange(NextPeriod.Expect(differing, PeriodScale.Logarithm).Point, 9.5, 11);
        Assert.True(NextPeriod.Expect(differing, PeriodScale.Logarithm, 1).Point > 11.5);
    }

    [Fact]
    public void Five_periods_that_all_go_one_way_are_told_to_go_on_by_the_smallest_of_their_steps_and_four_of_five_are_not()
    {
        double Told(params double[] values) => NextPeriod.Expect([.. values.Select(Math.Exp)], PeriodScale.Logarithm).Point;
        double[] rising = [0.00, 0.10, 0.18, 0.28, 0.38], turning = [0.00, 0.10, 0.18, 0.38, 0.37], falling = [.. rising.Select(v => -v)];

        Assert.InRange(Math.Log(Told(rising)), 0.28 + 0.08, 0.38 + 0.08);
        Assert.True(Math.Log(Told(turning)) < 0.38);
        Assert.Equal(-Math.Log(Told(rising)), Math.Log(Told(falling)), 9);
        // Fewer than five may go one way by chance.
        Assert.True(Math.Log(Told(rising[1..])) < 0.38);
    }

    [Fact]
    public void A_single_period_far_off_the_others_moves_the_point_little()
    {
        double[] odd = [1.0, 1.02, 0.98, 3.0, 1.01];

        Assert.InRange(NextPeriod.Expect(odd, PeriodScale.Logarithm).Point, 0.97, 1.08);
        Assert.True(NextPeriod.Expect(odd, PeriodScale.Logarithm, 1).Point > 1.25);
        // It widens the interval all the same: such periods happen.
        Assert.True(NextPeriod.Expect(odd, PeriodScale.Logarithm).High > 1.5);
    }

    [Fact]
    public void A_loss_stays_above_nought_and_a_share_below_one_however_wide_the_interval()
    {
        var loss = NextPeriod.Expect([20, 90], PeriodScale.Logarithm);
        Assert.Equal(Math.Pow(20 * 90 * 90, 1 / 3.0), loss.Point, 9);
        Assert.True(loss.Low > 0 && loss.High > 90);

        var share = NextPeriod.Expect([0.7, 0.95], PeriodScale.LogOdds);
        Assert.InRange(share.Point, 0.7, 0.95);
        Assert.True(share.Low > 0 && share.High < 1);
        Assert.True(NextPeriod.Expect([1, 1], PeriodScale.LogOdds).High <= 1);

        var explained = NextPeriod.Expect([0.9, -0.2], PeriodScale.Unexplained);
        Assert.Equal(1 - Math.Pow(0.1 * 1.2 * 1.2, 1 / 3.0), explained.Point, 9);
        Assert.True(explained.Low < explained.Point && explained.Point < explained.High && explained.High < 1);
    }

    [Theory]
    [InlineData(2, 0.05, 0.99)]
    [InlineData(3, 0.05, 0.96)]
    [InlineData(5, 0.05, 0.95)]
    [InlineData(5, 0.1, 0.95)]
    public void Of_periods_that_differ_by_chance_alone_nine_in_ten_fall_inside_and_of_two_more(int periods, double spread, double most)
    {
        var (random, inside) = (new Random(7), 0);
        double Draw() => Math.Exp(spread * Enumerable.Range(0, 12).Sum(_ => random.NextDouble() - 0.5));
        for (var i = 0; i < 4000; i++)
        {
            double[] seen = [.. Enumerable.Range(0, periods).Select(_ => Draw())];
            var (_, low, high) = NextPeriod.Expect(seen, PeriodScale.Logarithm);
            var next = Draw();
            inside += next >= low && next <= high ? 1 : 0;
        }

        Assert.InRange(inside / 4000.0, 0.84, most);
    }

    [Fact]
    public void Of_one_period_nothing_is_said() => Assert.Throws<ArgumentException>(() => NextPeriod.Expect([1], PeriodScale.Logarithm));
}
