using System.Runtime.CompilerServices;
using MlOps.Boosting.Data;
using MlOps.Boosting.Kernels;
using MlOps.Boosting.Machine;
using MlOps.Boosting.Settings;
using MlOps.Boosting.Trees;

namespace MlOps.Boosting.Training;

/// <summary>Raw scores of a data set while a model grows, class after class.</summary>
internal sealed unsafe class ScoreBoard : IDisposable
{
    // Rows of one share of parallel work: neighbouring rows lie in one cache line, which two threads must not both write.
    private const int RangeRows = 32768;

    private readonly NativeBuffer<double> _scores;
    private readonly Team _team;

    public ScoreBoard(Dataset data, int classes, Team team)
    {
        Data = data;
        _team = team;
        _scores = new NativeBuffer<double>((long)data.RowCount * classes);
        double[] start = data.Rows.InitScore;
        HasInitScore = start.Length != 0;
        if (HasInitScore && start.Length != data.RowCount * classes)
        {
            throw new BoostingDataException($"There are {start.Length} start scores for {data.RowCount} rows and {classes} classes: {(long)data.RowCount * classes} are needed.");
        }

        start.CopyTo(_scores.Span);
    }

    public Dataset Data { get; }

    public bool HasInitScore { get; }

    public double* Pointer => _scores.Pointer;

    public double* OfClass(int tree) => _scores.Pointer + ((long)tree * Data.RowCount);

    public double[] ToArray() => _scores.Span.ToArray();

    public void AddConstant(double value, int tree)
    {
        double* scores = OfClass(tree);
        for (int row = 0; row < Data.RowCount; row++)
        {
            scores[row] += value;
        }
    }

    public void Multiply(double factor, int tree)
    {
        double* scores = OfClass(tree);
        for (int row = 0; row < Data.RowCount; row++)
        {
            scores[row] *= factor;
        }
    }

    /// <summary>Adds a tree to all rows by walking it.</summary>
    public void AddTree(Tree tree, int k)
    {
        if (tree.NumLeaves == 1)
        {
            AddConstant(tree.LeafValue[0], k);
            return;
        }

        using var binned = new BinnedTree(tree, Data);
        binned.AddTo(Data, null, Data.RowCount, OfClass(k), _team);
    }

    /// <summary>Adds a tree that was just grown: rows of its bag by their leaves, the others by walking.</summary>
    public void AddGrownTree(Tree tree, int k, RowPartition partition, ReadOnlySpan<int> outOfBag)
    {
        double* scores = OfClass(k);
        int all = Data.RowCount;
        _team.Run((int)(((long)all + RangeRows - 1) / RangeRows), range =>
        {
            long start = (long)range * RangeRows;
            AddRange(tree, partition, (int)start, (int)Math.Min(all, start + RangeRows), scores);
        });
        if (!outOfBag.IsEmpty)
        {
            using var binned = new BinnedTree(tree, Data);
            fixed (int* rows = outOfBag)
            {
                binned.AddTo(Data, rows, outOfBag.Length, scores, _team);
            }
        }
    }

    public void Dispose() => _scores.Dispose();

    // A leaf's rows ascend: those of a range are one run of them.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddRange(Tree tree, RowPartition partition, int start, int end, double* scores)
    {
        for (int leaf = 0; leaf < tree.NumLeaves; leaf++)
        {
            int* rows = partition.Rows(leaf);
            int count = partition.Count(leaf);
            int from = FirstAtLeast(rows, count, start);
            AddLeaf(tree.LeafValue[leaf], rows + from, FirstAtLeast(rows + from, count - from, end), scores);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int FirstAtLeast(int* rows, int count, int row)
    {
        int below = 0;
        int above = count;
        while (below < above)
        {
            int middle = (int)(((uint)below + (uint)above) / 2);
            if (rows[middle] < row)
            {
                below = middle + 1;
            }
            else
            {
                above = middle;
            }
        }

        return below;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddLeaf(double value, int* rows, int count, double* scores)
    {
        for (int i = 0; i < count; i++)
        {
            HistogramKernel.Prefetch(scores + rows[i + HistogramKernel.PrefetchDistance]);
            scores[rows[i]] += value;
        }
    }
}
