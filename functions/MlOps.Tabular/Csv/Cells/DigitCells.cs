using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace MlOps.Tabular;

/// <summary>Reads a column of one block whose cells are one digit each, or empty: flags, ratings, small counts.</summary>
internal sealed class DigitCells(Slab slab)
{
    private byte[] _digits = [];

    /// <summary>Reads the column; <see langword="null"/> when some cell is another character.</summary>
    /// <param name="rows">The rows; no cell of the column is longer than one character.</param>
    /// <param name="column">The column.</param>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)] // a hot loop of its own, with the registers to itself, quick from its first call
    public NumberChunk? Parse(in BlockRows rows, int column)
    {
        if (_digits.Length < rows.Count + CellGrid.RowsAtOnce)
        {
            _digits = new byte[(rows.Count + CellGrid.RowsAtOnce) * 2];
        }

        ref var digits = ref MemoryMarshal.GetArrayDataReference(_digits);
        ref var before = ref rows.Grid.Ends(column - 1);
        ref var ends = ref rows.Grid.Ends(column);
        ref var last = ref Unsafe.Subtract(ref rows.Text, 1);
        for (nint r = 0; r < rows.Count; r += CellGrid.RowsAtOnce)
        {
            for (nint i = 0; i < CellGrid.RowsAtOnce; i += 4)
            {
                Unsafe.Add(ref digits, r + i) = Unsafe.Add(ref last, Unsafe.Add(ref ends, r + i));
                Unsafe.Add(ref digits, r + i + 1) = Unsafe.Add(ref last, Unsafe.Add(ref ends, r + i + 1));
                Unsafe.Add(ref digits, r + i + 2) = Unsafe.Add(ref last, Unsafe.Add(ref ends, r + i + 2));
                Unsafe.Add(ref digits, r + i + 3) = Unsafe.Add(ref last, Unsafe.Add(ref ends, r + i + 3));
            }
        }

        var most = Vector128<byte>.Zero;
        for (nint r = 0; r < rows.Count; r += CellGrid.RowsAtOnce)
        {
            var width = Avx512F.ConvertToVector128Byte(Vector512.LoadUnsafe(ref ends, (nuint)r) - Vector512.LoadUnsafe(ref before, (nuint)r));
            var empty = Vector128.Equals(width, Vector128<byte>.One);
            var values = Vector128.LoadUnsafe(ref digits, (nuint)r) - Vector128.Create((byte)'0');
            most = Vector128.Max(most, Vector128.AndNot(values, empty));
            Vector128.ConditionalSelect(empty, Vector128.Create(unchecked((byte)sbyte.MinValue)), values).StoreUnsafe(ref digits, (nuint)r);
        }

        if (Vector128.GreaterThanAny(most, Vector128.Create((byte)9)))
        {
            return null;
        }

        var piece = slab.Take(1, rows.Count);
        _digits.AsSpan(0, rows.Count).CopyTo(piece.As<byte>());
        return new NumberChunk(piece, 1);
    }
}
