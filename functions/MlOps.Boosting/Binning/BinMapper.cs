namespace MlOps.Boosting.Binning;

/// <summary>How a feature's missing values are told.</summary>
internal enum MissingKind
{
    /// <summary>No missing values: NaN counts as zero.</summary>
    None = 0,

    /// <summary>Zero (and NaN) is the missing value.</summary>
    Zero = 1,

    /// <summary>NaN is the missing value and has the last bin to itself.</summary>
    NaN = 2,
}

/// <summary>
/// The bins of one feature. A numeric value belongs to the first bin whose upper bound is not below it; a category has
/// a bin of its own, or bin 0 with the missing, rare and unknown ones.
/// </summary>
internal sealed class BinMapper
{
    /// <summary>Values closer to zero than this are zero (the float32 nearest 1e-35, widened).</summary>
    public const double ZeroThreshold = 1e-35f;

    private readonly Dictionary<int, int> _binOfCategory = [];

    public bool IsCategorical { get; init; }

    /// <summary>Number of bins, the NaN bin included.</summary>
    public int NumBins { get; init; }

    public MissingKind Missing { get; init; }

    /// <summary>Numeric: upper bound of each bin; NaN for the NaN bin.</summary>
    public double[] UpperBounds { get; init; } = [];

    /// <summary>Categorical: category of each bin; -1 for bin 0.</summary>
    public int[] Categories
    {
        get;
        init
        {
            field = value;
            for (int bin = 0; bin < value.Length; bin++)
            {
                _binOfCategory[value[bin]] = bin;
            }
        }
    }

    = [];

    /// <summary>Whether no split on the feature is possible.</summary>
    public bool IsTrivial { get; set; }

    /// <summary>Bin of the value zero.</summary>
    public int DefaultBin { get; set; }

    /// <summary>Bin with most rows, or the default bin when that one holds less than 70 % of them.</summary>
    public int MostFrequentBin { get; set; }

    /// <summary>Share of the sampled rows in <see cref="MostFrequentBin"/>.</summary>
    public double SparseRate { get; set; } = 1;

    public double Minimum { get; init; }

    public double Maximum { get; init; }

    /// <summary>Number of bins that a numeric value can fall into: all but the NaN bin.</summary>
    public int ValueBins => Missing == MissingKind.NaN && !IsCategorical ? NumBins - 1 : NumBins;

    public int ValueToBin(double value)
    {
        if (IsCategorical)
        {
            return CategoryToBin(value);
        }

        if (double.IsNaN(value))
        {
            if (Missing == MissingKind.NaN)
            {
                return NumBins - 1;
            }

            value = 0;
        }

        // The number of bounds below the value, the last one apart; without branches, which would be guessed wrong half the time.
        int low = 0;
        double[] bounds = UpperBounds;
        for (int left = ValueBins - 1; left > 0;)
        {
            int half = (left + 1) >> 1;
            low += bounds[low + half - 1] < value ? half : 0;
            left -= half;
        }

        return low;
    }

    /// <summary>The description that the model file keeps: range or categories, or "none".</summary>
    public string Info()
    {
        if (IsTrivial)
        {
            return "none";
        }

        return IsCategorical
            ? string.Join(':', Categories)
            : $"[{Settings.ModelNumber.Exact(Minimum)}:{Settings.ModelNumber.Exact(Maximum)}]";
    }

    private int CategoryToBin(double value)
    {
        int category = Category(value);
        return category >= 0 && _binOfCategory.TryGetValue(category, out int bin) ? bin : 0;
    }

    /// <summary>A value as a category: truncated towards zero; -1 for NaN, negative and unrepresentable values.</summary>
    public static int Category(double value) => value > -1 && value <= int.MaxValue ? (int)value : -1;
}
