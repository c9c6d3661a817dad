using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace MlOps.Tabular;

/// <summary>
/// Reads the cells of one column of one block as numbers, eight at a time (<see cref="NumberLanes"/>), into whole numbers over a common power of
/// ten: 0.25 and 0.5 become 25 and 50 over 100, and 50 / 100 is rounded to the same double as 0.5 is.
/// </summary>
internal sealed class NumberLaneCells(CellReader cells, MissingMarkers missing, Slab slab)
{
    // Two whole numbers below these bounds multiply without overflow: 2^31 * 10^9 < 2^63.
    private const int MostShift = 9;

    private static readonly double[] Powers = [1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15];
    private static readonly long[] WholePowers = [.. Powers.Select(p => (long)p)];

    private long[] _whole = [];
    private byte[] _decimals = [];
    private ulong _magnitudes;
    private int _most;
    private int _least;
    private int _mostBeforeZero;

    public bool CanRead(in BlockRows rows, ColumnPlan plan) =>
        NumberLanes.IsSupported && plan.Source > 0 && !rows.EndsRunOver && !missing.HasNumbers;

    /// <summary>Reads the column.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="plan">The column; see <see cref="CanRead"/>.</param>
    /// <param name="chunk">The numbers; <see langword="null"/> when some cell is neither a number nor missing.</param>
    /// <returns>False when some number is of a form that only <see cref="NumberCells"/> reads.</returns>
    [MethodImpl(MethodImplOptions.NoInlining)] // a hot loop of its own, with the registers to itself
    public bool TryParse(in BlockRows rows, ColumnPlan plan, out NumberChunk? chunk)
    {
        Debug.Assert(CanRead(rows, plan), "asked before");
        chunk = null;
        if (_whole.Length < rows.Count + 8)
        {
            _whole = new long[rows.First.Length + 8];
            _decimals = new byte[rows.First.Length + 8];
        }

        var column = plan.Source;
        ref var text = ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(rows.Buffer), TextBlock.Margin);
        ref var ends = ref MemoryMarshal.GetArrayDataReference(rows.Ends);
        ref var firsts = ref MemoryMarshal.GetArrayDataReference(rows.First);
        ref var whole = ref MemoryMarshal.GetArrayDataReference(_whole);
        ref var decimals = ref MemoryMarshal.GetArrayDataReference(_decimals);
        var magnitudes = Vector512<long>.Zero;
        var most = Vector512<long>.Zero;
        var least = Vector512.Create(16L);
        var mostBeforeZero = Vector512<long>.Zero;
        (_magnitudes, _most, _least, _mostBeforeZero) = (0, 0, 16, 0);
        var lanes = default(NumberLanes);
        var r = 0;
        for (; r <= rows.Count - 8; r += 8)
        {
            if (!lanes.TryRead(ref text, ref ends, ref Unsafe.Add(ref firsts, r), column))
            {
                var outcome = ReadSingly(rows, column, r, r + 8);
                if (outcome != Outcome.Read)
                {
                    return outcome == Outcome.NoNumber;
                }

                continue;
            }

            lanes.Whole.StoreUnsafe(ref Unsafe.Add(ref whole, r));
            Unsafe.WriteUnaligned(ref Unsafe.Add(ref decimals, r), Avx512F.ConvertToVector128Byte(lanes.Decimals).AsUInt64().ToScalar());
            magnitudes |= Vector512.AndNot(Vector512.Abs(lanes.Whole), lanes.Empty);
            most = Vector512.Max(most, lanes.Decimals);
            least = Vector512.Min(least, lanes.Decimals | (lanes.Empty & Vector512.Create(16L)));
            mostBeforeZero = Vector512.Max(mostBeforeZero, lanes.Decimals & lanes.EndsInZero);
        }

        // What is eight at a time beyond the last row is made harmless.
        _whole.AsSpan(rows.Count, 8).Fill(NumberLanes.Missing);
        _decimals.AsSpan(rows.Count, 8).Clear();
        var tail = ReadSingly(rows, column, r, rows.Count);
        if (tail != Outcome.Read)
        {
            return tail == Outcome.NoNumber;
        }

        for (var i = 0; i < 8; i++)
        {
            _magnitudes |= (ulong)magnitudes[i];
            _most = Math.Max(_most, (int)most[i]);
            _least = Math.Min(_least, (int)least[i]);
            _mostBeforeZero = Math.Max(_mostBeforeZero, (int)mostBeforeZero[i]);
        }

