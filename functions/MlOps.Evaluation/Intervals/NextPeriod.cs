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
/// observation, whatever its rows. A period weighs half as much as the one after it; from six periods on as one that comes half a period, one, or three later,
/// whichever would have told the periods so far best (least squared error one period ahead). Of five periods one that lies far off the others counts less (Huber
/// 1964), and where all five go one way the next one is told to go on by the smallest of their steps. The interval is Student's for one new observation from a normal sample, with the effective number of observations in place of their number, because of
/// these weights. Two or three periods say little of how periods differ; what they say is joined with what is usual (a scaled inverse chi-squared prior of the
/// variance), so that an interval is of use before there are many.
/// </summary>
public static class NextPeriod
{
    /// <summary>The most periods that are looked at: of five the first weighs 1/31.</summary>
    public const int Most = 5;

    // Periods of a feed differ by a twentieth, as a rule, and that is worth one period more.
    private const double UsualSpread = 0.05;
    private const int UsualPeriods = 1;

    // In a steady world many periods say more, in one that grows the last one does.
    private const double UsualHalfLife = 1;
    private const int FewestForHalfLife = Most + 1;
    private static readonly double[] HalfLives = [UsualHalfLife, 0.5, 3];

    // Of fewer figures it cannot be said which one is off.
    private const int FewestForOutliers = Most;
    private const int Steps = 20;

    // Median absolute deviation to standard deviation of a normal sample.
    private const double ToDeviation = 1.4826;

    // 95 % quantiles of Student's distribution with 1 to 5 degrees of freedom.
    private static readonly double[] Student = [6.313751515, 2.919985580, 2.353363435, 2.131846786, 2.015048373];
    private const double Nearest = 1e-9;

    /// <summary>Point and 90 % interval.</summary>
    /// <param name="values">Figures of the periods before, in order; the point is of the latest <see cref="Most"/>, the half-life is found by all.</param>
    /// <param name="scale">Scale on which they are compared.</param>
    /// <param name="halfLife">Periods after which one weighs half, and no figure counts less for being far off; infinity for equal weights, <see langword="null"/> to find it.</param>
    /// <param name="usualPeriods">Periods that the usual spread is worth, 0 or 1.</param>
    /// <exception cref="ArgumentException">There are fewer than two figures, or one is not a number.</exception>
    public static (double Point, double Low, double High) Expect(IReadOnlyList<double> values, PeriodScale scale, double? halfLife = null, int usualPeriods = UsualPeriods)
    {
        ArgumentNullException.ThrowIfNull(values);
        if (values.Count < 2 || values.Any(v => !double.IsFinite(v)) || !(halfLife is null or > 0) || usualPeriods is < 0 or > UsualPeriods)
        {
            throw new ArgumentException("At least two periods with a figure each, and a half-life above 0, are needed.", nameof(values));
        }

        double[] all = [.. values.Select(v => To(v, scale))];
        double[] seen = [.. all.TakeLast(Most)];
        var weights = Weights(seen.Length, halfLife ?? BestHalfLife(all));
        var mean = halfLife is null ? Location(seen, weights) : Mean(seen, weights);
        var point = halfLife is null ? mean + Step(seen) : mean;
        var effective = Effective(weights);
        // Weights that were found to fit make the spread look small; those of a half-life of one were not.
        var usual = Weights(seen.Length, UsualHalfLife);
        var variance = halfLife is null ? Math.Max(Variance(seen, weights, mean), Variance(seen, usual, Mean(seen, usual))) : Variance(seen, weights, mean);
        var freedom = seen.Length - 1 + usualPeriods;
        var joined = (((seen.Length - 1) * variance) + (usualPeriods * UsualSpread * UsualSpread)) / freedom;
        var half = Student[freedom - 1] * Math.Sqrt(joined * (1 + (1 / effective)));
        var (low, high) = (From(point - half, scale), From(point + half, scale));
        return (From(point, scale), Math.Min(low, high), Math.Max(low, high));
    }

    /// <summary>The half-life that would have told each figure best from those before it; the usual one while there are few.</summary>
    private static double BestHalfLife(double[] all) => all.Length < FewestForHalfLife ? UsualHalfLife : HalfLives.MinBy(halfLife => Enumerable.Range(2, all.Length - 2).Sum(i =>
    {
        var before = all[Math.Max(0, i - Most)..i];
        var error = all[i] - Location(before, Weights(before.Length, halfLife)) - Step(before);
        return error * error;
    }));

    private static double[] Weights(int count, double halfLife) => [.. Enumerable.Range(0, count).Select(i => Math.Pow(0.5, (count - 1 - i) / halfLife))];

    private static double Effective(double[] weights) => weights.Sum() * weights.Sum() / weights.Sum(w => w * w);

    private static double Variance(double[] values, double[] weights, double mean) =>
        values.Zip(weights, (v, w) => w * (v - mean) * (v - mean)).Sum() / weights.Sum() * Effective(weights) / (Effective(weights) - 1);

    private static double Mean(double[] values, double[] weights) => values.Zip(weights, (v, w) => v * w).Sum() / weights.Sum();

    // Huber's estimate of location with one standard deviation, by reweighting from the median on.
    private static double Location(double[] values, double[] weights)
    {
        if (values.Length < FewestForOutliers)
        {
            return Mean(values, weights);
        }

        var at = Median(values, weights);
        var deviation = Math.Max(UsualSpread, ToDeviation * Median([.. values.Select(v => Math.Abs(v - at))], weights));
        for (var step = 0; step < Steps; step++)
        {
            var from = at;
            at = Mean(values, [.. values.Zip(weights, (v, w) => w * Math.Min(1, deviation / Math.Max(Nearest, Math.Abs(v - from))))]);
        }

        return at;
    }

    // Chance alone makes five figures rise or fall all along once in sixty.
    private static double Step(double[] values)
    {
        double[] steps = [.. values.Skip(1).Zip(values, (next, value) => next - value)];
        return values.Length == Most && (steps.All(s => s > 0) || steps.All(s => s < 0)) ? steps.MinBy(Math.Abs) : 0;
    }

    // The value below which half of the weight lies; between two values where exactly half does.
    private static double Median(double[] values, double[] weights)
    {
        int[] order = [.. Enumerable.Range(0, values.Length).OrderBy(i => values[i])];
        var (half, sum) = (weights.Sum() / 2, 0.0);
        for (var i = 0; i < order.Length - 1; i++)
        {
            sum += weights[order[i]];
            if (sum >= half - Nearest)
            {
                return sum <= half + Nearest ? (values[order[i]] + values[order[i + 1]]) / 2 : values[order[i]];
            }
        }

        return values[order[^1]];
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
