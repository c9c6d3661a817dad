using MlOps.Boosting.Binning;

namespace MlOps.Boosting.Trees;

/// <summary>
/// A decision tree in LightGBM's numbering: nodes 0 … leaves - 2 in the order of splitting, leaves 0 … leaves - 1; a
/// child that is a leaf is written as the bitwise complement of its number.
/// </summary>
internal sealed class Tree
{
    private const int CategoricalMask = 1;
    private const int DefaultLeftMask = 2;

    public Tree(int maxLeaves)
    {
        int nodes = Math.Max(0, maxLeaves - 1);
        SplitFeature = new int[nodes];
        UsedFeature = new int[nodes];
        SplitGain = new float[nodes];
        Threshold = new double[nodes];
        ThresholdBin = new int[nodes];
        DecisionType = new byte[nodes];
        LeftChild = new int[nodes];
        RightChild = new int[nodes];
        InternalValue = new double[nodes];
        InternalWeight = new double[nodes];
        InternalCount = new int[nodes];
        LeafValue = new double[maxLeaves];
        LeafWeight = new double[maxLeaves];
        LeafCount = new int[maxLeaves];
        LeafParent = new int[maxLeaves];
        LeafDepth = new int[maxLeaves];
        LeafParent[0] = -1;
    }

    public int NumLeaves { get; set; } = 1;

    public int NumNodes => NumLeaves - 1;

    public int NumCategorical { get; set; }

    /// <summary>Feature index in the data.</summary>
    public int[] SplitFeature { get; set; }

    /// <summary>Number among the used features of the training set; not kept in the model file.</summary>
    public int[] UsedFeature { get; }

    public float[] SplitGain { get; set; }

    /// <summary>Numeric: values up to it go left. Categorical: number of the category set.</summary>
    public double[] Threshold { get; set; }

    /// <summary>The threshold as a bin; not kept in the model file.</summary>
    public int[] ThresholdBin { get; }

    /// <summary>Bit 0: categorical; bit 1: missing values go left; bits 2 and 3: <see cref="MissingKind"/>.</summary>
    public byte[] DecisionType { get; set; }

    public int[] LeftChild { get; set; }

    public int[] RightChild { get; set; }

    public double[] InternalValue { get; set; }

    public double[] InternalWeight { get; set; }

    public int[] InternalCount { get; set; }

    public double[] LeafValue { get; set; }

    public double[] LeafWeight { get; set; }

    public int[] LeafCount { get; set; }

    public int[] LeafParent { get; }

    public int[] LeafDepth { get; }

    /// <summary>First word of each category set in <see cref="CategoryWords"/>, and the end of the last.</summary>
    public List<int> CategoryBoundaries { get; set; } = [0];

    /// <summary>Bit sets of the categories that go left, 32 a word.</summary>
    public List<uint> CategoryWords { get; set; } = [];

    /// <summary>For each category set the bins that go left; not kept in the model file.</summary>
    public List<int[]> CategoryBins { get; } = [];

    public double Shrinkage { get; set; } = 1;

    public bool IsCategorical(int node) => (DecisionType[node] & CategoricalMask) != 0;

    public bool DefaultLeft(int node) => (DecisionType[node] & DefaultLeftMask) != 0;

    public MissingKind Missing(int node) => (MissingKind)((DecisionType[node] >> 2) & 3);

    /// <summary>Splits a leaf. The left child keeps its number; the right one gets the next.</summary>
    /// <returns>The right leaf.</returns>
    public int Split(int leaf, SplitCandidate split, BinMapper mapper, float gain)
    {
        int node = NumLeaves - 1;
        int right = NumLeaves;
        int parent = LeafParent[leaf];
        if (parent >= 0)
        {
            if (LeftChild[parent] == ~leaf)
            {
                LeftChild[parent] = node;
            }
            else
            {
                RightChild[parent] = node;
            }
        }

        SplitFeature[node] = split.Feature;
        UsedFeature[node] = split.UsedFeature;
        SplitGain[node] = gain;
        LeftChild[node] = ~leaf;
        RightChild[node] = ~right;
        LeafParent[leaf] = node;
        LeafParent[right] = node;
        InternalWeight[node] = (split.LeftH * split.ScaleH) + (split.RightH * split.ScaleH);
        InternalValue[node] = LeafValue[leaf];
        InternalCount[node] = split.LeftRows + split.RightRows;
        SetLeaf(leaf, split.LeftOutput, split.LeftH * split.ScaleH, split.LeftRows);
        SetLeaf(right, split.RightOutput, split.RightH * split.ScaleH, split.RightRows);
        LeafDepth[right] = LeafDepth[leaf] + 1;
        LeafDepth[leaf]++;
        DecisionType[node] = (byte)((int)mapper.Missing << 2);
        if (split.LeftBins is null)
        {
            DecisionType[node] |= (byte)(split.DefaultLeft ? DefaultLeftMask : 0);
            ThresholdBin[node] = split.Threshold;
            Threshold[node] = mapper.UpperBounds[split.Threshold];
        }
        else
        {
            DecisionType[node] |= CategoricalMask;
            ThresholdBin[node] = NumCategorical;
            Threshold[node] = NumCategorical;
            AddCategories(split.LeftBins, mapper);
        }

        NumLeaves++;
        return right;
    }

