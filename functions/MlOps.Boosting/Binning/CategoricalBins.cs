namespace MlOps.Boosting.Binning;

/// <summary>
/// Bins of a categorical feature as LightGBM finds them: frequent categories first, each with a bin of its own; bin 0
/// holds missing, rare and unknown ones.
/// </summary>
internal static class CategoricalBins
{
    /// <param name="values">Distinct values, ascending; zero among them.</param>
    /// <param name="counts">Rows of each value.</param>
    /// <param name="total">Sampled rows.</param>
    /// <param name="missing">Sampled rows with NaN.</param>
    /// <param name="settings">Limits.</param>
    public static BinMapper Find(List<double> values, List<int> counts, int total, int missing, BinSettings settings)
    {
        var categories = new List<int>();
        var rows = new List<int>();
        for (int i = 0; i < values.Count; i++)
        {
            int category = BinMapper.Category(values[i]);
            if (category < 0)
            {
                missing += counts[i];
            }
            else if (categories.Count > 0 && categories[^1] == category)
            {
                rows[^1] += counts[i];
            }
            else
            {
                categories.Add(category);
                rows.Add(counts[i]);
            }
        }

        if (total - missing <= 0)
        {
            var empty = new BinMapper { IsCategorical = true, NumBins = 1, Categories = [-1] };
            BinFinder.Describe(empty, [total], total, settings.FilterRows);
            return empty;
        }

        return TakeFrequent(categories, rows, total, missing, settings);
    }

    private static BinMapper TakeFrequent(List<int> categories, List<int> rows, int total, int missing, BinSettings settings)
    {
        // Stable: among equally frequent categories the smaller comes first.
        int[] order = [.. Enumerable.Range(0, categories.Count).OrderByDescending(i => rows[i])];
        int enough = (int)((double)((float)(total - missing) * 0.99f) + 0.5);
        int maxBin = Math.Min(categories.Count + (missing > 0 ? 1 : 0), settings.MaxBin);
        var taken = new List<int> { -1 };
        var rowsInBin = new List<int> { 0 };
        int covered = 0;
        int next = 0;
        while (next < order.Length && (covered < enough || taken.Count < maxBin))
        {
            if (rows[order[next]] < settings.MinDataInBin && next > 1)
            {
                break;
            }

            taken.Add(categories[order[next]]);
            rowsInBin.Add(rows[order[next]]);
            covered += rows[order[next]];
            next++;
        }

        rowsInBin[0] = total - covered;
        var mapper = new BinMapper
        {
            IsCategorical = true,
            NumBins = taken.Count,
            Missing = next == order.Length && missing == 0 ? MissingKind.None : MissingKind.NaN,
            Categories = [.. taken],
        };
        BinFinder.Describe(mapper, [.. rowsInBin], total, settings.FilterRows);
        return mapper;
    }
}
