namespace MlOps.Evaluation.Intervals;

/// <summary>On what scale periods differ by amounts that add up.</summary>
public enum PeriodScale
{
    /// <summary>Above 0, such as RMSE: periods differ by factors.</summary>
    Logarithm,

    /// <summary>Between 0 and 1, such as AUC: periods differ by odds.</summary>
    LogOdds,

    /// <summary>Below 1, such as R²: what is not explained differs by factors.</summary>
    Unexplained,
}

/// <summary>
/// What the figure of a period to come will be, from those of the periods before. Rows of a period share what happened in it, so that each period is one
/// observation, whatever its rows. The interval is Student's for one new observation from a normal sample, with the effective number of observations
/// in place of their number, since a period weighs half as much as the one after it. Two or three periods say little of how periods differ; what they say is
/// joined with what is usual (a scaled inverse chi-squared prior of the variance), so that an interval is of use before there are many.
/// </summary>
public static class NextPeriod
{
    /// <summary>The most periods that are looked at: of five the first weighs 1/31.</summary>
    public const int Most = 5;

    // Periods of a feed differ by a twentieth, as a rule, and that is worth one period more.
    private const double UsualSpread = 0.05;
    private const int UsualPeriods = 1;

    // 95 % quantiles of Student's distribution with 1 to 5 degrees of freedom.
    private static readonly double[] Student = [6.313751515, 2.919985580, 2.353363435, 2.131846786, 2.015048373];
    private const double Nearest = 1e-9;

    /// <summary>Point and 90 % interval.</summary>
    /// <param name="values">Figures of the periods before, in order; of more than <see cref="Most"/> the latest.</param>
    /// <param name="scale">Scale on which they are compared.</param>
    /// <param name="halfLife">Periods after which one weighs half; infinity for equal weights.</param>
    /// <param name="usualPeriods">Periods that the usual spread is worth, 0 or 1.</param>
    /// <exception cref="ArgumentException">There are fewer than two figures, or one is not a number.</exception>
    public static (double Point, double Low, double High) Expect(IReadOnlyList<double> values, PeriodScale scale, double halfLife = 1, int usualPeriods = UsualPeriods)
    {
        ArgumentNullException.ThrowIfNull(values);
        if (values.Count < 2 || values.Any(v => !double.IsFinite(v)) || !(halfLife > 0) || usualPeriods is < 0 or > UsualPeriods)
        {
            throw new ArgumentException("At least two periods with a figure each, and a half-life above 0, are needed.", nameof(values));
        }

        double[] seen = [.. values.TakeLast(Most).Select(v => To(v, scale))];
        double[] weights = [.. seen.Select((_, i) => Math.Pow(0.5, (seen.Length - 1 - i) / halfLife))];
        var (sum, squares) = (weights.Sum(), weights.Sum(w => w * w));
        var mean = seen.Zip(weights, (v, w) => v * w).Sum() / sum;
        var effective = sum * sum / squares;
        var variance = seen.Zip(weights, (v, w) => w * (v - mean) * (v - mean)).Sum() / sum * effective / (effective - 1);
        var freedom = seen.Length - 1 + usualPeriods;
        var joined = (((seen.Length - 1) * variance) + (usualPeriods * UsualSpread * UsualSpread)) / freedom;
        var half = Student[freedom - 1] * Math.Sqrt(joined * (1 + (1 / effective)));
        var (low, high) = (From(mean - half, scale), From(mean + half, scale));
        return (From(mean, scale), Math.Min(low, high), Math.Max(low, high));
    }

    internal static double To(double value, PeriodScale scale) => scale switch
    {
        PeriodScale.Logarithm => Math.Log(Math.Max(value, Nearest)),
        PeriodScale.LogOdds => Math.Log(Math.Clamp(value, Nearest, 1 - Nearest) / (1 - Math.Clamp(value, Nearest, 1 - Nearest))),
        _ => Math.Log(Math.Max(1 - value, Nearest)),
    };

    internal static double From(double value, PeriodScale scale) => scale switch
    {
        PeriodScale.Logarithm => Math.Exp(value),
        PeriodScale.LogOdds => 1 / (1 + Math.Exp(-value)),
        _ => 1 - Math.Exp(value),
    };
}