    /// <summary>Sets a leaf's output; a value closer to zero than the zero threshold becomes 0.</summary>
    public void SetLeafOutput(int leaf, double output) => LeafValue[leaf] = RoundToZero(output);

    /// <summary>Multiplies all outputs.</summary>
    public void Shrink(double rate)
    {
        for (int i = 0; i < NumLeaves; i++)
        {
            LeafValue[i] = RoundToZero(LeafValue[i] * rate);
        }

        for (int i = 0; i < NumNodes; i++)
        {
            InternalValue[i] = RoundToZero(InternalValue[i] * rate);
        }

        Shrinkage *= rate;
    }

    /// <summary>Adds a constant to all outputs.</summary>
    public void AddBias(double bias)
    {
        for (int i = 0; i < NumLeaves; i++)
        {
            LeafValue[i] = RoundToZero(LeafValue[i] + bias);
        }

        for (int i = 0; i < NumNodes; i++)
        {
            InternalValue[i] = RoundToZero(InternalValue[i] + bias);
        }

        Shrinkage = 1;
    }

    /// <summary>Makes the tree a single leaf.</summary>
    public static Tree Constant(double value, int rows)
    {
        var tree = new Tree(1);
        tree.LeafValue[0] = value;
        tree.LeafCount[0] = rows;
        return tree;
    }

    /// <summary>The leaf that a row falls into.</summary>
    /// <param name="features">All features of the row.</param>
    public int LeafOf(ReadOnlySpan<double> features)
    {
        int node = NumLeaves > 1 ? 0 : ~0;
        while (node >= 0)
        {
            node = GoesLeft(node, features[SplitFeature[node]]) ? LeftChild[node] : RightChild[node];
        }

        return ~node;
    }

    /// <summary>The decision of a node.</summary>
    public bool GoesLeft(int node, double value)
    {
        if (IsCategorical(node))
        {
            return GoesLeftByCategory(node, value);
        }

        MissingKind missing = Missing(node);
        if (double.IsNaN(value) && missing != MissingKind.NaN)
        {
            value = 0;
        }

        if ((missing == MissingKind.Zero && Math.Abs(value) <= BinMapper.ZeroThreshold)
            || (missing == MissingKind.NaN && double.IsNaN(value)))
        {
            return DefaultLeft(node);
        }

        return value <= Threshold[node];
    }

    /// <summary>The categories that a categorical node sends left, ascending.</summary>
    public IReadOnlyList<int> CategoriesOf(int node)
    {
        int set = (int)Threshold[node];
        int first = CategoryBoundaries[set];
        int words = CategoryBoundaries[set + 1] - first;
        var categories = new List<int>();
        for (int category = 0; category < 32 * words; category++)
        {
            if (((CategoryWords[first + (category >> 5)] >> (category & 31)) & 1) != 0)
            {
                categories.Add(category);
            }
        }

        return categories;
    }

    private bool GoesLeftByCategory(int node, double value)
    {
        int category = BinMapper.Category(value);
        if (category < 0)
        {
            return false;
        }

        int set = (int)Threshold[node];
        int first = CategoryBoundaries[set];
        int words = CategoryBoundaries[set + 1] - first;
        int word = category >> 5;
        return word < words && ((CategoryWords[first + word] >> (category & 31)) & 1) != 0;
    }

    private void SetLeaf(int leaf, double value, double weight, int rows)
    {
        LeafValue[leaf] = double.IsNaN(value) ? 0 : value;
        LeafWeight[leaf] = weight;
        LeafCount[leaf] = rows;
    }

    private void AddCategories(int[] bins, BinMapper mapper)
    {
        int highest = bins.Max(bin => mapper.Categories[bin]);
        var words = new uint[(highest / 32) + 1];
        foreach (int bin in bins)
        {
            int category = mapper.Categories[bin];
            words[category >> 5] |= 1u << (category & 31);
        }

        CategoryWords.AddRange(words);
        CategoryBoundaries.Add(CategoryWords.Count);
        CategoryBins.Add(bins);
        NumCategorical++;
    }

    private static double RoundToZero(double value) => Math.Abs(value) <= BinMapper.ZeroThreshold ? 0 : value;
}
