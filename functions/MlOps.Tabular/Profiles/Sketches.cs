namespace MlOps.Tabular;

/// <summary>Figures from sorted values with weights, and from counts of pairs.</summary>
internal static class Sketches
{
    /// <summary>The least value whose rank is at least the share asked for (type 1 of R. J. Hyndman, Y. Fan, 1996).</summary>
    public static Quantile[] Quantiles(double[] values, long[] weights, double[] probabilities, double least, double most)
    {
        var total = weights.Sum();
        var result = new Quantile[probabilities.Length];
        var at = 0;
        long below = 0;
        for (var p = 0; p < probabilities.Length; p++)
        {
            var rank = Math.Max(1, Math.Ceiling(probabilities[p] * total));
            while (at < values.Length - 1 && below + weights[at] < rank)
            {
                below += weights[at++];
            }

            result[p] = new Quantile(probabilities[p], Math.Clamp(values[at], least, most));
        }

        return result;
    }

    /// <summary>Counts in bins of equal width; a single bin where all values are equal.</summary>
    public static HistogramBin[] Histogram(double[] values, long[] weights, double least, double most, int bins)
    {
        var width = (most / bins) - (least / bins);
        if (!(width > 0) || !double.IsFinite(width))
        {
            return [new HistogramBin(least, most, weights.Sum())];
        }

        var counts = new long[bins];
        for (var i = 0; i < values.Length; i++)
        {
            counts[Math.Clamp((int)((values[i] - least) / width), 0, bins - 1)] += weights[i];
        }

        return [.. counts.Select((c, i) => new HistogramBin(least + (i * width), i == bins - 1 ? most : least + ((i + 1) * width), c))];
    }

    /// <summary>
    /// Cramér's V, corrected for bias (W. Bergsma, A bias-correction for Cramér's V and Tschuprow's T, 2013), over values and labels; NaN when either has a
    /// single value.
    /// </summary>
    public static double CramersV(IReadOnlyDictionary<(string Value, string Label), long> pairs)
    {
        var rows = pairs.GroupBy(p => p.Key.Value).ToDictionary(g => g.Key, g => (double)g.Sum(p => p.Value));
        var columns = pairs.GroupBy(p => p.Key.Label).ToDictionary(g => g.Key, g => (double)g.Sum(p => p.Value));
        double n = pairs.Values.Sum();
        if (rows.Count < 2 || columns.Count < 2 || n < 2)
        {
            return double.NaN;
        }

        // Sum of observed^2 / expected, less n, is chi squared.
        var chi = -n;
        foreach (var ((value, label), count) in pairs.OrderBy(p => p.Key.Value, StringComparer.Ordinal).ThenBy(p => p.Key.Label, StringComparer.Ordinal))
        {
            chi += (double)count * count * n / (rows[value] * columns[label]);
        }

        var phi = Math.Max(0, (chi / n) - ((rows.Count - 1) * (columns.Count - 1) / (n - 1)));
        var r = rows.Count - ((rows.Count - 1) * (rows.Count - 1) / (n - 1));
        var c = columns.Count - ((columns.Count - 1) * (columns.Count - 1) / (n - 1));
        return Math.Min(r, c) > 1 ? Math.Min(1, Math.Sqrt(phi / (Math.Min(r, c) - 1))) : double.NaN;
    }
}
