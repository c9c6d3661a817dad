namespace MlOps.Tuning.Tests.Samplers;

public sealed class TpePiecesTests
{
    [Fact]
    public void A_tenth_of_the_trials_rounded_up_and_25_at_most_are_good()
    {
        foreach (var (n, below) in OptunaVectors.Read("tpe_pieces.json")["gamma"]!.AsObject())
        {
            Assert.Equal((int)below!, TrialSplit.CountBelow(int.Parse(n)));
        }
    }

    [Fact]
    public void Old_observations_weigh_less()
    {
        foreach (var (n, weights) in OptunaVectors.Read("tpe_pieces.json")["weights"]!.AsObject())
        {
            var expected = OptunaVectors.Numbers(weights!);
            var actual = ObservationWeights.Of(int.Parse(n));
            Assert.Equal(expected.Length, actual.Length);
            Assert.All(expected.Zip(actual), p => Assert.Equal(p.First, p.Second, 1e-15));
        }
    }

    [Fact]
    public void Quantiles_of_the_truncated_normal_hold_far_into_the_tails()
    {
        var cases = OptunaVectors.Read("tpe_pieces.json")["truncated_normal_quantile"]!.AsArray();
        Assert.Equal(88, cases.Count);
        foreach (var c in cases)
        {
            var (low, high, mu, sigma) = ((double)c!["low"]!, (double)c["high"]!, (double)c["mu"]!, (double)c["sigma"]!);
            var (a, b) = ((low - mu) / sigma, (high - mu) / sigma);
            var x = mu + (sigma * StandardNormal.TruncatedQuantile((double)c["u"]!, a, b, StandardNormal.LogMass(a, b)));
            var expected = (double)c["x"]!;
            Assert.True(Math.Abs(x - expected) <= 1e-12 * Math.Max(1, Math.Abs(expected)), $"{c.ToJsonString()} became {x:R}");
        }
    }

    // log P(a <= X <= b) computed with 60 digits: both sides of each branch, narrow cells, far tails.
    [Theory]
    [InlineData(-1, 1, -0.381715146302126072)]
    [InlineData(-0.005, 0.005, -5.52411288585248632)]
    [InlineData(-0.011, 0.011, -4.73567152533248351)]
    [InlineData(3, 3.01, -10.0390877611568805)]
    [InlineData(3, 3.0001, -14.6294289030952872)]
    [InlineData(0, 5, -0.693147753863253406)]
    [InlineData(-38, -37, -689.030585576890594)]
    [InlineData(24.9, 25.1, -314.147119630410332)]
    [InlineData(30, 30.1, -454.371879083860558)]
    [InlineData(30, 30.000001, -464.734464090103673)]
    [InlineData(-2, 40, -0.0230129093289634885)]
    [InlineData(200, 201, -20006.2172808981904)]
    [InlineData(-1e-09, 1e-09, -20.9490571895911385)]
    public void Masses_of_cells_hold_where_differences_of_probabilities_fail(double a, double b, double expected)
    {
        // A relative error of 1e-13 in the mass is one of 1e-13 in its logarithm.
        var tolerance = 1e-13 * Math.Max(1, Math.Abs(expected));
        Assert.Equal(expected, StandardNormal.LogMass(a, b), tolerance);
        Assert.Equal(expected, StandardNormal.LogMass(-b, -a), tolerance);
    }
}
