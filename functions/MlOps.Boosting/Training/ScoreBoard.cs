using System.Runtime.CompilerServices;
using MlOps.Boosting.Kernels;
using MlOps.Boosting.Trees;

namespace MlOps.Boosting.Training;

/// <summary>Raw scores of a data set while a model grows, class after class.</summary>
internal sealed unsafe class ScoreBoard : IDisposable
{
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
        _team.Run(tree.NumLeaves, leaf => AddLeaf(tree.LeafValue[leaf], partition.Rows(leaf), partition.Count(leaf), scores));
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
