using MlOps.Boosting.Settings;
using MlOps.Boosting.Trees;

namespace MlOps.Boosting.Contributions;

/// <summary>
/// Path-dependent TreeSHAP (Lundberg, Erion and Lee, "Consistent individualized feature attribution for tree ensembles",
/// 2018, algorithm 2). The walk visits both children of every node and keeps the path of features split so far: for each,
/// the share of training rows that would pass if the feature were unknown (zero), whether the row passes (one), and the
/// weight of the subsets of each size.
/// <code>
/// path     (root)   f3      f7        a node on f3 again first removes f3's entry,
/// zero      1       0.4     0.9       then appends it with the product of both shares
/// one       1       1       0
/// </code>
/// </summary>
internal sealed class TreeShap(int features)
{
    private const int MaxDepth = 2000;
    private Element[] _paths = [];

    private struct Element
    {
        public int Feature;
        public double Zero;
        public double One;
        public double Weight;
    }

    /// <summary>Adds a tree's contributions for a row.</summary>
    /// <param name="tree">Tree.</param>
    /// <param name="row">All features.</param>
    /// <param name="contributions">One number a feature, then the bias.</param>
    /// <exception cref="BoostingDataException">The tree is deeper than 2,000 levels.</exception>
    public void Add(Tree tree, double[] row, Span<double> contributions)
    {
        contributions[features] += ExpectedValue(tree);
        if (tree.NumLeaves == 1)
        {
            return;
        }

        int depth = Depth(tree);
        int needed = (depth + 2) * (depth + 3) / 2;
        if (_paths.Length < needed)
        {
            _paths = new Element[needed];
        }

        Visit(tree, row, contributions, 0, 0, 0, new Element { Feature = -1, Zero = 1, One = 1 });
    }

    private static double Cover(Tree tree, int node) => node >= 0 ? tree.InternalCount[node] : tree.LeafCount[~node];

    private static double ExpectedValue(Tree tree)
    {
        if (tree.NumLeaves == 1)
        {
            return tree.LeafValue[0];
        }

        double total = tree.InternalCount[0];
        double sum = 0;
        for (int leaf = 0; leaf < tree.NumLeaves; leaf++)
        {
            sum += tree.LeafCount[leaf] / total * tree.LeafValue[leaf];
        }

        return sum;
    }

    /// <param name="tree">Tree.</param>
    /// <param name="row">Features.</param>
    /// <param name="contributions">Sums.</param>
    /// <param name="node">Node or leaf (complemented).</param>
    /// <param name="parentStart">Where the parent's path begins.</param>
    /// <param name="length">Entries of the parent's path.</param>
    /// <param name="added">Entry that leads to this node.</param>
    private void Visit(Tree tree, double[] row, Span<double> contributions, int node, int parentStart, int length, Element added)
    {
        int start = parentStart + length;
        Array.Copy(_paths, parentStart, _paths, start, length);
        Span<Element> path = _paths.AsSpan(start, length + 1);
        Extend(path, added);
        if (node < 0)
        {
            double value = tree.LeafValue[~node];
            for (int i = 1; i < path.Length; i++)
            {
                contributions[path[i].Feature] += WeightWithout(path, i) * (path[i].One - path[i].Zero) * value;
            }

            return;
        }

        int feature = tree.SplitFeature[node];
        bool left = tree.GoesLeft(node, row[feature]);
        int hot = left ? tree.LeftChild[node] : tree.RightChild[node];
        int cold = left ? tree.RightChild[node] : tree.LeftChild[node];
        double cover = Cover(tree, node);
        double zero = 1;
        double one = 1;
        int kept = path.Length;
        for (int i = 1; i < path.Length; i++)
        {
            if (path[i].Feature == feature)
            {
                zero = path[i].Zero;
                one = path[i].One;
                Remove(path, i);
                kept--;
                break;
            }
        }

        // A node that no training row reached shares nothing out.
        double hotShare = cover > 0 ? Cover(tree, hot) / cover : 0.5;
        double coldShare = cover > 0 ? Cover(tree, cold) / cover : 0.5;
        Visit(tree, row, contributions, hot, start, kept, new Element { Feature = feature, Zero = hotShare * zero, One = one });
        Visit(tree, row, contributions, cold, start, kept, new Element { Feature = feature, Zero = coldShare * zero, One = 0 });
    }

    // Appends an entry: the subsets without it keep a share of their weight, those with it are one larger.
    private static void Extend(Span<Element> path, Element added)
    {
        int last = path.Length - 1;
        added.Weight = last == 0 ? 1 : 0;
        path[last] = added;
        double size = last + 1;
        for (int i = last - 1; i >= 0; i--)
        {
            double weight = path[i].Weight;
            path[i + 1].Weight += added.One * weight * (i + 1) / size;
            path[i].Weight = added.Zero * weight * (last - i) / size;
        }
    }

    // Undoes Extend for an entry anywhere in the path; the last entry of the span is then free.
    private static void Remove(Span<Element> path, int index)
    {
        int last = path.Length - 1;
        double size = last + 1;
        double zero = path[index].Zero;
        double one = path[index].One;
        double next = path[last].Weight;
        for (int i = last - 1; i >= 0; i--)
        {
            if (one != 0)
            {
                double weight = path[i].Weight;
                path[i].Weight = next * size / ((i + 1) * one);
                next = weight - (path[i].Weight * zero * (last - i) / size);
            }
            else
            {
                path[i].Weight = zero == 0 ? 0 : path[i].Weight * size / (zero * (last - i));
            }
        }

        for (int i = index; i < last; i++)
        {
            path[i].Feature = path[i + 1].Feature;
            path[i].Zero = path[i + 1].Zero;
            path[i].One = path[i + 1].One;
        }
    }

    // The summed weight of the path without an entry.
    private static double WeightWithout(Span<Element> path, int index)
    {
        int last = path.Length - 1;
        double size = last + 1;
        double zero = path[index].Zero;
        double one = path[index].One;
        double next = path[last].Weight;
        double total = 0;
        for (int i = last - 1; i >= 0; i--)
        {
            double share = (last - i) / size;
            if (one != 0)
            {
                double part = next * size / ((i + 1) * one);
                total += part;
                next = path[i].Weight - (part * zero * share);
            }
            else if (zero != 0)
            {
                total += path[i].Weight / zero / share;
            }
        }

        return total;
    }

    private static int Depth(Tree tree)
    {
        int deepest = 0;
        var open = new Stack<(int Node, int Depth)>();
        open.Push((0, 1));
        while (open.Count > 0)
        {
            (int node, int depth) = open.Pop();
            deepest = Math.Max(deepest, depth);
            foreach (int child in (int[])[tree.LeftChild[node], tree.RightChild[node]])
            {
                if (child >= 0)
                {
                    open.Push((child, depth + 1));
                }
            }
        }

        return deepest <= MaxDepth
            ? deepest
            : throw new BoostingDataException($"A tree of this model is {deepest} levels deep: contributions are offered up to {MaxDepth} levels.");
    }
}
