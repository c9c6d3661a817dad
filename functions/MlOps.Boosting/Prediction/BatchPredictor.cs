using System.Buffers;
using System.Runtime.CompilerServices;
using MlOps.Boosting.Data;
using MlOps.Boosting.Kernels;
using MlOps.Boosting.Trees;

namespace MlOps.Boosting.Prediction;

/// <summary>
/// Predicts blocks of 64 rows. A value is first replaced by its rank among the thresholds that the model has for its
/// feature, a byte; a node is then one comparison of all rows at once, and the rows of a node travel as a mask. Which
/// leaf a row reaches, and in which order leaf values are added, is exactly as in <see cref="TreePredictor"/>.
/// </summary>
/// <remarks>
/// <code>
/// codes of f7    3 9 0 255 …     (255: missing)
/// node f7 ≤ #4   ■ □ ■  □        and for missing-goes-left nodes, on codes + 1: 255 becomes 0
/// left mask      parent &amp; ■      right mask  parent &amp; □
/// </code>
/// </remarks>
internal sealed unsafe class BatchPredictor
{
    public const int BlockRows = PredictionKernel.BlockRows;

    // Blocks that are encoded before trees are added: their codes stay in the cache.
    private const int Together = 4;

    // A leaf's number is a byte.
    private const int MaxLeaves = 256;

    // The kernel may read so many leaf values of any tree.
    private const int LeastValues = 32;

    private readonly FeatureCode?[] _codes;
    private readonly CompiledNode[] _nodes;
    private readonly byte[] _sides;
    private readonly double[] _values;
    private readonly (int FirstNode, int Nodes, int FirstValue, int FirstCategorical, int Categoricals)[] _trees;
    private readonly int[] _categoricalCodes;
    private readonly int _mostNodes;
    private readonly int _mostCategoricals;

    private BatchPredictor(FeatureCode?[] codes, IReadOnlyList<Tree> trees)
    {
        _codes = codes;
        var nodes = new List<CompiledNode>();
        var sides = new List<byte>();
        var values = new List<double>();
        var categoricalCodes = new List<int>();
        _trees = new (int, int, int, int, int)[trees.Count];
        for (int t = 0; t < trees.Count; t++)
        {
            Tree tree = trees[t];
            int firstNode = nodes.Count;
            int firstCategorical = categoricalCodes.Count;
            AddNodes(tree, nodes, categoricalCodes, sides);
            int categoricals = categoricalCodes.Count - firstCategorical;
            _trees[t] = (firstNode, tree.NumNodes, values.Count, firstCategorical, categoricals);
            _mostNodes = Math.Max(_mostNodes, tree.NumNodes);
            _mostCategoricals = Math.Max(_mostCategoricals, categoricals);
            values.AddRange(tree.LeafValue.AsSpan(0, tree.NumLeaves));
            values.AddRange(new double[Math.Max(0, LeastValues - tree.NumLeaves)]);
        }

        _nodes = [.. nodes, default];
        _sides = [.. sides, 0];
        _values = [.. values];
        _categoricalCodes = [.. categoricalCodes];
    }

    /// <summary>Compiles a model; null when it does not fit (too many thresholds or leaves, or a feature used in two ways).</summary>
    public static BatchPredictor? Create(IReadOnlyList<Tree> trees, int features)
    {
        var codes = new FeatureCode?[features];
        if (trees.Count == 0 || trees.Any(tree => tree.NumLeaves > MaxLeaves))
        {
            return null;
        }

        foreach (Tree tree in trees)
        {
            for (int node = 0; node < tree.NumNodes; node++)
            {
                FeatureCode code = codes[tree.SplitFeature[node]] ??= new FeatureCode(tree.IsCategorical(node), tree.Missing(node));
                if (!code.Accept(tree, node))
                {
                    return null;
                }
            }
        }

        return codes.All(code => code is null || code.Complete()) ? new BatchPredictor(codes, trees) : null;
    }

    /// <summary>Adds the trees' outputs for consecutive rows.</summary>
    /// <param name="columns">All features.</param>
    /// <param name="start">First row.</param>
    /// <param name="count">Number of rows.</param>
    /// <param name="firstTree">First tree.</param>
    /// <param name="endTree">Behind the last tree.</param>
    /// <param name="perIteration">Trees of an iteration.</param>
    /// <param name="scores">Row by row one score a class.</param>
    public void AddScores(FeatureColumn[] columns, int start, int count, int firstTree, int endTree, int perIteration, Span<double> scores)
    {
        int codes = ((2 * _codes.Length) + _mostCategoricals) * BlockRows;
        int masks = ((2 * _mostNodes) + 1) * BlockRows;
        int sums = perIteration * BlockRows * sizeof(double);
        byte[] buffer = ArrayPool<byte>.Shared.Rent((Together * codes) + masks + sums + (26 * BlockRows));
        double[] widened = ArrayPool<double>.Shared.Rent(Together * BlockRows);
        fixed (byte* pointer = buffer)
        {
            var scratch = new Scratch();
            scratch.Leaves = (byte*)(((nuint)pointer + BlockRows - 1) & ~(nuint)(BlockRows - 1));
            scratch.Values = (double*)(scratch.Leaves + BlockRows);
            scratch.Spare = scratch.Values + BlockRows;
            scratch.Masks = scratch.Leaves + (17 * BlockRows);
            scratch.Sums = (double*)(scratch.Masks + masks);
            byte* first = (byte*)scratch.Sums + sums;
            for (int done = 0; done < count; done += Together * BlockRows)
            {
                int rows = Math.Min(Together * BlockRows, count - done);
                scratch.Codes = first;
                Encode(columns, start + done, rows, widened, codes, scratch);
                for (int at = 0; at < rows; at += BlockRows, scratch.Codes += codes)
                {
                    new Span<double>(scratch.Sums, perIteration * BlockRows).Clear();
                    AddTrees(firstTree, endTree, perIteration, scratch);
                    Write(scratch.Sums, perIteration, scores.Slice((done + at) * perIteration, Math.Min(BlockRows, rows - at) * perIteration));
                }
            }
        }

        ArrayPool<double>.Shared.Return(widened);
        ArrayPool<byte>.Shared.Return(buffer);
    }

