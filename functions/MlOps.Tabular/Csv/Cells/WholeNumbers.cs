using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace MlOps.Tabular;

/// <summary>
/// The numbers of one column of one block between reading and packing: whole numbers and how many of their digits stand after the point. Brought to
/// a common power of ten, 0.25 and 0.5 become 25 and 50 over 100, and 50 / 100 is rounded to the same double as 0.5 is.
/// </summary>
internal sealed class WholeNumbers(Slab slab)
{
    private static readonly double[] Powers = [1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15];

    /// <summary>By row, all digits as a whole number, signed; <see cref="NumberLanes.Missing"/> for a missing cell.</summary>
    public long[] Values { get; private set; } = [];

    /// <summary>By row, digits after the point.</summary>
    public byte[] Decimals { get; private set; } = [];

    /// <summary>Makes room for so many rows and what is read beyond the last.</summary>
    public void Reserve(int rows)
    {
        if (Values.Length < rows + CellGrid.RowsAtOnce)
        {
            Values = new long[(rows + CellGrid.RowsAtOnce) * 2];
            Decimals = new byte[Values.Length];
        }
    }

    /// <summary>Packs whole numbers over one power of ten.</summary>
    /// <param name="rows">How many.</param>
    /// <param name="width">Bytes that keep each of them; 8 for doubles.</param>
    /// <param name="decimals">What is known of the digits after the point.</param>
    /// <param name="keepForms">Whether the cells may have to be written again as they stood; then <see cref="Decimals"/> are needed unless <see cref="DecimalSpread.Notes"/> says otherwise.</param>
    public NumberChunk Pack(int rows, int width, DecimalSpread decimals, bool keepForms)
    {
        var values = slab.Take(width, rows);
        if (width == 8)
        {
            var doubles = values.As<double>();
            for (var r = 0; r < rows; r++)
            {
                doubles[r] = Values[r] == NumberLanes.Missing ? double.NaN : Values[r] / Powers[decimals.Most];
            }
        }
        else
        {
            Narrow(values, width);
        }

        var notes = decimals.Notes(width);
        return new NumberChunk(values, width)
        {
            Scale = (byte)(width == 8 ? 0 : decimals.Most),
            Form = (byte)(notes || width == 8 ? decimals.Most : decimals.Least),
            Forms = keepForms && notes ? Decimals.AsSpan(0, rows).ToArray() : null,
        };
    }

    /// <summary>Packs doubles: whole numbers each over a power of ten of its own.</summary>
    public NumberChunk PackQuotients(int rows, DecimalSpread decimals, bool keepForms)
    {
        var values = slab.Take(8, rows);
        var doubles = values.As<double>();
        for (var r = 0; r < rows; r++)
        {
            doubles[r] = Values[r] == NumberLanes.Missing ? double.NaN : Values[r] / Powers[Decimals[r]];
        }

        return new NumberChunk(values, 8) { Form = (byte)decimals.Most, Forms = keepForms && decimals.Notes(8) ? Decimals.AsSpan(0, rows).ToArray() : null };
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)] // quick from its first call
    private void Narrow(SlabPiece target, int width)
    {
        // Room for eight at a time is not always left in the slab: the last few go singly. The least value stays the least: it is saturated.
        var rows = target.Count;
        var r = 0;
        ref var source = ref MemoryMarshal.GetArrayDataReference(Values);
        ref var bytes = ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(target.Buffer), target.Offset);
        for (; r <= rows - 8; r += 8)
        {
            var whole = Vector512.LoadUnsafe(ref Unsafe.Add(ref source, r));
            switch (width)
            {
                case 1:
                    Unsafe.WriteUnaligned(ref Unsafe.Add(ref bytes, r), Avx512F.ConvertToVector128SByteWithSaturation(whole).AsUInt64().ToScalar());
                    break;
                case 2:
                    Avx512F.ConvertToVector128Int16WithSaturation(whole).AsByte().StoreUnsafe(ref Unsafe.Add(ref bytes, r * 2));
                    break;
                default:
                    Avx512F.ConvertToVector256Int32WithSaturation(whole).AsByte().StoreUnsafe(ref Unsafe.Add(ref bytes, r * 4));
                    break;
            }
        }

        for (; r < rows; r++)
        {
            var whole = Values[r];
            switch (width)
            {
                case 1: target.As<sbyte>()[r] = (sbyte)Math.Max(whole, sbyte.MinValue); break;
                case 2: target.As<short>()[r] = (short)Math.Max(whole, short.MinValue); break;
                default: target.As<int>()[r] = (int)Math.Max(whole, int.MinValue); break;
            }
        }
    }
}

/// <summary>How the digits after the point differ within one column of one block.</summary>
/// <param name="Most">The most of any cell.</param>
/// <param name="Least">The fewest of any cell that is not missing; the same as <paramref name="Most"/> when all are.</param>
/// <param name="MostBeforeZero">The most of any cell that ends in a zero.</param>
internal readonly record struct DecimalSpread(int Most, int Least, int MostBeforeZero)
{
    /// <summary>
    /// Whether each cell's number of decimals must be noted to write it again. Where no cell with more decimals than another ends in a zero,
    /// each is written as shortly as it can be; doubles are written by their notes alone.
    /// </summary>
    public bool Notes(int width) => width == 8 ? Least < Most : MostBeforeZero > Least;
}
