using System.Runtime.CompilerServices;
using MlOps.Boosting.Binning;
using MlOps.Boosting.Data;
using MlOps.Boosting.Histograms;
using MlOps.Boosting.Kernels;
using MlOps.Boosting.Machine;
using MlOps.Boosting.Sampling;
using MlOps.Boosting.Settings;

namespace MlOps.Boosting.Trees;

/// <summary>
/// Grows one tree, best leaf first: find the best split of the newest leaves, divide the leaf with the largest gain,
/// repeat. Histograms are summed from rows for the smaller child only; the larger one is parent minus smaller.
/// Prediction lives elsewhere.
/// </summary>
internal sealed unsafe class TreeGrower : IDisposable
{
    // Rows from which gathering is shared between threads.
    private const int ShareFrom = 2048;

    private readonly Dataset _data;
    private readonly Parameters _parameters;
    private readonly SplitSettings _settings;
    private readonly SplitSearch[] _searches;
    private readonly Team _team;
    private readonly FeatureMeta[] _metas;
    private readonly ColumnSampler _columns;
    private readonly HistogramPool _pool;
    private readonly NativeBuffer<byte> _sides;
    private readonly int _sideLength;

    // The pairs of the leaf whose histogram is built, in the leaf's order.
    private readonly NativeBuffer<float> _gathered;

    private readonly BinColumns? _binColumns;
    private readonly LeafState[] _leaves;
    private readonly TileSplits[] _splits;

    // The state of the tree being grown.
    private Tree _tree = Tree.Constant(0, 0);
    private float* _gradients;
    private double _scaleG = 1;
    private double _scaleH = 1;

    public TreeGrower(Dataset data, Parameters parameters, Team team)
    {
        _data = data;
        _parameters = parameters;
        _team = team;
        _settings = new SplitSettings(parameters);
        _searches = [.. data.Tiles.Select(tile => new SplitSearch(_settings, tile.Features.Max(feature => data.UsedMappers[feature].NumBins)))];
        _columns = new ColumnSampler(data.Used, parameters);
        _metas = [.. Enumerable.Range(0, data.Used.Length).Select(i => new FeatureMeta(
            data.UsedMappers[i], data.Used[i], i, data.Layout.Slots[i].HistogramStart, data.InnerOrder[i], parameters))];
        _leaves = [.. Enumerable.Range(0, parameters.NumLeaves).Select(_ => new LeafState(data.Used.Length))];
        _splits = [.. data.Tiles.Select(_ => new TileSplits())];
        _pool = new HistogramPool(data.Layout.HistogramEntries);
        Partition = new RowPartition(data.RowCount, parameters.NumLeaves, team);
        _sideLength = data.Tiles.Any(tile => tile.IsWide) ? 65536 : 256;
        _sides = new NativeBuffer<byte>(_sideLength);
        _gathered = new NativeBuffer<float>(2L * data.RowCount);
        _binColumns = BinColumns.Create(data.Tiles, data.RowCount, team);
    }

    /// <summary>Which rows ended in which leaf of the last tree.</summary>
    public RowPartition Partition { get; }

    /// <summary>Grows a tree.</summary>
    /// <param name="gradients">Pairs (gradient, hessian) of all rows.</param>
    /// <param name="bag">Rows to grow on, ascending; empty for all.</param>
    /// <param name="quantised">Steps of quantised gradients; null for plain ones.</param>
    /// <param name="round">Round, from 0: says which feature of each one-hot group is left out.</param>
    /// <param name="cancellation">Stops within the tree.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public Tree Grow(float* gradients, ReadOnlySpan<int> bag, QuantizedScale? quantised, int round, CancellationToken cancellation)
    {
        _gradients = gradients;
        _scaleG = quantised?.Gradient ?? 1;
        _scaleH = quantised?.Hessian ?? 1;
        _tree = new Tree(_parameters.NumLeaves);
        _columns.StartTree(round);
        Partition.Start(_data.RowCount, bag);
        StartRoot(quantised);
        int left = 0;
        int right = -1;
        for (int split = 0; split < _parameters.NumLeaves - 1; split++)
        {
            cancellation.ThrowIfCancellationRequested();
            if (MaySplit(left, right))
            {
                FindSplits(left, right);
            }

            int leaf = BestLeaf();
            if (leaf < 0)
            {
                break;
            }

            left = leaf;
            right = Divide(leaf);
        }

        _pool.ReturnAll();
        return _tree;
    }