    // Several blocks of a column after each other: memory is read ahead only where it is read on.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Encode(FeatureColumn[] columns, int start, int rows, double[] widened, int stride, in Scratch scratch)
    {
        for (int f = 0; f < _codes.Length; f++)
        {
            if (_codes[f] is not { } code)
            {
                continue;
            }

            ReadOnlySpan<double> column = columns[f].Block(start, rows, widened);
            byte* codes = scratch.Codes + (f * BlockRows);
            fixed (double* values = column)
            {
                for (int at = 0; at < rows; at += BlockRows, codes += stride)
                {
                    double* block = values + at;
                    if (rows - at < BlockRows)
                    {
                        var padded = new Span<double>(scratch.Values, BlockRows);
                        padded.Clear();
                        column[at..].CopyTo(padded);
                        block = scratch.Values;
                    }

                    code.Encode(block, scratch.Spare, codes);
                    if (code.SendsMissingLeft)
                    {
                        PredictionKernel.Shift(codes, codes + (_codes.Length * BlockRows));
                    }
                }
            }
        }
    }

    private void AddTrees(int firstTree, int endTree, int perIteration, in Scratch scratch)
    {
        fixed (CompiledNode* allNodes = _nodes)
        fixed (byte* sides = _sides)
        fixed (double* values = _values)
        {
            byte* categorical = scratch.Codes + CategoricalCodes(0);
            int k = 0;
            for (int t = firstTree; t < endTree; t++)
            {
                (int firstNode, int nodes, int firstValue, int firstCategorical, int categoricals) = _trees[t];
                for (int c = 0; c < categoricals; c++)
                {
                    byte* codes = scratch.Codes + _categoricalCodes[firstCategorical + c];
                    PredictionKernel.LookUp(sides + (256L * (firstCategorical + c)), codes, categorical + (c * BlockRows));
                }

                PredictionKernel.FindLeaves(allNodes + firstNode, nodes, scratch.Codes, scratch.Masks, scratch.Leaves);
                PredictionKernel.AddLeafValues(scratch.Leaves, values + firstValue, nodes + 1, scratch.Sums + (k * BlockRows));
                k = k + 1 == perIteration ? 0 : k + 1;
            }
        }
    }

    // Behind the codes of the features and those plus one: the sides of the categorical nodes of the tree at hand.
    private int CategoricalCodes(int inTree) => BlockRows * ((2 * _codes.Length) + inTree);

    private static void Write(double* sums, int perIteration, Span<double> scores)
    {
        for (int i = 0; i < scores.Length / perIteration; i++)
        {
            for (int k = 0; k < perIteration; k++)
            {
                scores[(i * perIteration) + k] += sums[(k * BlockRows) + i];
            }
        }
    }

    // Nodes in the order of their depth; the masks of a tree are those of its nodes and then those of its leaves.
    private void AddNodes(Tree tree, List<CompiledNode> nodes, List<int> categoricalCodes, List<byte> sides)
    {
        var order = new List<int>();
        var place = new int[tree.NumNodes];
        var open = new Queue<int>();
        if (tree.NumNodes > 0)
        {
            open.Enqueue(0);
        }

        while (open.TryDequeue(out int node))
        {
            place[node] = order.Count;
            order.Add(node);
            foreach (int child in (int[])[tree.LeftChild[node], tree.RightChild[node]])
            {
                if (child >= 0)
                {
                    open.Enqueue(child);
                }
            }
        }

        int Mask(int child) => BlockRows * (child >= 0 ? place[child] : tree.NumNodes + ~child);
        int categoricals = 0;
        foreach (int node in order)
        {
            int feature = tree.SplitFeature[node];
            FeatureCode code = _codes[feature]!;
            int codes = BlockRows * feature;
            int limit = 0;
            if (tree.IsCategorical(node))
            {
                categoricalCodes.Add(codes);
                sides.AddRange(code.SideTable(tree, node));
                codes = CategoricalCodes(categoricals++);
            }
            else
            {
                bool shifted = FeatureCode.GoesLeftWhenMissing(tree, node);
                codes += shifted ? BlockRows * _codes.Length : 0;
                limit = code.RankOf(tree.Threshold[node]) + (shifted ? 1 : 0);
            }

            nodes.Add(new CompiledNode(codes, Mask(tree.LeftChild[node]), Mask(tree.RightChild[node]), limit));
        }
    }

    /// <summary>Where a block's working memory lies; each part is aligned to a cache line.</summary>
    private ref struct Scratch
    {
        public byte* Leaves;
        public double* Values;
        public double* Spare;
        public byte* Codes;
        public byte* Masks;
        public double* Sums;
    }
}
