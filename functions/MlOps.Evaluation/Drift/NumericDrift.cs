namespace MlOps.Evaluation.Drift;

/// <summary>A drift number with what it was made of.</summary>
/// <param name="Method">Method and bin rule.</param>
/// <param name="Value">The number.</param>
/// <param name="ReferenceCounts">Reference rows by bin.</param>
/// <param name="CurrentCounts">Current rows by bin.</param>
public sealed record BinnedDrift(string Method, double Value, IReadOnlyList<long> ReferenceCounts, IReadOnlyList<long> CurrentCounts);

/// <summary>Drift of a numeric column: finite values of the reference against those of the current period.</summary>
public static class NumericDrift
{
    /// <summary>Population stability index over the reference's deciles; a share of 0 counts as 1e-4.</summary>
    public static BinnedDrift StabilityIndex(ReadOnlySpan<double> reference, ReadOnlySpan<double> current)
    {
        var bins = NumericBins.Deciles(reference);
        var (r, c) = (bins.CountOf(reference, out _), bins.CountOf(current, out _));
        return new("psi over reference deciles", DistributionDistance.StabilityIndex(Filled(r), Filled(c)), r, c);

        static double[] Filled(long[] counts) => DistributionDistance.Fill(DistributionDistance.Shares(counts));
    }

    /// <summary>Counts as Evidently bins: Sturges' number of equal widths, or one bin a distinct value where the reference has 20 or fewer.</summary>
    public static (long[] Reference, long[] Current) EvidentlyCounts(ReadOnlySpan<double> reference, ReadOnlySpan<double> current)
    {
        if (new HashSet<double>(reference.ToArray()).Count > 20)
        {
            var bins = NumericBins.Sturges(reference, current);
            return (bins.CountOf(reference, out _), bins.CountOf(current, out _));
        }

        var values = new SortedSet<double>([.. reference, .. current]);
        var index = values.Select((value, i) => (value, i)).ToDictionary(p => p.value, p => p.i);
        return (CountDistinct(reference, index), CountDistinct(current, index));
    }

    /// <summary>Population stability index with Evidently's bins and filling.</summary>
    public static BinnedDrift EvidentlyStabilityIndex(ReadOnlySpan<double> reference, ReadOnlySpan<double> current)
    {
        var (r, c) = EvidentlyCounts(reference, current);
        var value = DistributionDistance.StabilityIndex(
            DistributionDistance.FillBelowSmallest(DistributionDistance.Shares(r)), DistributionDistance.FillBelowSmallest(DistributionDistance.Shares(c)));
        return new("psi over equal widths or values", value, r, c);
    }

    /// <summary>
    /// Counts as NannyML bins: Doane's number of equal widths over the reference's range, and one more bin for current values beyond it.
    /// </summary>
    public static (long[] Reference, long[] Current) DoaneCounts(ReadOnlySpan<double> reference, ReadOnlySpan<double> current)
    {
        var bins = NumericBins.Doane(reference);
        long[] r = [.. bins.CountOf(reference, out _), 0];
        long[] c = [.. bins.CountOf(current, out var outside), outside];
        return (r, c);
    }

    /// <summary>Jensen-Shannon distance (base 2) over Doane's bins.</summary>
    public static BinnedDrift JensenShannon(ReadOnlySpan<double> reference, ReadOnlySpan<double> current)
    {
        var (r, c) = DoaneCounts(reference, current);
        return new("Jensen-Shannon over Doane's bins", DistributionDistance.JensenShannon(DistributionDistance.Shares(r), DistributionDistance.Shares(c)), r, c);
    }

    /// <summary>Wasserstein distance of order 1: the area between the two distribution functions, in the column's unit.</summary>
    /// <param name="u">Values of one sample, at least one.</param>
    /// <param name="v">Values of the other, at least one.</param>
    /// <param name="uWeights">Weights of u; none for 1 each.</param>
    /// <param name="vWeights">Weights of v; none for 1 each.</param>
    public static double Wasserstein(ReadOnlySpan<double> u, ReadOnlySpan<double> v, ReadOnlySpan<double> uWeights = default, ReadOnlySpan<double> vWeights = default)
    {
        if (u.IsEmpty || v.IsEmpty)
        {
            throw new ArgumentException("There is not one value to compare: a drift of an empty sample is not defined.", nameof(u));
        }

        var points = new List<(double Value, double U, double V)>(u.Length + v.Length);
        double totalU = 0, totalV = 0;
        for (var i = 0; i < u.Length; i++)
        {
            var w = uWeights.IsEmpty ? 1 : uWeights[i];
            points.Add((u[i], w, 0));
            totalU += w;
        }

        for (var i = 0; i < v.Length; i++)
        {
            var w = vWeights.IsEmpty ? 1 : vWeights[i];
            points.Add((v[i], 0, w));
            totalV += w;
        }

        points.Sort((a, b) => a.Value.CompareTo(b.Value));
        double area = 0, belowU = 0, belowV = 0;
        for (var i = 0; i + 1 < points.Count; i++)
        {
            belowU += points[i].U;
            belowV += points[i].V;
            area += Math.Abs((belowU / totalU) - (belowV / totalV)) * (points[i + 1].Value - points[i].Value);
        }

        return area;
    }

    /// <summary>Wasserstein distance in standard deviations of the reference (population form, 0.001 at least).</summary>
    public static double NormedWasserstein(ReadOnlySpan<double> reference, ReadOnlySpan<double> current)
    {
        var values = reference.ToArray();
        var mean = values.Average();
        var deviation = Math.Sqrt(values.Sum(x => (x - mean) * (x - mean)) / values.Length);
        return Wasserstein(reference, current) / Math.Max(deviation, 0.001);
    }

    private static long[] CountDistinct(ReadOnlySpan<double> values, Dictionary<double, int> index)
    {
        var counts = new long[index.Count];
        foreach (var value in values)
        {
            counts[index[value]]++;
        }

        return counts;
    }
}
