namespace MlOps.Evaluation.Drift;

/// <summary>A z test of a rate.</summary>
/// <param name="Difference">Current rate minus the one it is held against.</param>
/// <param name="Z">Standard score; NaN where both rates are 0 or both are 1, so that nothing can differ.</param>
/// <param name="PValue">Two-sided tail probability.</param>
/// <param name="Low">Lower end of the difference's 95 % interval; NaN for a fixed rate.</param>
/// <param name="High">Upper end.</param>
public sealed record RateTest(double Difference, double Z, double PValue, double Low, double High);

/// <summary>Tests of the share of missing values, or of any other share.</summary>
public static class MissingRate
{
    /// <summary>Two samples: variance pooled for the test, not pooled for the interval.</summary>
    /// <param name="referenceRows">Rows of the reference, 1 or more.</param>
    /// <param name="referenceMissing">Of them missing.</param>
    /// <param name="currentRows">Rows of the current period, 1 or more.</param>
    /// <param name="currentMissing">Of them missing.</param>
    public static RateTest Compare(long referenceRows, long referenceMissing, long currentRows, long currentMissing)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(referenceRows, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(currentRows, 1);
        var (n1, n2) = ((double)referenceRows, (double)currentRows);
        var (p1, p2) = (referenceMissing / n1, currentMissing / n2);
        var pooled = (referenceMissing + currentMissing) / (n1 + n2);
        var difference = p2 - p1;
        var z = difference / Math.Sqrt(pooled * (1 - pooled) * ((1 / n1) + (1 / n2)));
        var half = TailProbability.Z975 * Math.Sqrt((p1 * (1 - p1) / n1) + (p2 * (1 - p2) / n2));
        return new(difference, z, TailProbability.NormalTwoSided(z), difference - half, difference + half);
    }

    /// <summary>One sample against a fixed rate.</summary>
    /// <param name="rows">Rows, 1 or more.</param>
    /// <param name="missing">Of them missing.</param>
    /// <param name="rate">The rate to hold it against, above 0 and below 1.</param>
    public static RateTest Against(long rows, long missing, double rate)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rows, 1);
        var difference = ((double)missing / rows) - rate;
        var z = difference / Math.Sqrt(rate * (1 - rate) / rows);
        return new(difference, z, TailProbability.NormalTwoSided(z), double.NaN, double.NaN);
    }
}
