using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using MlOps.Boosting.Binning;
using MlOps.Boosting.Trees;

namespace MlOps.Boosting.Prediction;

/// <summary>
/// Predicts blocks of 64 rows. A value is first replaced by its rank among the thresholds that the model has for its
/// feature, a byte; a node is then one comparison of 32 rows at a time, and the rows of a node travel as a mask. Which
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
    public const int BlockRows = 64;
    private const int MaxCodes = 254;
    private const byte Missing = 255;

    private readonly FeatureCode?[] _codes;
    private readonly CompiledTree[] _trees;

    private BatchPredictor(FeatureCode?[] codes, CompiledTree[] trees)
    {
        _codes = codes;
        _trees = trees;
    }

    /// <summary>Compiles a model; null when it does not fit (too many thresholds or leaves, or a feature used in two ways).</summary>
    public static BatchPredictor? Create(IReadOnlyList<Tree> trees, int features)
    {
        var codes = new FeatureCode?[features];
        if (trees.Any(tree => tree.NumLeaves > 256))
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

        foreach (FeatureCode? code in codes)
        {
            if (code is not null && !code.Complete(MaxCodes))
            {
                return null;
            }
        }

        return new BatchPredictor(codes, [.. trees.Select(tree => new CompiledTree(tree, codes))]);
    }

    /// <summary>Adds the trees' outputs for up to <see cref="BlockRows"/> rows.</summary>
    /// <param name="columns">All features.</param>
    /// <param name="start">First row.</param>
    /// <param name="count">Number of rows.</param>
    /// <param name="firstTree">First tree.</param>
    /// <param name="endTree">Behind the last tree.</param>
    /// <param name="perIteration">Trees of an iteration.</param>
    /// <param name="scores">Row by row one score a class.</param>
    public void AddScores(FeatureColumn[] columns, int start, int count, int firstTree, int endTree, int perIteration, Span<double> scores)
    {
        byte[] buffer = System.Buffers.ArrayPool<byte>.Shared.Rent((_codes.Length + 1) * BlockRows);
        fixed (byte* pointer = buffer)
        fixed (double* target = scores)
        {
            byte* codes = pointer;
            Span<double> values = stackalloc double[BlockRows];
            values.Clear();
            for (int f = 0; f < _codes.Length; f++)
            {
                if (_codes[f] is { } code)
                {
                    columns[f].CopyTo(start, values[..count]);
                    code.Encode(values, codes + (f * BlockRows));
                }
            }

            byte* leaves = stackalloc byte[BlockRows];
            for (int t = firstTree; t < endTree; t++)
            {
                AddTree(_trees[t], codes, leaves, count, perIteration, target + (t % perIteration));
            }
        }

        System.Buffers.ArrayPool<byte>.Shared.Return(buffer);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddTree(CompiledTree tree, byte* codes, byte* leaves, int count, int perIteration, double* scores)
    {
        tree.FindLeaves(codes, leaves);
        fixed (double* values = tree.LeafValues)
        {
            if (perIteration == 1)
            {
                for (int i = 0; i < count; i++)
                {
                    scores[i] += values[leaves[i]];
                }

                return;
            }

            for (int i = 0; i < count; i++)
            {
                scores[i * perIteration] += values[leaves[i]];
            }
        }
    }

    /// <summary>Replaces the values of one feature by codes.</summary>
    private sealed class FeatureCode(bool categorical, MissingKind missing)
    {
        private readonly SortedSet<double> _found = [];
        private double[] _thresholds = [];
        private Dictionary<int, byte> _categories = [];
        private int _top;

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
                return true;
            }

            foreach (int category in CategoriesOf(tree, node))
            {
                _found.Add(category);
            }

            return _found.Count <= 100_000;
        }

        public bool Complete(int maxCodes)
        {
            if (_found.Count > maxCodes)
            {
                return false;
            }

            // A power of two, filled up with +∞, so that the search takes the same steps for every value.
            _top = 1;
            while (_top < _found.Count + 1)
            {
                _top *= 2;
            }

            _thresholds = new double[_top];
            Array.Fill(_thresholds, double.PositiveInfinity);
            _found.CopyTo(_thresholds);
            byte next = 0;
            _categories = categorical ? _found.ToDictionary(category => (int)category, _ => next++) : [];
            return true;
        }

        /// <summary>Rank of a threshold.</summary>
        public int RankOf(double threshold) => Array.IndexOf(_thresholds, threshold);

        /// <summary>For each code whether a categorical node sends it left.</summary>
        public byte[] SideTable(Tree tree, int node)
        {
            var table = new byte[256];
            foreach (int category in CategoriesOf(tree, node))
            {
                table[_categories[category]] = 255;
            }

            return table;
        }

        public void Encode(ReadOnlySpan<double> values, byte* codes)
        {
            if (categorical)
            {
                for (int i = 0; i < BlockRows; i++)
                {
                    codes[i] = _categories.GetValueOrDefault(BinMapper.Category(values[i]), Missing);
                }

                return;
            }

            fixed (double* v = values, thresholds = _thresholds)
            {
                if (Avx2.IsSupported)
                {
                    for (int i = 0; i < BlockRows; i += 8)
                    {
                        EncodeEight(v + i, thresholds, codes + i);
                    }
                }
                else
                {
                    for (int i = 0; i < BlockRows; i++)
                    {
                        codes[i] = EncodeOne(v[i], thresholds);
                    }
                }
            }
        }

        private byte EncodeOne(double value, double* thresholds)
        {
            bool isZero = Math.Abs(value) <= BinMapper.ZeroThreshold;
            if (double.IsNaN(value))
            {
                if (missing == MissingKind.NaN)
                {
                    return Missing;
                }

                value = 0;
                isZero = true;
            }

            if (missing == MissingKind.Zero && isZero)
            {
                return Missing;
            }

            int rank = 0;
            for (int step = _top / 2; step > 0; step /= 2)
            {
                rank += thresholds[rank + step - 1] < value ? step : 0;
            }

            return (byte)rank;
        }

        // Two groups of four at once: one's loads hide in the other's.
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private void EncodeEight(double* values, double* thresholds, byte* codes)
        {
            Vector256<double> a = Vector256.Load(values);
            Vector256<double> b = Vector256.Load(values + 4);
            Vector256<double> missingA = IsMissing(ref a);
            Vector256<double> missingB = IsMissing(ref b);
            Vector256<long> rankA = Vector256<long>.Zero;
            Vector256<long> rankB = Vector256<long>.Zero;
            for (int step = _top / 2; step > 0; step /= 2)
            {
                Vector256<long> steps = Vector256.Create((long)step);
                Vector256<double> atA = Avx2.GatherVector256(thresholds + step - 1, rankA, 8);
                Vector256<double> atB = Avx2.GatherVector256(thresholds + step - 1, rankB, 8);
                rankA += Vector256.LessThan(atA, a).AsInt64() & steps;
                rankB += Vector256.LessThan(atB, b).AsInt64() & steps;
            }

            rankA |= missingA.AsInt64() & Vector256.Create((long)Missing);
            rankB |= missingB.AsInt64() & Vector256.Create((long)Missing);
            for (int lane = 0; lane < 4; lane++)
            {
                codes[lane] = (byte)rankA[lane];
                codes[lane + 4] = (byte)rankB[lane];
            }
        }

        // Which lanes are missing; NaN that is not becomes zero.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private Vector256<double> IsMissing(ref Vector256<double> values)
        {
            Vector256<double> isNumber = Vector256.Equals(values, values);
            if (missing == MissingKind.NaN)
            {
                return ~isNumber;
            }

            values &= isNumber;
            return missing == MissingKind.Zero
                ? Vector256.LessThanOrEqual(Vector256.Abs(values), Vector256.Create(BinMapper.ZeroThreshold))
                : Vector256<double>.Zero;
        }

        private static IEnumerable<int> CategoriesOf(Tree tree, int node)
        {
            int set = (int)tree.Threshold[node];
            int first = tree.CategoryBoundaries[set];
            int words = tree.CategoryBoundaries[set + 1] - first;
            for (int category = 0; category < 32 * words; category++)
            {
                if (((tree.CategoryWords[first + (category >> 5)] >> (category & 31)) & 1) != 0)
                {
                    yield return category;
                }
            }
        }
    }

    private readonly record struct CompiledNode(int CodeStart, byte Limit, byte Add, int Left, int Right, byte[]? Table);

    /// <summary>A tree as a list of nodes, each behind its parent.</summary>
    private sealed class CompiledTree
    {
        private readonly CompiledNode[] _nodes;

        public CompiledTree(Tree tree, FeatureCode?[] codes)
        {
            LeafValues = tree.LeafValue[..tree.NumLeaves];
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

            _nodes = [.. order.Select(node => Compile(tree, node, codes, place))];
        }

        public double[] LeafValues { get; }

        /// <summary>The leaf of each row of a block.</summary>
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void FindLeaves(byte* codes, byte* leaves)
        {
            Vector256<byte>* masks = stackalloc Vector256<byte>[2 * (_nodes.Length + 1)];
            masks[0] = Vector256<byte>.AllBitsSet;
            masks[1] = Vector256<byte>.AllBitsSet;
            Vector256<byte> leaves1 = Vector256<byte>.Zero;
            Vector256<byte> leaves2 = Vector256<byte>.Zero;
            CompiledNode[] nodes = _nodes;
            for (int n = 0; n < nodes.Length; n++)
            {
                ref readonly CompiledNode node = ref nodes[n];
                byte* code = codes + node.CodeStart;
                Vector256<byte> left1;
                Vector256<byte> left2;
                if (node.Table is null)
                {
                    Vector256<byte> limit = Vector256.Create(node.Limit);
                    Vector256<byte> add = Vector256.Create(node.Add);
                    left1 = Vector256.LessThanOrEqual(Vector256.Load(code) + add, limit);
                    left2 = Vector256.LessThanOrEqual(Vector256.Load(code + 32) + add, limit);
                }
                else
                {
                    LookUp(node.Table, code, out left1, out left2);
                }

                Vector256<byte> mask1 = masks[2 * n];
                Vector256<byte> mask2 = masks[(2 * n) + 1];
                Vector256<byte> right1 = Vector256.AndNot(mask1, left1);
                Vector256<byte> right2 = Vector256.AndNot(mask2, left2);
                left1 &= mask1;
                left2 &= mask2;
                if (node.Left >= 0)
                {
                    masks[2 * node.Left] = left1;
                    masks[(2 * node.Left) + 1] = left2;
                }
                else
                {
                    Vector256<byte> leaf = Vector256.Create((byte)~node.Left);
                    leaves1 |= left1 & leaf;
                    leaves2 |= left2 & leaf;
                }

                if (node.Right >= 0)
                {
                    masks[2 * node.Right] = right1;
                    masks[(2 * node.Right) + 1] = right2;
                }
                else
                {
                    Vector256<byte> leaf = Vector256.Create((byte)~node.Right);
                    leaves1 |= right1 & leaf;
                    leaves2 |= right2 & leaf;
                }
            }

            leaves1.Store(leaves);
            leaves2.Store(leaves + 32);
        }

        [MethodImpl(MethodImplOptions.NoInlining)]
        private static void LookUp(byte[] table, byte* codes, out Vector256<byte> first, out Vector256<byte> second)
        {
            byte* sides = stackalloc byte[BlockRows];
            for (int i = 0; i < BlockRows; i++)
            {
                sides[i] = table[codes[i]];
            }

            first = Vector256.Load(sides);
            second = Vector256.Load(sides + 32);
        }

        private static CompiledNode Compile(Tree tree, int node, FeatureCode?[] codes, int[] place)
        {
            FeatureCode code = codes[tree.SplitFeature[node]]!;
            int start = tree.SplitFeature[node] * BlockRows;
            int left = tree.LeftChild[node] >= 0 ? place[tree.LeftChild[node]] : tree.LeftChild[node];
            int right = tree.RightChild[node] >= 0 ? place[tree.RightChild[node]] : tree.RightChild[node];
            if (tree.IsCategorical(node))
            {
                return new CompiledNode(start, 0, 0, left, right, code.SideTable(tree, node));
            }

            bool missingLeft = tree.Missing(node) != MissingKind.None && tree.DefaultLeft(node);
            int rank = code.RankOf(tree.Threshold[node]);
            return new CompiledNode(start, (byte)(missingLeft ? rank + 1 : rank), (byte)(missingLeft ? 1 : 0), left, right, null);
        }
    }
}