    public void Dispose()
    {
        Partition.Dispose();
        foreach (SplitSearch search in _searches)
        {
            search.Dispose();
        }

        _pool.Dispose();
        _sides.Dispose();
        _gathered.Dispose();
        _binColumns?.Dispose();
    }

    private void StartRoot(QuantizedScale? quantised)
    {
        foreach (LeafState state in _leaves)
        {
            state.Reset();
        }

        LeafState root = _leaves[0];
        (root.G, root.H) = BuildRoot(root);
        double g = root.G * _scaleG;
        double h = root.H * _scaleH;
        if (quantised is { CountsFirstRows: true } && !Partition.IsWhole)
        {
            // LightGBM takes the whole-number sums of a bag from the first rows of the data; its trees depend on it.
            (root.G, root.H) = RootSums.Of(null, Partition.Count(0), _gradients);
        }

        double output = _settings.PlainOutput(g, h, _settings.L2);
        root.ParentOutput = output;
        _tree.SetLeafOutput(0, output);
    }

    // The root's sums are one long chain of additions. The first tile can follow it on the way; otherwise it is a share
    // of its own.
    private (double G, double H) BuildRoot(LeafState root)
    {
        int count = Partition.Count(0);
        int* rows = Partition.IsWhole ? null : Partition.Rows(0);
        float* gradients = rows is null ? _gradients : GatherGradients(rows, count);
        root.Histogram = _pool.Take();
        double* histogram = root.Histogram.Pointer;
        BinTile[] tiles = _data.Tiles;
        bool onTheWay = rows is null && HasFeature(tiles[0], root) && HistogramKernel.CanSum(tiles[0]);
        double g = 0;
        double h = 0;
        _team.Run(tiles.Length + (onTheWay ? 0 : 1), share =>
        {
            if (share == tiles.Length)
            {
                (g, h) = RootSums.Of(null, count, gradients);
            }
            else if (share == 0 && onTheWay)
            {
                (g, h) = HistogramKernel.BuildAndSum(tiles[0], count, gradients, histogram);
            }
            else if (HasFeature(tiles[share], root))
            {
                HistogramKernel.Build(tiles[share], rows, count, gradients, histogram);
            }
        });
        return (g, h);
    }

