namespace MlOps.Evaluation.Drift;

/// <summary>Bins of a numeric column, found on the reference (or on both samples) and then used to count both. Values must be finite.</summary>
/// <param name="Edges">Edges, ascending.</param>
/// <param name="IsOpen">Whether the edges are inner ones with an open bin on either side; otherwise the outer edges close the first and the last bin.</param>
public sealed record NumericBins(IReadOnlyList<double> Edges, bool IsOpen)
{
    /// <summary>Number of bins.</summary>
    public int Count => IsOpen ? Edges.Count + 1 : Edges.Count - 1;

    /// <summary>Deciles of the reference as inner edges, equal ones joined. A value's bin is the number of edges at or below it.</summary>
    /// <exception cref="ArgumentException">The reference is empty.</exception>
    public static NumericBins Deciles(ReadOnlySpan<double> reference)
    {
        var sorted = Sorted(reference);
        return new NumericBins([.. Enumerable.Range(1, 9).Select(i => Quantile(sorted, i / 10.0)).Distinct()], IsOpen: true);
    }

    /// <summary>Equal widths over the range of both samples; their number by Sturges 1926: ⌈log2 n + 1⌉.</summary>
    public static NumericBins Sturges(ReadOnlySpan<double> reference, ReadOnlySpan<double> current)
    {
        double[] pooled = [.. reference, .. current];
        return EqualWidth(Sorted(pooled), (int)Math.Ceiling(Math.Log2(pooled.Length) + 1));
    }

    /// <summary>Equal widths over the reference's range; their number by Doane 1976: ⌈1 + log2 n + log2(1 + |skewness| / its standard error)⌉.</summary>
    public static NumericBins Doane(ReadOnlySpan<double> reference)
    {
        var sorted = Sorted(reference);
        double n = sorted.Length;
        var mean = sorted.Average();
        var second = sorted.Sum(x => (x - mean) * (x - mean)) / n;
        var third = sorted.Sum(x => (x - mean) * (x - mean) * (x - mean)) / n;
        var skewness = second == 0 ? 0 : third / Math.Pow(second, 1.5);
        var error = Math.Sqrt(6 * (n - 2) / ((n + 1) * (n + 3)));
        return EqualWidth(sorted, error > 0 ? (int)Math.Ceiling(1 + Math.Log2(n) + Math.Log2(1 + (Math.Abs(skewness) / error))) : 1);
    }

    /// <summary>Counts a sample by bin; values beyond closed outer edges are counted in <paramref name="outside"/>.</summary>
    public long[] CountOf(ReadOnlySpan<double> values, out long outside)
    {
        var counts = new long[Count];
        outside = 0;
        foreach (var value in values)
        {
            var below = EdgesAtOrBelow(value);
            // The last bin is closed on the right.
            var bin = IsOpen ? below : value == Edges[^1] ? Count - 1 : below - 1;
            if (bin < 0 || bin >= Count)
            {
                outside++;
            }
            else
            {
                counts[bin]++;
            }
        }

        return counts;
    }

    /// <summary>Quantile of ascending values by linear interpolation at (n - 1) q.</summary>
    internal static double Quantile(double[] sorted, double q)
    {
        var position = (sorted.Length - 1) * q;
        var index = (int)Math.Floor(position);
        var (low, high) = (sorted[index], sorted[Math.Min(index + 1, sorted.Length - 1)]);
        var rest = position - index;
        return rest < 0.5 ? low + ((high - low) * rest) : high - ((high - low) * (1 - rest));
    }

    private static NumericBins EqualWidth(double[] sorted, int count)
    {
        var (low, high) = (sorted[0], sorted[^1]);
        if (low == high)
        {
            (low, high) = (low - 0.5, high + 0.5);
        }

        double[] edges = [.. Enumerable.Range(0, count + 1).Select(i => i == count ? high : low + (i * ((high - low) / count)))];
        return new NumericBins(edges, IsOpen: false);
    }

    private static double[] Sorted(ReadOnlySpan<double> values)
    {
        if (values.IsEmpty)
        {
            throw new ArgumentException("There is not one value to find bins on: a drift against an empty sample is not defined.", nameof(values));
        }

        var sorted = values.ToArray();
        Array.Sort(sorted);
        return sorted;
    }

    private int EdgesAtOrBelow(double value)
    {
        var (low, high) = (0, Edges.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = Edges[middle] <= value ? (middle + 1, high) : (low, middle);
        }

        return low;
    }
}