        chunk = Pack(rows.Count, plan.Declared is null);
        return true;
    }

    private Outcome ReadSingly(in BlockRows rows, int column, int from, int to)
    {
        ref var text = ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(rows.Buffer), TextBlock.Margin);
        for (var r = from; r < to; r++)
        {
            var at = rows.First[r] + column;
            var end = rows.Ends[at];
            var length = end - rows.Ends[at - 1] - 1;
            _decimals[r] = 0;
            _whole[r] = NumberLanes.Missing;
            if (length == 0)
            {
                continue;
            }

            if (!NumberParser.TryParseShort(ref Unsafe.Add(ref text, end), length, out _, out var decimals, out var magnitude))
            {
                var content = cells.Content(rows, column, r);
                if (NumberParser.TryParse(content, out _))
                {
                    return Outcome.OtherForm;
                }

                if (!missing.Contains(content))
                {
                    return Outcome.NoNumber;
                }

                continue;
            }

            _whole[r] = Unsafe.Add(ref text, end - length) == '-' ? -(long)magnitude : (long)magnitude;
            _decimals[r] = (byte)decimals;
            _magnitudes |= magnitude;
            _most = Math.Max(_most, decimals);
            _least = Math.Min(_least, decimals);
            if (Unsafe.Add(ref text, end - 1) == '0')
            {
                _mostBeforeZero = Math.Max(_mostBeforeZero, decimals);
            }
        }

        return Outcome.Read;
    }

    private NumberChunk Pack(int rows, bool keepForms)
    {
        // All cells empty: as if all agreed.
        var least = Math.Min(_least, _most);
        var width = NumberChunk.WidthOf(_magnitudes);
        if (width < 8 && least < _most)
        {
            width = _most - least > MostShift ? 8 : NumberChunk.WidthOf(Scale(rows));
        }

        var values = slab.Take(width, rows);
        if (width == 8)
        {
            Divide(values.As<double>());
            return new NumberChunk(values, width)
            {
                Form = (byte)_most,
                Forms = keepForms && least < _most ? _decimals.AsSpan(0, rows).ToArray() : null,
            };
        }

        Narrow(values, width);
        // Where no cell with more decimals than another ends in a zero, each is written as shortly as it can be, which needs no note.
        var shortest = _mostBeforeZero <= least;
        return new NumberChunk(values, width)
        {
            Scale = (byte)_most,
            Form = (byte)(shortest ? least : _most),
            Forms = keepForms && !shortest ? _decimals.AsSpan(0, rows).ToArray() : null,
        };
    }

    /// <summary>Brings all to the most decimals; returns the bits of the magnitudes. Too large ones may have been changed: see the caller.</summary>
    private ulong Scale(int rows)
    {
        var powers = Vector512.LoadUnsafe(ref WholePowers[0]);
        var more = Vector512.LoadUnsafe(ref WholePowers[8]);
        var bits = Vector512<long>.Zero;
        var absent = Vector512.Create(NumberLanes.Missing);
        for (var r = 0; r < rows; r += 8)
        {
            var whole = Vector512.LoadUnsafe(ref _whole[r]);
            var shift = Vector512.Create((long)_most) - Decimals(r);
            var scaled = whole * Avx512F.PermuteVar8x64x2(powers, shift, more);
            bits |= Vector512.AndNot(Vector512.Abs(scaled), Vector512.Equals(whole, absent));
        }

        var all = 0UL;
        for (var i = 0; i < 8; i++)
        {
            all |= (ulong)bits[i];
        }

        if (NumberChunk.WidthOf(all) == 8)
        {
            return all;
        }

        for (var r = 0; r < rows; r += 8)
        {
            var whole = Vector512.LoadUnsafe(ref _whole[r]);
            var shift = Vector512.Create((long)_most) - Decimals(r);
            var scaled = whole * Avx512F.PermuteVar8x64x2(powers, shift, more);
            Vector512.ConditionalSelect(Vector512.Equals(whole, absent), whole, scaled).StoreUnsafe(ref _whole[r]);
        }

        return all;
    }

    private void Narrow(SlabPiece target, int width)
    {
        // Room for eight at a time is not always left in the slab: the last few go singly. The least value stays the least: it is saturated.
        var rows = target.Count;
        var r = 0;
        ref var bytes = ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(target.Buffer), target.Offset);
        for (; r <= rows - 8; r += 8)
        {
            var whole = Vector512.LoadUnsafe(ref _whole[r]);
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
            var whole = _whole[r];
            switch (width)
            {
                case 1: target.As<sbyte>()[r] = (sbyte)Math.Max(whole, sbyte.MinValue); break;
                case 2: target.As<short>()[r] = (short)Math.Max(whole, short.MinValue); break;
                default: target.As<int>()[r] = (int)Math.Max(whole, int.MinValue); break;
            }
        }
    }

    private void Divide(Span<double> target)
    {
        for (var r = 0; r < target.Length; r++)
        {
            target[r] = _whole[r] == NumberLanes.Missing ? double.NaN : _whole[r] / Powers[_decimals[r]];
        }
    }

    private Vector512<long> Decimals(int row) =>
        Avx512F.ConvertToVector512Int64(Vector128.CreateScalarUnsafe(Unsafe.ReadUnaligned<ulong>(ref _decimals[row])).AsByte());

    private enum Outcome
    {
        Read,
        OtherForm,
        NoNumber,
    }
}