    // Depth and row limits hold for both new leaves alike: one leaf that is large enough lets both be searched.
    private bool MaySplit(int left, int right)
    {
        bool tooDeep = _parameters.MaxDepth > 0 && _tree.LeafDepth[left] >= _parameters.MaxDepth;
        int minimum = (int)Math.Min(int.MaxValue, 2L * _parameters.MinDataInLeaf);
        if (!tooDeep && (Partition.Count(left) >= minimum || Partition.Count(right) >= minimum))
        {
            return true;
        }

        _leaves[left].Best.Reset();
        _pool.Return(_leaves[left]);
        if (right >= 0)
        {
            _leaves[right].Best.Reset();
            _pool.Return(_leaves[right]);
        }

        return false;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int BestLeaf()
    {
        int best = 0;
        for (int leaf = 1; leaf < _tree.NumLeaves; leaf++)
        {
            if (_leaves[leaf].Best.IsBetterThan(_leaves[best].Best))
            {
                best = leaf;
            }
        }

        return _leaves[best].Best.Gain > 0 ? best : -1;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void FindSplits(int left, int right)
    {
        if (right < 0)
        {
            FindRootSplit();
            return;
        }

        bool leftIsSmaller = Partition.Count(left) < Partition.Count(right);
        int smaller = leftIsSmaller ? left : right;
        int larger = leftIsSmaller ? right : left;
        NativeBuffer<double> parent = _leaves[left].Histogram!;
        bool[] givenUp = _leaves[left].GivenUp;

        // The larger child takes over its parent's histogram; the smaller one gets a fresh one.
        LeafState small = _leaves[smaller];
        LeafState large = _leaves[larger];
        if (!leftIsSmaller)
        {
            givenUp.CopyTo(small.GivenUp, 0);
        }
        else
        {
            givenUp.CopyTo(large.GivenUp, 0);
        }

        _leaves[left].Histogram = null;
        large.Histogram = parent;
        small.Histogram = _pool.Take();
        bool[] smallFeatures = _columns.ForNode(small.Branch);
        bool[] largeFeatures = _columns.ForNode(large.Branch);
        SearchBoth(smaller, larger, smallFeatures, largeFeatures);
    }

    private void FindRootSplit()
    {
        LeafState root = _leaves[0];
        SearchBoth(0, -1, _columns.ForNode(root.Branch), []);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void SearchBoth(int smaller, int larger, bool[] smallFeatures, bool[] largeFeatures)
    {
        LeafState small = _leaves[smaller];
        LeafState? large = larger >= 0 ? _leaves[larger] : null;
        LeafSums smallSums = Sums(smaller);
        LeafSums largeSums = large is null ? default : Sums(larger);
        int smallDepth = _tree.LeafDepth[smaller];
        double* smallHistogram = small.Histogram!.Pointer;
        double* largeHistogram = large is null ? null : large.Histogram!.Pointer;
        int* rows = Partition.Rows(smaller);
        int count = Partition.Count(smaller);
        float* gradients = large is null ? null : GatherGradients(rows, count);

        // One share is one tile: its histograms are summed, searched and subtracted while they are in the cache.
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        void SearchTile(int t)
        {
            BinTile tile = _data.Tiles[t];
            TileSplits splits = _splits[t];
            splits.Reset();
            if (!HasFeature(tile, small))
            {
                return;
            }

            if (large is not null)
            {
                HistogramKernel.Build(tile, rows, count, gradients, smallHistogram);
            }

            FixMostFrequentBins(tile, small);
            SplitSearch search = _searches[t];
            search.Start(smallSums, largeSums, smallDepth);
            foreach (int feature in tile.Features)
            {
                if (!_columns.InTree[feature] || small.GivenUp[feature])
                {
                    continue;
                }

                FeatureMeta meta = _metas[feature];
                double* entries = smallHistogram + (2L * meta.HistogramStart);
                // What cannot be chosen for a node need not be told; whether it splits at all is kept for the node's descendants.
                double worthSmall = smallFeatures[feature] ? splits.Small.Gain : double.PositiveInfinity;
                if (large is null)
                {
                    small.GivenUp[feature] = !search.Find(meta, entries, worthSmall, splits.NextSmall);
                    splits.TakeSmall(smallFeatures[feature]);
                    continue;
                }

                double worthLarge = largeFeatures[feature] ? splits.Large.Gain : double.PositiveInfinity;
                double* largeEntries = largeHistogram + (2L * meta.HistogramStart);
                (bool smallSplits, bool largeSplits) = search.FindBoth(meta, entries, largeEntries, worthSmall, worthLarge, splits.NextSmall, splits.NextLarge);
                small.GivenUp[feature] = !smallSplits;
                large.GivenUp[feature] = !largeSplits;
                splits.TakeSmall(smallFeatures[feature]);
                splits.TakeLarge(largeFeatures[feature]);
            }
        }

        bool worthSharing = (long)count * _data.Used.Length > 4096 || _data.Layout.HistogramEntries > 1024;
        if (worthSharing)
        {
            _team.Run(_data.Tiles.Length, SearchTile);
        }
        else
        {
            for (int t = 0; t < _data.Tiles.Length; t++)
            {
                SearchTile(t);
            }
        }

        small.Best.Reset();
        large?.Best.Reset();
        foreach (TileSplits splits in _splits)
        {
            if (splits.Small.IsBetterThan(small.Best))
            {
                small.Best.CopyFrom(splits.Small);
            }

            if (large is not null && splits.Large.IsBetterThan(large.Best))
            {
                large.Best.CopyFrom(splits.Large);
            }
        }
    }

    // Four features at a time, whose chains of subtractions run side by side.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void FixMostFrequentBins(BinTile tile, LeafState leaf)
    {
        MostFrequentBin* open = stackalloc MostFrequentBin[MostFrequentBin.Together];
        int waiting = 0;
        foreach (int feature in tile.Features)
        {
            FeatureMeta meta = _metas[feature];
            if (_columns.InTree[feature] && !leaf.GivenUp[feature] && meta.MostFrequentBin != 0)
            {
                open[waiting++] = new MostFrequentBin(leaf.Histogram!.Pointer + (2L * meta.HistogramStart), meta.NumBins, meta.MostFrequentBin);
                if (waiting == MostFrequentBin.Together)
                {
                    MostFrequentBin.FixFour(open, leaf.G, leaf.H);
                    waiting = 0;
                }
            }
        }

        for (int i = 0; i < waiting; i++)
        {
            MostFrequentBin.Fix(open[i], leaf.G, leaf.H);
        }
    }

    private float* GatherGradients(int* rows, int count)
    {
        float* gathered = _gathered.Pointer;
        int shares = count >= ShareFrom ? _team.Size : 1;
        _team.Run(shares, share =>
        {
            int start = (int)((long)count * share / shares);
            int end = (int)((long)count * (share + 1) / shares);
            HistogramKernel.Gather(rows + start, end - start, _gradients, gathered + (2L * start));
        });
        return gathered;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private bool HasFeature(BinTile tile, LeafState leaf)
    {
        foreach (int feature in tile.Features)
        {
            if (_columns.InTree[feature] && !leaf.GivenUp[feature])
            {
                return true;
            }
        }

        return false;
    }

    private LeafSums Sums(int leaf)
    {
        LeafState state = _leaves[leaf];
        return new LeafSums(state.G, state.H, Partition.Count(leaf), state.ParentOutput, state.Minimum, state.Maximum, _scaleG, _scaleH);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int Divide(int leaf)
    {
        SplitCandidate split = _leaves[leaf].Best;
        int right = _tree.NumLeaves;
        int node = _tree.NumNodes;
        BinMapper mapper = _data.UsedMappers[split.UsedFeature];
        FeatureSlot slot = _data.Layout.Slots[split.UsedFeature];
        BinTile tile = _data.Tiles[slot.Tile];
        _tree.Split(leaf, split, mapper, (float)(split.Gain + _parameters.MinGainToSplit));
        int length = tile.IsWide ? _sideLength : 256;
        SideTable.Fill(_tree, node, mapper, slot, _sides.Pointer, length);
        byte* column = _binColumns is null ? null : _binColumns.Column(slot.Tile, slot.Position);
        Partition.Split(leaf, right, tile, slot.Position, column, _sides.Pointer);
        _tree.LeafCount[leaf] = Partition.Count(leaf);
        _tree.LeafCount[right] = Partition.Count(right);
        _tree.InternalCount[node] = _tree.LeafCount[leaf] + _tree.LeafCount[right];
        Inherit(_leaves[leaf], _leaves[right], split);
        return right;
    }

    private void Inherit(LeafState left, LeafState right, SplitCandidate split)
    {
        right.Minimum = left.Minimum;
        right.Maximum = left.Maximum;
        if (split.Monotone != 0 && split.LeftBins is null)
        {
            double middle = (split.LeftOutput + split.RightOutput) / 2.0;
            LeafState low = split.Monotone > 0 ? left : right;
            LeafState high = split.Monotone > 0 ? right : left;
            low.Maximum = Math.Min(low.Maximum, middle);
            high.Minimum = Math.Max(high.Minimum, middle);
        }

        if (_columns.HasInteractions)
        {
            left.Branch.Add(split.Feature);
            right.Branch.UnionWith(left.Branch);
        }

        right.G = split.RightG;
        right.H = split.RightH;
        right.ParentOutput = split.RightOutput;
        left.G = split.LeftG;
        left.H = split.LeftH;
        left.ParentOutput = split.LeftOutput;
    }
}
