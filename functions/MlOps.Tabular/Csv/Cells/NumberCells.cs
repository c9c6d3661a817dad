using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace MlOps.Tabular;

/// <summary>
/// Reads the cells of one column of one block as numbers, one at a time: the definition of what such a column is, and the way for columns that
/// <see cref="NumberLaneCells"/> cannot read.
/// </summary>
internal sealed class NumberCells(CellReader cells, MissingMarkers missing, Slab slab)
{
    // More digits behind the point seldom leave whole numbers of four bytes.
    private const int MostDecimals = 9;
    private static readonly double[] Powers = [1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9];

    private double[] _values = [];
    private double[] _whole = [];
    private byte[] _forms = [];
    private byte[] _others = new byte[1024];
    private int _othersLength;

    /// <summary>The numbers; <see langword="null"/> when some cell is neither a number nor missing.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)] // a hot loop of its own, with the registers to itself
    public NumberChunk? Parse(BlockRows rows, ColumnPlan plan)
    {
        if (_values.Length < rows.Count)
        {
            _values = new double[rows.Count * 2];
            _forms = new byte[rows.Count * 2];
        }

        _othersLength = 0;
        var column = plan.Source;
        ref var text = ref rows.Text;
        ref var before = ref rows.Grid.Ends(column - 1);
        ref var ends = ref rows.Grid.Ends(column);
        ref var values = ref MemoryMarshal.GetArrayDataReference(_values);
        ref var forms = ref MemoryMarshal.GetArrayDataReference(_forms);
        ulong magnitudes = 0;
        int formMost = 0, formLeast = 255;
        var vector = NumberParser.HasFastPath;
        for (var r = 0; r < rows.Count; r++)
        {
            var end = Unsafe.Add(ref ends, r);
            var start = Unsafe.Add(ref before, r) + 1;
            if (end == start || (missing.HasNumbers && missing.Contains(cells.Content(rows, column, r))))
            {
                Unsafe.Add(ref values, r) = double.NaN;
                continue;
            }

            double value;
            int decimals;
            if (vector
                ? NumberParser.TryParseShort(ref Unsafe.Add(ref text, end), end - start, out value, out decimals, out var magnitude)
                : NumberParser.TryParseShortPlain(MemoryMarshal.CreateReadOnlySpan(ref Unsafe.Add(ref text, start), end - start), out value, out decimals, out magnitude))
            {
                magnitudes |= magnitude;
            }
            else if (!TryParseOther(rows, column, r, out value))
            {
                return null;
            }
            else if (double.IsNaN(value))
            {
                Unsafe.Add(ref values, r) = value;
                continue;
            }
            else
            {
                decimals = NumberParser.OtherForm;
            }

            Unsafe.Add(ref values, r) = value;
            Unsafe.Add(ref forms, r) = (byte)decimals;
            formMost = Math.Max(formMost, decimals);
            formLeast = Math.Min(formLeast, decimals);
        }

        return Pack(rows.Count, plan.Declared is null, magnitudes, formMost, Math.Min(formLeast, formMost));
    }

    /// <summary>Forms that the short path does not know, and missing markers (NaN).</summary>
    private bool TryParseOther(in BlockRows rows, int column, int row, out double value)
    {
        var content = cells.Content(rows, column, row);
        if (!NumberParser.TryParse(content, out value))
        {
            return missing.Contains(content);
        }

        if (_others.Length < _othersLength + content.Length + 2)
        {
            Array.Resize(ref _others, Math.Max(_others.Length * 2, _othersLength + content.Length + 2));
        }

        _others[_othersLength] = (byte)content.Length;
        _others[_othersLength + 1] = (byte)(content.Length >> 8);
        content.CopyTo(_others.AsSpan(_othersLength + 2));
        _othersLength += content.Length + 2;
        return true;
    }

    private NumberChunk Pack(int rows, bool keepForms, ulong magnitudes, int formMost, int formLeast)
    {
        ReadOnlySpan<double> source = _values.AsSpan(0, rows);
        var scale = 0;
        if (formMost is > 0 and <= MostDecimals && _othersLength == 0 && Scale(source, Powers[formMost]) is { } whole)
        {
            (scale, magnitudes) = (formMost, whole);
            source = _whole.AsSpan(0, rows);
        }

        var width = formMost != scale ? 8 : NumberChunk.WidthOf(magnitudes);
        var values = slab.Take(width, rows);
        NumberChunk.Narrow(source, values, width);
        return new NumberChunk(values, width)
        {
            Scale = (byte)scale,
            Form = (byte)formMost,
            Forms = keepForms && formMost != formLeast ? _forms.AsSpan(0, rows).ToArray() : null,
            Others = keepForms && _othersLength > 0 ? _others.AsSpan(0, _othersLength).ToArray() : null,
        };
    }

    /// <summary>Brings decimal fractions to whole numbers; returns the bits of their magnitudes, or <see langword="null"/> where one would not come back as it was.</summary>
    private ulong? Scale(ReadOnlySpan<double> source, double power)
    {
        if (_whole.Length < source.Length)
        {
            _whole = new double[_values.Length];
        }

        var bits = 0UL;
        for (var r = 0; r < source.Length; r++)
        {
            var value = source[r];
            if (double.IsNaN(value))
            {
                _whole[r] = value;
                continue;
            }

            if (!ExactWhole.TryFind(value, power, out var whole))
            {
                return null;
            }

            _whole[r] = whole;
            bits |= (uint)Math.Abs(whole);
        }

        return bits;
    }
}
