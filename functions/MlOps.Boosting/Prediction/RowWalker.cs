using System.Runtime.CompilerServices;
using MlOps.Boosting.Binning;
using MlOps.Boosting.Trees;

namespace MlOps.Boosting.Prediction;

/// <summary>
/// Walks the trees for one row. The nodes of all trees lie one after the other, each with all that a step needs, so that a step reads one cache line; leaves are
/// reached and their values added exactly as <see cref="Tree.LeafOf"/> says.
/// </summary>
internal sealed class RowWalker
{
    private readonly Node[] _nodes;
    private readonly double[] _values;
    private readonly int[] _roots;
    private readonly List<(Tree Tree, int Node)> _categorical = [];

    public RowWalker(IReadOnlyList<Tree> trees)
    {
        var nodes = new List<Node>();
        var values = new List<double>();
        _roots = new int[trees.Count];
        for (int t = 0; t < trees.Count; t++)
        {
            Tree tree = trees[t];
            int firstNode = nodes.Count;
            int firstValue = values.Count;
            int At(int child) => child >= 0 ? firstNode + child : ~(firstValue + ~child);
            _roots[t] = At(tree.NumLeaves > 1 ? 0 : ~0);
            for (int node = 0; node < tree.NumNodes; node++)
            {
                nodes.Add(Compile(tree, node, At(tree.LeftChild[node]), At(tree.RightChild[node])));
            }

            values.AddRange(tree.LeafValue.AsSpan(0, tree.NumLeaves));
        }

        _nodes = [.. nodes];
        _values = [.. values];
    }

    private enum NodeKind : byte
    {
        // A number; NaN is told apart.
        Number,

        // Zero is missing too.
        ZeroIsMissing,

        Category,
    }

    /// <summary>Adds the trees' outputs for one row; allocates nothing.</summary>
    /// <param name="row">All features.</param>
    /// <param name="firstTree">First tree.</param>
    /// <param name="endTree">Behind the last tree.</param>
    /// <param name="perIteration">Trees of an iteration.</param>
    /// <param name="scores">One score a class.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void AddRow(ReadOnlySpan<double> row, int firstTree, int endTree, int perIteration, Span<double> scores)
    {
        Node[] nodes = _nodes;
        int k = 0;
        for (int t = firstTree; t < endTree; t++)
        {
            int at = _roots[t];
            while (at >= 0)
            {
                ref readonly Node node = ref nodes[at];
                double value = row[node.Feature];
                at = node.Kind == NodeKind.Number && !double.IsNaN(value)
                    ? value <= node.Threshold ? node.Left : node.Right
                    : GoesLeft(node, value) ? node.Left : node.Right;
            }

            scores[k] += _values[~at];
            k = k + 1 == perIteration ? 0 : k + 1;
        }
    }

    private Node Compile(Tree tree, int node, int left, int right)
    {
        if (tree.IsCategorical(node))
        {
            _categorical.Add((tree, node));
            return new Node(_categorical.Count - 1, tree.SplitFeature[node], left, right, NodeKind.Category, false);
        }

        MissingKind missing = tree.Missing(node);
        return new Node(
            tree.Threshold[node], tree.SplitFeature[node], left, right,
            missing == MissingKind.Zero ? NodeKind.ZeroIsMissing : NodeKind.Number,
            missing == MissingKind.None ? tree.Threshold[node] >= 0 : tree.DefaultLeft(node));
    }

    private bool GoesLeft(in Node node, double value)
    {
        if (node.Kind == NodeKind.Category)
        {
            (Tree tree, int number) = _categorical[(int)node.Threshold];
            return tree.GoesLeft(number, value);
        }

        bool isMissing = double.IsNaN(value) || (node.Kind == NodeKind.ZeroIsMissing && Math.Abs(value) <= BinMapper.ZeroThreshold);
        return isMissing ? node.MissingGoesLeft : value <= node.Threshold;
    }

    /// <summary>A node as a walk reads it.</summary>
    /// <param name="Threshold">Values up to this one go left; of a category its place in the list of such nodes.</param>
    /// <param name="Feature">Feature.</param>
    /// <param name="Left">Left child, or the complement of a leaf's value.</param>
    /// <param name="Right">Right child, or the complement of a leaf's value.</param>
    /// <param name="Kind">How values are read.</param>
    /// <param name="MissingGoesLeft">Where missing values go.</param>
    private readonly record struct Node(double Threshold, int Feature, int Left, int Right, NodeKind Kind, bool MissingGoesLeft);
}
