namespace MlOps.Boosting.Binning;

/// <summary>
/// Bounds of numeric bins as LightGBM finds them (src/io/bin.cpp): zero gets a bin of its own, and each side of it
/// is cut greedily into bins of about equal counts, without separating equal values.
/// </summary>
internal static class NumericBins
{
    /// <summary>Upper bounds of the bins; the last is +∞.</summary>
    /// <param name="values">Distinct values, ascending; zero among them.</param>
    /// <param name="counts">Rows of each value.</param>
    /// <param name="maxBin">Most bins.</param>
    /// <param name="total">Sampled rows without NaN.</param>
    /// <param name="minDataInBin">Least rows in a bin.</param>
    public static double[] Find(ReadOnlySpan<double> values, ReadOnlySpan<int> counts, int maxBin, int total, int minDataInBin)
    {
        int leftRows = 0;
        int zeroRows = 0;
        int rightRows = 0;
        int leftValues = values.Length;
        int rightStart = values.Length;
        for (int i = values.Length - 1; i >= 0; i--)
        {
            if (values[i] <= -BinMapper.ZeroThreshold)
            {
                leftRows += counts[i];
            }
            else
            {
                leftValues = i;
                if (values[i] > BinMapper.ZeroThreshold)
                {
                    rightRows += counts[i];
                    rightStart = i;
                }
                else
                {
                    zeroRows += counts[i];
                }
            }
        }

        var bounds = new List<double>();
        if (leftValues > 0 && maxBin > 1)
        {
            int budget = Math.Max(1, (int)((double)leftRows / (total - zeroRows) * (maxBin - 1)));
            bounds.AddRange(Greedy(values[..leftValues], counts[..leftValues], budget, leftRows, minDataInBin));
            bounds[^1] = -BinMapper.ZeroThreshold;
        }

        int rightBudget = maxBin - 1 - bounds.Count;
        if (rightStart < values.Length && rightBudget > 0)
        {
            bounds.Add(BinMapper.ZeroThreshold);
            bounds.AddRange(Greedy(values[rightStart..], counts[rightStart..], rightBudget, rightRows, minDataInBin));
        }
        else
        {
            bounds.Add(double.PositiveInfinity);
        }

        return [.. bounds];
    }

    /// <summary>Bounds of one side of zero; the last is +∞.</summary>
    private static List<double> Greedy(ReadOnlySpan<double> values, ReadOnlySpan<int> counts, int budget, int total, int minDataInBin) =>
        values.Length <= budget
            ? OneBinPerValue(values, counts, minDataInBin)
            : EqualCounts(values, counts, budget, total, minDataInBin);

    private static List<double> OneBinPerValue(ReadOnlySpan<double> values, ReadOnlySpan<int> counts, int minDataInBin)
    {
        var bounds = new List<double>();
        int inBin = 0;
        for (int i = 0; i < values.Length - 1; i++)
        {
            inBin += counts[i];
            if (inBin >= minDataInBin && AddBound(bounds, values[i], values[i + 1]))
            {
                inBin = 0;
            }
        }

        bounds.Add(double.PositiveInfinity);
        return bounds;
    }

    private static List<double> EqualCounts(ReadOnlySpan<double> values, ReadOnlySpan<int> counts, int budget, int total, int minDataInBin)
    {
        if (minDataInBin > 0)
        {
            budget = Math.Max(1, Math.Min(budget, total / minDataInBin));
        }

        // A value that alone fills a bin is big and gets one; the others share what is left.
        double mean = (double)total / budget;
        int restBins = budget;
        int restRows = total;
        foreach (int count in counts)
        {
            if (count >= mean)
            {
                restBins--;
                restRows -= count;
            }
        }

        double bigFrom = mean;
        mean = (double)restRows / restBins;
        var uppers = new List<double>(budget);
        var lowers = new List<double>(budget) { values[0] };
        int inBin = 0;
        for (int i = 0; i < values.Length - 1; i++)
        {
            bool big = counts[i] >= bigFrom;
            if (!big)
            {
                restRows -= counts[i];
            }

            inBin += counts[i];
            bool nextIsBig = counts[i + 1] >= bigFrom;
            if (big || inBin >= mean || (nextIsBig && inBin >= Math.Max(1.0, mean * 0.5)))
            {
                uppers.Add(values[i]);
                lowers.Add(values[i + 1]);
                if (uppers.Count >= budget - 1)
                {
                    break;
                }

                inBin = 0;
                if (!big)
                {
                    restBins--;
                    mean = restRows / (double)restBins;
                }
            }
        }

        var bounds = new List<double>(uppers.Count + 1);
        for (int i = 0; i < uppers.Count; i++)
        {
            AddBound(bounds, uppers[i], lowers[i + 1]);
        }

        bounds.Add(double.PositiveInfinity);
        return bounds;
    }

    // The bound is the next number above the midpoint, so that a value equal to the midpoint stays on the left.
    private static bool AddBound(List<double> bounds, double lower, double upper)
    {
        double bound = Math.BitIncrement((lower + upper) / 2.0);
        if (bounds.Count > 0 && bound <= Math.BitIncrement(bounds[^1]))
        {
            return false;
        }

        bounds.Add(bound);
        return true;
    }
}
