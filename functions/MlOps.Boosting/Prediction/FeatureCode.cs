using MlOps.Boosting.Binning;
using MlOps.Boosting.Kernels;
using MlOps.Boosting.Trees;

namespace MlOps.Boosting.Prediction;

/// <summary>
/// Replaces the values of one feature by codes of one byte: a number by its rank among the model's thresholds for the
/// feature, a category by its place among those the model names.
/// </summary>
internal sealed unsafe class FeatureCode(bool categorical, MissingKind missing)
{
    /// <summary>The code of a missing value, and of a category that the model does not name.</summary>
    public const byte Missing = 255;

    private const int MaxCodes = 254;
    private readonly SortedSet<double> _found = [];
    private double[] _thresholds = [];
    private Dictionary<int, byte> _categories = [];

    /// <summary>Whether some node sends missing values left. Such nodes read codes plus one, where missing is 0.</summary>
    public bool SendsMissingLeft { get; private set; }

    /// <summary>Takes a node's thresholds; false when the node uses the feature in another way.</summary>
    public bool Accept(Tree tree, int node)
    {
        if (tree.IsCategorical(node) != categorical || (!categorical && tree.Missing(node) != missing))
        {
            return false;
        }

        if (!categorical)
        {
            _found.Add(tree.Threshold[node]);
            SendsMissingLeft |= GoesLeftWhenMissing(tree, node);
            return true;
        }

        foreach (int category in tree.CategoriesOf(node))
        {
            _found.Add(category);
        }

        return _found.Count <= 100_000;
    }

    /// <summary>Gives out the codes; false when a byte is too small.</summary>
    public bool Complete()
    {
        if (_found.Count > MaxCodes)
        {
            return false;
        }

        _thresholds = new double[PredictionKernel.Thresholds];
        Array.Fill(_thresholds, double.PositiveInfinity);
        _found.CopyTo(_thresholds);
        byte next = 0;
        _categories = categorical ? _found.ToDictionary(category => (int)category, _ => next++) : [];
        return true;
    }

    /// <summary>Whether a node sends missing values left by its default, not by its threshold.</summary>
    public static bool GoesLeftWhenMissing(Tree tree, int node) =>
        !tree.IsCategorical(node) && tree.Missing(node) != MissingKind.None && tree.DefaultLeft(node);

    /// <summary>Rank of a threshold.</summary>
    public int RankOf(double threshold) => Array.IndexOf(_thresholds, threshold);

    /// <summary>For each code which side a categorical node sends it to: 0 for left, 1 for right.</summary>
    public byte[] SideTable(Tree tree, int node)
    {
        var table = new byte[256];
        Array.Fill(table, (byte)1);
        foreach (int category in tree.CategoriesOf(node))
        {
            table[_categories[category]] = 0;
        }

        return table;
    }

    /// <summary>Writes the codes of a block.</summary>
    /// <param name="values">Values of the block.</param>
    /// <param name="spare">Room for a block.</param>
    /// <param name="codes">Receives the codes.</param>
    public void Encode(double* values, double* spare, byte* codes)
    {
        if (categorical)
        {
            for (int i = 0; i < PredictionKernel.BlockRows; i++)
            {
                codes[i] = _categories.GetValueOrDefault(BinMapper.Category(values[i]), Missing);
            }

            return;
        }

        // Where NaN counts as zero and no threshold is below zero, both have the rank 0.
        if (missing != MissingKind.NaN && _thresholds[0] < 0)
        {
            new ReadOnlySpan<double>(values, PredictionKernel.BlockRows).CopyTo(new Span<double>(spare, PredictionKernel.BlockRows));
            PredictionKernel.NaNToZero(spare);
            values = spare;
        }

        fixed (double* thresholds = _thresholds)
        {
            if (_found.Count <= PredictionKernel.FewThresholds)
            {
                PredictionKernel.RankFew(values, thresholds, _found.Count, codes);
            }
            else
            {
                PredictionKernel.Rank(values, thresholds, codes);
            }
        }

        if (missing != MissingKind.None)
        {
            PredictionKernel.MarkMissing(values, missing == MissingKind.NaN ? -1 : BinMapper.ZeroThreshold, Missing, codes);
        }
    }
}
