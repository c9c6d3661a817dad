using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using MlOps.Boosting.Binning;

namespace MlOps.Boosting.Kernels;

/// <summary>Divides rows by a split, keeping their order on either side.</summary>
/// <remarks>
/// Without branches: every row is written to both outputs, and only the output it belongs to moves on.
/// <code>
/// rows    2 3 5 7 9      goes left?  y n y y n
/// left    2 5 7          right       3 9
/// </code>
/// </remarks>
internal static unsafe class PartitionKernel
{
    // The vector loop handles this many rows at once.
    private const int Lanes = 16;

    /// <param name="tile">Tile of the split's column.</param>
    /// <param name="position">Column in the tile.</param>
    /// <param name="column">The column by itself, one byte a row; null to read it from the tile.</param>
    /// <param name="rows">Rows to divide; readable <see cref="HistogramKernel.PrefetchDistance"/> behind the end.</param>
    /// <param name="count">Number of rows.</param>
    /// <param name="goesLeft">For each stored value 1 for left, 0 for right.</param>
    /// <param name="left">Receives the rows of the left side; room for <paramref name="count"/>; may be <paramref name="rows"/> itself.</param>
    /// <param name="right">Receives the rows of the right side; room for <paramref name="count"/>.</param>
    /// <returns>Number of rows on the left.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int Divide(BinTile tile, int position, byte* column, int* rows, int count, byte* goesLeft, int* left, int* right)
    {
        byte* inTile = tile.Data.Pointer + (tile.IsWide ? 2 * position : position);
        if (tile.IsWide)
        {
            return DivideWide(inTile, rows, count, goesLeft, left, right);
        }

        return column is null
            ? DivideNarrow<Strided>(inTile, rows, count, goesLeft, left, right)
            : DivideNarrow<Dense>(column, rows, count, goesLeft, left, right);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int DivideNarrow<TColumn>(byte* column, int* rows, int count, byte* goesLeft, int* left, int* right)
        where TColumn : struct, IColumn
    {
        int done = 0;
        int l = 0;
        if (Avx512F.IsSupported && Vector512.IsHardwareAccelerated && count >= 4 * Lanes)
        {
            done = count - (count % Lanes);
            l = DivideVectors<TColumn>(column, rows, done, goesLeft, left, right);
        }

        return DivideBytes<TColumn>(column, rows, done, count, goesLeft, left, right, l);
    }

    /// <summary>The rows from <paramref name="start"/> on, one at a time; the twin that any machine can run.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static int DivideBytes<TColumn>(byte* column, int* rows, int start, int count, byte* goesLeft, int* left, int* right, int l)
        where TColumn : struct, IColumn
    {
        int r = start - l;
        for (int i = start; i < count; i++)
        {
            HistogramKernel.Prefetch(column + ((long)rows[i + HistogramKernel.PrefetchDistance] * TColumn.Stride));
            int row = rows[i];
            int side = goesLeft[column[(long)row * TColumn.Stride]];
            left[l] = row;
            right[r] = row;
            l += side;
            r += 1 - side;
        }

        return l;
    }

    // Sixteen rows at a time. The table is 256 bits in one register: a value's high bits choose a word of it, its low
    // bits a bit of the word. Writing sixteen where fewer belong never passes the end of what was read.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int DivideVectors<TColumn>(byte* column, int* rows, int count, byte* goesLeft, int* left, int* right)
        where TColumn : struct, IColumn
    {
        Vector512<int> table = Bits(goesLeft);
        Vector512<int> one = Vector512<int>.One;
        int l = 0;
        int r = 0;
        for (int i = 0; i < count; i += Lanes)
        {
            Vector512<int> row = Vector512.Load(rows + i);
            Vector256<int> low = TColumn.Gather(column, row.GetLower());
            Vector256<int> high = TColumn.Gather(column, row.GetUpper());
            Vector512<int> value = Avx512F.InsertVector256(low.ToVector512Unsafe(), high, 1);
            Vector512<int> word = Avx512F.PermuteVar16x32(table, (value >>> 5) & Vector512.Create(7));
            Vector512<int> bit = Avx512F.ShiftRightLogicalVariable(word, (value & Vector512.Create(31)).AsUInt32()) & one;
            Vector512<int> goes = Vector512.Equals(bit, one);
            int lefts = BitOperations.PopCount((uint)goes.ExtractMostSignificantBits());
            Avx512F.Compress(row, goes, row).Store(left + l);
            Avx512F.Compress(row, ~goes, row).Store(right + r);
            l += lefts;
            r += Lanes - lefts;
        }

        return l;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static Vector512<int> Bits(byte* goesLeft)
    {
        Vector256<int> words = default;
        for (int word = 0; word < 8; word++)
        {
            uint bits = Vector256.Equals(Vector256.Load(goesLeft + (32 * word)), Vector256<byte>.One).ExtractMostSignificantBits();
            words = words.WithElement(word, (int)bits);
        }

        return Vector512.Create(words, words);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int DivideWide(byte* column, int* rows, int count, byte* goesLeft, int* left, int* right)
    {
        int l = 0;
        int r = 0;
        for (int i = 0; i < count; i++)
        {
            int row = rows[i];
            int side = goesLeft[*(ushort*)(column + ((long)row * BinTile.Stride))];
            left[l] = row;
            right[r] = row;
            l += side;
            r += 1 - side;
        }

        return l;
    }

    /// <summary>How a column lies in memory: its bytes from row to row, as a constant to the compiler.</summary>
    internal interface IColumn
    {
        static abstract int Stride { get; }

        static abstract Vector256<int> Gather(byte* column, Vector256<int> rows);
    }

    /// <summary>A column of a tile.</summary>
    internal readonly struct Strided : IColumn
    {
        public static int Stride => BinTile.Stride;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector256<int> Gather(byte* column, Vector256<int> rows) =>
            Avx2.GatherMaskVector256(Vector256<int>.Zero, (int*)column, rows, Vector256<int>.AllBitsSet, BinTile.Stride);
    }

    /// <summary>A column by itself.</summary>
    internal readonly struct Dense : IColumn
    {
        public static int Stride => 1;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector256<int> Gather(byte* column, Vector256<int> rows) =>
            Avx2.GatherMaskVector256(Vector256<int>.Zero, (int*)column, rows, Vector256<int>.AllBitsSet, 1);
    }
}
