namespace MlOps.Boosting.Binning;

/// <summary>What bin finding needs to know beside the values.</summary>
/// <param name="MaxBin">Most bins of the feature.</param>
/// <param name="MinDataInBin">Least rows in a bin.</param>
/// <param name="FilterRows">Rows that each side of some border must have, or the feature is dropped; -1 to keep every feature.</param>
/// <param name="UseMissing">Whether missing values are told apart.</param>
/// <param name="ZeroAsMissing">Whether zero is the missing value.</param>
internal sealed record BinSettings(int MaxBin, int MinDataInBin, int FilterRows, bool UseMissing, bool ZeroAsMissing);

/// <summary>Finds the bins of one feature from a sample of its values.</summary>
internal static class BinFinder
{
    // Below this share of the sample the most frequent bin brings nothing and the default bin takes its role.
    private const double SparseThreshold = 0.7;

    /// <param name="sample">Sampled values without the zeros, in any order; the span is sorted in place.</param>
    /// <param name="total">Sampled rows, the zeros included.</param>
    /// <param name="settings">Limits.</param>
    /// <param name="categorical">Whether the values are categories.</param>
    /// <param name="buffers">Working memory.</param>
    public static BinMapper Find(Span<double> sample, int total, BinSettings settings, bool categorical, BinBuffers buffers)
    {
        int present = MoveMissingToEnd(sample);
        int missing = sample.Length - present;
        MissingKind kind = MissingKind.None;
        if (settings.UseMissing)
        {
            kind = settings.ZeroAsMissing ? MissingKind.Zero : missing > 0 ? MissingKind.NaN : MissingKind.None;
        }

        int missingCounted = kind == MissingKind.NaN ? missing : 0;
        int zeros = total - present - missingCounted;
        Span<double> values = sample[..present];
        SortedDoubles.Sort(values, buffers);
        List<double> distinct = buffers.Distinct;
        List<int> counts = buffers.Counts;
        distinct.Clear();
        counts.Clear();
        CountDistinct(values, zeros, distinct, counts);
        return categorical
            ? CategoricalBins.Find(distinct, counts, total, missingCounted, settings)
            : Numeric(distinct, counts, total, missingCounted, kind, settings);
    }

    /// <summary>Sets default bin, most frequent bin and whether the feature is of any use.</summary>
    public static void Describe(BinMapper mapper, int[] rowsInBin, int total, int filterRows)
    {
        mapper.IsTrivial = mapper.NumBins <= 1
            || (filterRows >= 0 && CannotSplit(rowsInBin, total, filterRows, mapper.IsCategorical));
        if (mapper.IsTrivial)
        {
            return;
        }

        mapper.DefaultBin = mapper.ValueToBin(0);
        int most = 0;
        for (int bin = 1; bin < rowsInBin.Length; bin++)
        {
            if (rowsInBin[bin] > rowsInBin[most])
            {
                most = bin;
            }
        }

        if (most != mapper.DefaultBin && (double)rowsInBin[most] / total < SparseThreshold)
        {
            most = mapper.DefaultBin;
        }

        mapper.MostFrequentBin = most;
        mapper.SparseRate = (double)rowsInBin[most] / total;
    }

    private static BinMapper Numeric(List<double> distinct, List<int> counts, int total, int missing, MissingKind kind, BinSettings settings)
    {
        ReadOnlySpan<double> values = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(distinct);
        ReadOnlySpan<int> rows = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(counts);
        double[] bounds;
        if (kind == MissingKind.NaN)
        {
            bounds = [.. NumericBins.Find(values, rows, settings.MaxBin - 1, total - missing, settings.MinDataInBin), double.NaN];
        }
        else
        {
            bounds = NumericBins.Find(values, rows, settings.MaxBin, total, settings.MinDataInBin);
            if (kind == MissingKind.Zero && bounds.Length == 2)
            {
                kind = MissingKind.None;
            }
        }

        var rowsInBin = new int[bounds.Length];
        int bin = 0;
        for (int i = 0; i < values.Length; i++)
        {
            while (values[i] > bounds[bin] && bin < bounds.Length - 1)
            {
                bin++;
            }

            rowsInBin[bin] += rows[i];
        }

        if (kind == MissingKind.NaN)
        {
            rowsInBin[^1] = missing;
        }

        var mapper = new BinMapper
        {
            NumBins = bounds.Length,
            Missing = kind,
            UpperBounds = bounds,
            Minimum = distinct[0],
            Maximum = distinct[^1],
        };
        Describe(mapper, rowsInBin, total, settings.FilterRows);
        return mapper;
    }

    private static int MoveMissingToEnd(Span<double> values)
    {
        int present = 0;
        for (int i = 0; i < values.Length; i++)
        {
            if (!double.IsNaN(values[i]))
            {
                values[present++] = values[i];
            }
        }

        return present;
    }

    // Neighbours that differ by one unit in the last place are one value; the larger represents them.
    private static void CountDistinct(ReadOnlySpan<double> sorted, int zeros, List<double> distinct, List<int> counts)
    {
        if (sorted.Length == 0 || (sorted[0] > 0 && zeros > 0))
        {
            distinct.Add(0);
            counts.Add(zeros);
        }

        if (sorted.Length > 0)
        {
            distinct.Add(sorted[0]);
            counts.Add(1);
        }

        for (int i = 1; i < sorted.Length; i++)
        {
            if (sorted[i] <= Math.BitIncrement(sorted[i - 1]))
            {
                distinct[^1] = sorted[i];
                counts[^1]++;
                continue;
            }

            if (sorted[i - 1] < 0 && sorted[i] > 0)
            {
                distinct.Add(0);
                counts.Add(zeros);
            }

            distinct.Add(sorted[i]);
            counts.Add(1);
        }

        if (sorted.Length > 0 && sorted[^1] < 0 && zeros > 0)
        {
            distinct.Add(0);
            counts.Add(zeros);
        }
    }

    private static bool CannotSplit(int[] rowsInBin, int total, int filterRows, bool categorical)
    {
        if (categorical && rowsInBin.Length > 2)
        {
            return false;
        }

        int left = 0;
        for (int bin = 0; bin < rowsInBin.Length - 1; bin++)
        {
            left = categorical ? rowsInBin[bin] : left + rowsInBin[bin];
            if (left >= filterRows && total - left >= filterRows)
            {
                return false;
            }
        }

        return true;
    }
}
