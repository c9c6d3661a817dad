using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using MlOps.Boosting.Binning;
using MlOps.Boosting.Kernels;
using MlOps.Boosting.Machine;

namespace MlOps.Boosting.Trees;

/// <summary>Which rows are in which leaf: one array of row indices, in which every leaf owns a run of ascending rows.</summary>
internal sealed unsafe class RowPartition : IDisposable
{
    // Below this a second thread costs more than it brings.
    private const int ParallelFrom = 8192;

    private readonly Team _team;
    private readonly NativeBuffer<int> _rows;
    private readonly NativeBuffer<int> _left;
    private readonly NativeBuffer<int> _right;
    private readonly int[] _begin;
    private readonly int[] _count;

    public RowPartition(int rows, int leaves, Team team)
    {
        _team = team;
        _rows = new NativeBuffer<int>(rows + (long)HistogramKernel.PrefetchDistance);
        _right = new NativeBuffer<int>(rows + (long)HistogramKernel.PrefetchDistance);
        _left = team.Size > 1 ? new NativeBuffer<int>(rows + (long)HistogramKernel.PrefetchDistance) : _right;
        _begin = new int[leaves];
        _count = new int[leaves];
    }

    /// <summary>Rows of leaf 0 are 0 … <paramref name="rows"/> - 1, or those of a bag.</summary>
    public void Start(int rows, ReadOnlySpan<int> bag)
    {
        Array.Clear(_count);
        _begin[0] = 0;
        IsWhole = bag.IsEmpty;
        if (IsWhole)
        {
            _count[0] = rows;
            int* target = _rows.Pointer;
            int shares = rows >= ParallelFrom ? _team.Size : 1;
            _team.Run(shares, share => Count(target, (int)((long)rows * share / shares), (int)((long)rows * (share + 1) / shares)));
        }
        else
        {
            _count[0] = bag.Length;
            bag.CopyTo(_rows.Span);
        }
    }

    /// <summary>Whether the tree is grown on all rows.</summary>
    public bool IsWhole { get; private set; }

    public int Count(int leaf) => leaf < 0 ? 0 : _count[leaf];

    public int* Rows(int leaf) => _rows.Pointer + _begin[leaf];

    /// <summary>Divides a leaf; the left side keeps its number.</summary>
    /// <param name="leaf">Leaf to divide.</param>
    /// <param name="rightLeaf">Number of the right side.</param>
    /// <param name="tile">Tile of the split's column.</param>
    /// <param name="position">Column in the tile.</param>
    /// <param name="column">The column by itself, or null.</param>
    /// <param name="goesLeft">For each stored value 1 for left, 0 for right.</param>
    public void Split(int leaf, int rightLeaf, BinTile tile, int position, byte* column, byte* goesLeft)
    {
        int count = _count[leaf];
        int* rows = Rows(leaf);
        int left = count >= ParallelFrom && _team.Size > 1
            ? DivideTogether(rows, count, tile, position, column, goesLeft)
            : DivideAlone(rows, count, tile, position, column, goesLeft);
        _count[leaf] = left;
        _begin[rightLeaf] = _begin[leaf] + left;
        _count[rightLeaf] = count - left;
    }

    public void Dispose()
    {
        _rows.Dispose();
        _left.Dispose();
        _right.Dispose();
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Count(int* target, int from, int end)
    {
        int i = from;
        for (Vector256<int> next = Vector256.CreateSequence(from, 1); i + 8 <= end; i += 8)
        {
            next.Store(target + i);
            next += Vector256.Create(8);
        }

        for (; i < end; i++)
        {
            target[i] = i;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int DivideAlone(int* rows, int count, BinTile tile, int position, byte* column, byte* goesLeft)
    {
        int* right = _right.Pointer;
        int left = PartitionKernel.Divide(tile, position, column, rows, count, goesLeft, rows, right);
        new ReadOnlySpan<int>(right, count - left).CopyTo(new Span<int>(rows + left, count - left));
        return left;
    }

    // Each thread divides a run of its own; the pieces are then laid one after the other, in the runs' order.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int DivideTogether(int* rows, int count, BinTile tile, int position, byte* column, byte* goesLeft)
    {
        int runs = _team.Size;
        var starts = new int[runs + 1];
        var lefts = new int[runs];
        for (int run = 0; run <= runs; run++)
        {
            starts[run] = (int)((long)count * run / runs);
        }

        int* leftBuffer = _left.Pointer;
        int* rightBuffer = _right.Pointer;
        _team.Run(runs, run =>
        {
            int start = starts[run];
            lefts[run] = PartitionKernel.Divide(
                tile, position, column, rows + start, starts[run + 1] - start, goesLeft, leftBuffer + start, rightBuffer + start);
        });
        int total = lefts.Sum();
        _team.Run(runs, run =>
        {
            int start = starts[run];
            int leftBefore = 0;
            for (int other = 0; other < run; other++)
            {
                leftBefore += lefts[other];
            }

            int rightCount = starts[run + 1] - start - lefts[run];
            int rightBefore = start - leftBefore;
            new ReadOnlySpan<int>(leftBuffer + start, lefts[run]).CopyTo(new Span<int>(rows + leftBefore, lefts[run]));
            new ReadOnlySpan<int>(rightBuffer + start, rightCount).CopyTo(new Span<int>(rows + total + rightBefore, rightCount));
        });
        return total;
    }
}
