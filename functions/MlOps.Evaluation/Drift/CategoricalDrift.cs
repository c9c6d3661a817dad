namespace MlOps.Evaluation.Drift;

/// <summary>A chi-square test.</summary>
/// <param name="Statistic">Chi-square; infinite where something impossible was seen.</param>
/// <param name="Degrees">Degrees of freedom.</param>
/// <param name="PValue">Tail probability.</param>
public sealed record ChiSquareTest(double Statistic, int Degrees, double PValue);

/// <summary>Drift of a categorical column, from counts of the same categories in the reference and in the current period.</summary>
public static class CategoricalDrift
{
    /// <summary>Counts of two samples over the union of their categories, in ordinal order of the names.</summary>
    public static (string[] Categories, long[] Reference, long[] Current) Count(IEnumerable<string> reference, IEnumerable<string> current)
    {
        var r = reference.CountBy(v => v).ToDictionary(p => p.Key, p => (long)p.Value);
        var c = current.CountBy(v => v).ToDictionary(p => p.Key, p => (long)p.Value);
        string[] categories = [.. r.Keys.Union(c.Keys).Order(StringComparer.Ordinal)];
        return (categories, [.. categories.Select(k => r.GetValueOrDefault(k))], [.. categories.Select(k => c.GetValueOrDefault(k))]);
    }

    /// <summary>Pearson's chi-square test of the 2 x K table: are both samples of one distribution?</summary>
    /// <param name="reference">Counts; with <paramref name="current"/> no category without any row.</param>
    /// <param name="current">Counts.</param>
    /// <param name="yates">Whether to reduce each |observed - expected| by up to ½, for two categories.</param>
    public static ChiSquareTest Contingency(ReadOnlySpan<long> reference, ReadOnlySpan<long> current, bool yates = false)
    {
        var (r, c) = ((double)Sum(reference), (double)Sum(current));
        double statistic = 0;
        for (var i = 0; i < reference.Length; i++)
        {
            var both = (double)(reference[i] + current[i]);
            statistic += Term(reference[i], both * r / (r + c)) + Term(current[i], both * c / (r + c));
        }

        return new(statistic, reference.Length - 1, TailProbability.ChiSquare(statistic, reference.Length - 1));

        double Term(double observed, double expected)
        {
            var difference = Math.Abs(observed - expected);
            difference -= yates ? Math.Min(0.5, difference) : 0;
            return difference * difference / expected;
        }
    }

    /// <summary>Cramér's V of the 2 x K table: √(chi-square / rows), 0 for the same shares and 1 for disjoint categories.</summary>
    public static double CramersV(ReadOnlySpan<long> reference, ReadOnlySpan<long> current) =>
        Math.Sqrt(Contingency(reference, current).Statistic / (Sum(reference) + Sum(current)));

    /// <summary>
    /// Chi-square test of the current counts against the reference's shares taken as exact (Evidently). Its p is too small where the reference is not
    /// much larger than the period; a new category makes it 0.
    /// </summary>
    public static ChiSquareTest GoodnessOfFit(ReadOnlySpan<long> reference, ReadOnlySpan<long> current)
    {
        var scale = (double)Sum(current) / Sum(reference);
        double statistic = 0;
        for (var i = 0; i < reference.Length; i++)
        {
            var expected = reference[i] * scale;
            var difference = current[i] - expected;
            statistic += difference == 0 ? 0 : difference * difference / expected;
        }

        return new(statistic, reference.Length - 1, TailProbability.ChiSquare(statistic, reference.Length - 1));
    }

    /// <summary>Population stability index with Evidently's filling of empty categories.</summary>
    public static double StabilityIndex(ReadOnlySpan<long> reference, ReadOnlySpan<long> current) => DistributionDistance.StabilityIndex(
        DistributionDistance.FillBelowSmallest(DistributionDistance.Shares(reference)), DistributionDistance.FillBelowSmallest(DistributionDistance.Shares(current)));

    private static long Sum(ReadOnlySpan<long> counts)
    {
        long sum = 0;
        foreach (var count in counts)
        {
            sum += count;
        }

        return sum;
    }
}
