using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace MlOps.Tabular;

/// <summary>
/// Where the cells of a block's usable rows end, column after column: the index of a block turned on its side, so that what reads a column finds
/// the bounds of its cells side by side, and the text alone competes for the processor's nearest cache.
/// </summary>
internal sealed class CellGrid
{
    /// <summary>Rows are read so many at a time; behind the last one stand as many copies of it as are needed for that, unless there are fewer rows.</summary>
    public const int RowsAtOnce = Tile;

    private const int Tile = 16;
    private const int Group = 4;

    private readonly int[] _groups;
    private readonly int _columns;
    private int[] _ends = [];
    private int _stride;

    /// <param name="columns">Columns of the file.</param>
    /// <param name="wanted">Those that will be read.</param>
    public CellGrid(int columns, IEnumerable<int> wanted)
    {
        _columns = columns;
        // A cell starts after the end of the one before it.
        _groups = [.. wanted.SelectMany(c => c == 0 ? (int[])[0] : [c - 1, c]).Select(c => c / Group * Group).Distinct().Order()];
    }

    /// <summary>Ends of a column's cells, row after row. Of column -1: the byte before each row.</summary>
    public ref int Ends(int column) => ref _ends[(column + 1) * _stride];

    /// <summary>Fills the grid.</summary>
    /// <param name="ends">See <see cref="RecordIndex.Ends"/>; with room behind the last.</param>
    /// <param name="first">By row, place of its first cell in <paramref name="ends"/>.</param>
    /// <param name="start">By row, where it starts.</param>
    /// <param name="rows">How many rows.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)] // quick from its first call
    public void Fill(int[] ends, int[] first, int[] start, int rows)
    {
        var padded = rows < RowsAtOnce ? rows : (rows + RowsAtOnce - 1) & -RowsAtOnce;
        // An odd number of cache lines from column to column: with an even one, all columns would fall into few sets of the cache.
        _stride = padded < 4 * Tile ? Math.Max(padded, 1) : ((padded + Tile - 1) & -Tile) | Tile;
        var size = (_columns + 1 + Group) * _stride;
        if (_ends.Length < size)
        {
            // Blocks differ a little in rows; the next is not to need another.
            _ends = GC.AllocateUninitializedArray<int>(size + (size / 4));
        }

        for (var r = 0; r < padded; r++)
        {
            _ends[r] = start[Math.Min(r, rows - 1)] - 1;
        }

        var done = 0;
        if (Avx512F.IsSupported)
        {
            for (; done <= rows - Tile; done += Tile)
            {
                FillTile(ends, ref first[done], done);
            }
        }

        for (; done < padded; done++)
        {
            FillRow(ends, first[Math.Min(done, rows - 1)], done);
        }
    }

    /// <summary>Length in bytes of a column's longest cell. There are as many rows as are read at once, or more.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)] // quick from its first call
    public int LongestCell(int column, int rows)
    {
        ref var before = ref Ends(column - 1);
        ref var ends = ref Ends(column);
        var longest = Vector512<int>.Zero;
        for (nuint r = 0; r < (nuint)rows; r += RowsAtOnce)
        {
            longest = Vector512.Max(longest, Vector512.LoadUnsafe(ref ends, r) - Vector512.LoadUnsafe(ref before, r));
        }

        var most = 0;
        for (var i = 0; i < Vector512<int>.Count; i++)
        {
            most = Math.Max(most, longest[i]);
        }

        return most - 1;
    }

    private void FillRow(int[] ends, int first, int row)
    {
        foreach (var group in _groups)
        {
            for (var c = group; c < Math.Min(group + Group, _columns); c++)
            {
                _ends[((c + 1) * _stride) + row] = ends[first + c];
            }
        }
    }

    /// <summary>Turns sixteen rows of four columns at a time.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)] // quick from its first call
    private void FillTile(int[] ends, ref int first, int row)
    {
        ref var source = ref MemoryMarshal.GetArrayDataReference(ends);
        ref var target = ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_ends), _stride + row);
        nint stride = _stride;
        foreach (var group in _groups)
        {
            ref var cells = ref Unsafe.Add(ref source, group);
            var a = Lanes(ref cells, ref first, 0);
            var b = Lanes(ref cells, ref first, 1);
            var c = Lanes(ref cells, ref first, 2);
            var d = Lanes(ref cells, ref first, 3);
            var lowA = Avx512F.UnpackLow(a, b).AsInt64();
            var highA = Avx512F.UnpackHigh(a, b).AsInt64();
            var lowC = Avx512F.UnpackLow(c, d).AsInt64();
            var highC = Avx512F.UnpackHigh(c, d).AsInt64();
            ref var to = ref Unsafe.Add(ref target, group * stride);
            Avx512F.UnpackLow(lowA, lowC).AsInt32().StoreUnsafe(ref to);
            Avx512F.UnpackHigh(lowA, lowC).AsInt32().StoreUnsafe(ref Unsafe.Add(ref to, stride));
            Avx512F.UnpackLow(highA, highC).AsInt32().StoreUnsafe(ref Unsafe.Add(ref to, 2 * stride));
            Avx512F.UnpackHigh(highA, highC).AsInt32().StoreUnsafe(ref Unsafe.Add(ref to, 3 * stride));
        }
    }

    /// <summary>Four cells each of every fourth row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<int> Lanes(ref int cells, ref int first, nint row) => Vector512.Create(
        Vector256.Create(Vector128.LoadUnsafe(ref Unsafe.Add(ref cells, Unsafe.Add(ref first, row))), Vector128.LoadUnsafe(ref Unsafe.Add(ref cells, Unsafe.Add(ref first, row + 4)))),
        Vector256.Create(Vector128.LoadUnsafe(ref Unsafe.Add(ref cells, Unsafe.Add(ref first, row + 8))), Vector128.LoadUnsafe(ref Unsafe.Add(ref cells, Unsafe.Add(ref first, row + 12)))));
}
