using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace MlOps.Tabular;

/// <summary>Parses one column of one block after the other, down the rows: cells of one column are alike, which the processor's guesses reward.</summary>
internal sealed class ColumnParser(CsvDialect dialect, MissingMarkers missing, Slab slab)
{
    private readonly Slab _slab = slab;
    private readonly TextCoder _coder = new(missing.Texts);
    private double[] _values = [];
    private byte[] _forms = [];
    private byte[] _others = new byte[1024];
    private int _othersLength;
    private byte[] _buffer = new byte[256];

    // A cell is decoded only when it starts with the quote (or a space to skip): no printing character but these lies below them.
    private readonly byte _mayNeedDecoding = Math.Max(dialect.QuoteByte, (byte)' ');

    public ColumnChunk Parse(BlockRows rows, ColumnPlan plan)
    {
        if (!plan.IsText)
        {
            var numbers = ParseNumbers(rows, plan);
            if (numbers is not null)
            {
                return numbers;
            }

            plan.IsText = true;
        }

        return ParseTexts(rows, plan.Source);
    }

    /// <summary>Cells that are not of the declared kind, with their content.</summary>
    public IEnumerable<(int Row, string Content)> FindWrong(BlockRows rows, ColumnPlan plan)
    {
        if (plan.Declared == ColumnKind.Number && ParseNumbers(rows, plan) is not null)
        {
            yield break;
        }

        for (var r = 0; r < rows.Count; r++)
        {
            if (WrongContent(rows, plan, r) is { } wrong)
            {
                yield return (r, wrong);
            }
        }
    }

    private string? WrongContent(BlockRows rows, ColumnPlan plan, int row)
    {
        var content = Content(rows, plan.Source, row);
        var right = missing.Contains(content) || plan.Declared switch
        {
            ColumnKind.Number => NumberParser.TryParse(content, out _),
            ColumnKind.Date => !double.IsNaN(TypedCells.Date(CellDecoder.Text(content))),
            _ => !double.IsNaN(TypedCells.Boolean(CellDecoder.Text(content), declared: true)),
        };
        return right ? null : CellDecoder.Excerpt(content);
    }

    [MethodImpl(MethodImplOptions.NoInlining)] // a hot loop of its own, with the registers to itself
    private NumberChunk? ParseNumbers(BlockRows rows, ColumnPlan plan)
    {
        if (_values.Length < rows.Count)
        {
            _values = new double[rows.First.Length];
            _forms = new byte[rows.First.Length];
        }

        _othersLength = 0;
        var column = plan.Source;
        ref var text = ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(rows.Buffer), TextBlock.Margin);
        ref var ends = ref MemoryMarshal.GetArrayDataReference(rows.Ends);
        ref var firsts = ref MemoryMarshal.GetArrayDataReference(rows.First);
        ref var starts = ref MemoryMarshal.GetArrayDataReference(rows.Start);
        ref var values = ref MemoryMarshal.GetArrayDataReference(_values);
        ref var forms = ref MemoryMarshal.GetArrayDataReference(_forms);
        ulong magnitudes = 0;
        int formMost = 0, formLeast = 255;
        var vector = NumberParser.HasFastPath;
        for (var r = 0; r < rows.Count; r++)
        {
            var at = (nint)Unsafe.Add(ref firsts, r) + column;
            var end = Unsafe.Add(ref ends, at);
            var start = column == 0 ? Unsafe.Add(ref starts, r) : Unsafe.Add(ref ends, at - 1) + 1;
            if (end == start)
            {
                Unsafe.Add(ref values, r) = double.NaN;
                continue;
            }

            double value;
            int decimals;
            ulong magnitude;
            if (end - start == 1)
            {
                // Flags and small counts are half of all cells.
                magnitude = (ulong)(uint)(Unsafe.Add(ref text, start) - '0');
                if (magnitude <= 9)
                {
                    magnitudes |= magnitude;
                    Unsafe.Add(ref values, r) = magnitude;
                    Unsafe.Add(ref forms, r) = 0;
                    formLeast = 0;
                    continue;
                }
            }

            if (vector
                ? NumberParser.TryParseShort(ref Unsafe.Add(ref text, end), end - start, out value, out decimals, out magnitude)
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
    private bool TryParseOther(BlockRows rows, int column, int row, out double value)
    {
        var content = Content(rows, column, row);
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
        var source = _values.AsSpan(0, rows);
        var width = formMost != 0 || magnitudes > int.MaxValue ? 8 : magnitudes > (ulong)short.MaxValue ? 4 : magnitudes > (ulong)sbyte.MaxValue ? 2 : 1;
        SlabPiece values;
        switch (width)
        {
            case 1:
                values = _slab.Take<sbyte>(rows);
                Narrow(source, values.As<sbyte>(), sbyte.MinValue);
                break;
            case 2:
                values = _slab.Take<short>(rows);
                Narrow(source, values.As<short>(), short.MinValue);
                break;
            case 4:
                values = _slab.Take<int>(rows);
                Narrow(source, values.As<int>(), int.MinValue);
                break;
            default:
                values = _slab.Take<double>(rows);
                source.CopyTo(values.As<double>());
                break;
        }

        return new NumberChunk(values, width)
        {
            Form = (byte)formMost,
            Forms = keepForms && formMost != formLeast ? _forms.AsSpan(0, rows).ToArray() : null,
            Others = keepForms && _othersLength > 0 ? _others.AsSpan(0, _othersLength).ToArray() : null,
        };
    }

    private static void Narrow<T>(ReadOnlySpan<double> source, Span<T> target, T missing)
        where T : unmanaged, IBinaryInteger<T>
    {
        for (var i = 0; i < source.Length; i++)
        {
            target[i] = double.IsNaN(source[i]) ? missing : T.CreateTruncating((int)source[i]);
        }
    }

    private TextChunk ParseTexts(BlockRows rows, int column)
    {
        var piece = _slab.Take<int>(rows.Count);
        var codes = piece.As<int>();
        _coder.Clear();
        for (var r = 0; r < codes.Length; r++)
        {
            codes[r] = _coder.Code(Content(rows, column, r));
        }

        return new TextChunk(piece, _coder.Categories);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ReadOnlySpan<byte> Content(BlockRows rows, int column, int row)
    {
        var at = rows.First[row] + column;
        var end = rows.Ends[at];
        var start = column == 0 ? rows.Start[row] : rows.Ends[at - 1] + 1;
        var raw = rows.Buffer.AsSpan(TextBlock.Margin + start, end - start);
        return rows.NeedsDecoding && !raw.IsEmpty && raw[0] <= _mayNeedDecoding ? CellDecoder.Decode(raw, dialect, ref _buffer) : raw;
    }
}
