using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace MlOps.Tabular;

/// <summary>Reads the cells of one column of one block as numbers, several at a time, by the way that fits the longest of them.</summary>
internal sealed class NumberLaneCells
{
    // Two whole numbers below these bounds multiply without overflow: 2^31 * 10^9 < 2^63.
    private const int MostShift = 9;

    private static readonly long[] WholePowers = [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000, 1_000_000_000, 0, 0, 0, 0, 0, 0];

    private readonly CellReader _cells;
    private readonly MissingMarkers _missing;
    private readonly WholeNumbers _numbers;
    private readonly ShortLaneCells _short;
    private readonly DigitCells _digits;
    private ulong _magnitudes;
    private int _most;
    private int _least;
    private int _mostBeforeZero;

    public NumberLaneCells(CellReader cells, MissingMarkers missing, Slab slab)
    {
        _cells = cells;
        _missing = missing;
        _numbers = new(slab);
        _short = new(_numbers);
        _digits = new(slab);
    }

    public bool CanRead(in BlockRows rows) =>
        NumberLanes.IsSupported && rows.Count >= CellGrid.RowsAtOnce && !rows.EndsRunOver && !_missing.HasNumbers;

    /// <summary>Reads the column.</summary>
    /// <param name="rows">The rows; see <see cref="CanRead"/>.</param>
    /// <param name="plan">The column.</param>
    /// <param name="chunk">The numbers; <see langword="null"/> when some cell is neither a number nor missing.</param>
    /// <returns>False when some number is of a form that only <see cref="NumberCells"/> reads.</returns>
    public bool TryParse(in BlockRows rows, ColumnPlan plan, out NumberChunk? chunk)
    {
        Debug.Assert(CanRead(rows), "asked before");
        chunk = rows.Grid.LongestCell(plan.Source, rows.Count) switch
        {
            <= 1 => _digits.Parse(rows, plan.Source),
            <= 8 => _short.Parse(rows, plan),
            _ => null,
        };
        // What is longer, or no number: it may be a missing marker.
        return chunk is not null || TryParseLong(rows, plan, out chunk);
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)] // a hot loop of its own, with the registers to itself, quick from its first call
    private bool TryParseLong(in BlockRows rows, ColumnPlan plan, out NumberChunk? chunk)
    {
        chunk = null;
        _numbers.Reserve(rows.Count);
        var column = plan.Source;
        ref var text = ref rows.Text;
        ref var before = ref rows.Grid.Ends(column - 1);
        ref var ends = ref rows.Grid.Ends(column);
        ref var whole = ref MemoryMarshal.GetArrayDataReference(_numbers.Values);
        ref var decimals = ref MemoryMarshal.GetArrayDataReference(_numbers.Decimals);
        var magnitudes = Vector512<long>.Zero;
        var most = Vector512<long>.Zero;
        var least = Vector512.Create(16L);
        var mostBeforeZero = Vector512<long>.Zero;
        (_magnitudes, _most, _least, _mostBeforeZero) = (0, 0, 16, 0);
        var lanes = default(NumberLanes);
        for (var r = 0; r < rows.Count; r += 8)
        {
            if (!lanes.TryRead(ref text, ref Unsafe.Add(ref before, r), ref Unsafe.Add(ref ends, r)))
            {
                var outcome = ReadSingly(rows, column, r);
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

    private Outcome ReadSingly(in BlockRows rows, int column, int from)
    {
        ref var text = ref rows.Text;
        for (var r = from; r < from + 8; r++)
        {
            var (start, end) = rows.Cell(r, column);
            var length = end - start;
            _numbers.Decimals[r] = 0;
            _numbers.Values[r] = NumberLanes.Missing;
            if (length == 0)
            {
                continue;
            }

            if (!NumberParser.TryParseShort(ref Unsafe.Add(ref text, end), length, out _, out var decimals, out var magnitude))
            {
                var content = _cells.Content(rows, column, r);
                if (NumberParser.TryParse(content, out _))
                {
                    return Outcome.OtherForm;
                }

                if (!_missing.Contains(content))
                {
                    return Outcome.NoNumber;
                }

                continue;
            }

            _numbers.Values[r] = Unsafe.Add(ref text, start) == '-' ? -(long)magnitude : (long)magnitude;
            _numbers.Decimals[r] = (byte)decimals;
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
        var spread = new DecimalSpread(_most, Math.Min(_least, _most), _mostBeforeZero);
        var width = NumberChunk.WidthOf(_magnitudes);
        if (width < 8 && spread.Least < spread.Most)
        {
            width = spread.Most - spread.Least > MostShift ? 8 : NumberChunk.WidthOf(Scale(rows));
        }

        return width == 8 ? _numbers.PackQuotients(rows, spread, keepForms) : _numbers.Pack(rows, width, spread, keepForms);
    }

    /// <summary>Brings all to the most decimals, unless doubles are needed; returns the bits of the magnitudes.</summary>
    private ulong Scale(int rows)
    {
        var values = _numbers.Values;
        var powers = Vector512.LoadUnsafe(ref WholePowers[0]);
        var more = Vector512.LoadUnsafe(ref WholePowers[8]);
        var bits = Vector512<long>.Zero;
        var absent = Vector512.Create(NumberLanes.Missing);
        for (var r = 0; r < rows; r += 8)
        {
            var whole = Vector512.LoadUnsafe(ref values[r]);
            var scaled = whole * Avx512F.PermuteVar8x64x2(powers, Shift(r), more);
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
            var whole = Vector512.LoadUnsafe(ref values[r]);
            var scaled = whole * Avx512F.PermuteVar8x64x2(powers, Shift(r), more);
            Vector512.ConditionalSelect(Vector512.Equals(whole, absent), whole, scaled).StoreUnsafe(ref values[r]);
        }

        return all;
    }

    private Vector512<long> Shift(int row) => Vector512.Create((long)_most)
        - Avx512F.ConvertToVector512Int64(Vector128.CreateScalarUnsafe(Unsafe.ReadUnaligned<ulong>(ref _numbers.Decimals[row])).AsByte());

    private enum Outcome
    {
        Read,
        OtherForm,
        NoNumber,
    }
}
