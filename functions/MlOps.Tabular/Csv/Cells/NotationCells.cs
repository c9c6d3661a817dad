using System.Buffers.Binary;

namespace MlOps.Tabular;

/// <summary>Reads the cells of a column whose numbers are not written plainly; each different text is read once a block.</summary>
internal sealed class NotationCells(CellReader cells, MissingMarkers missing, Slab slab)
{
    private readonly Dictionary<string, double> _known = new(StringComparer.Ordinal);
    private double[] _values = [];

    /// <summary>The numbers; <see langword="null"/> when some cell is neither a number in the notation nor missing.</summary>
    public NumberChunk? Parse(in BlockRows rows, ColumnPlan plan)
    {
        if (_values.Length < rows.Count)
        {
            _values = new double[rows.Count * 2];
        }

        _known.Clear();
        // As they stood, in case a later block shows that the column is text.
        using var others = plan.Declared is null ? new MemoryStream() : null;
        Span<byte> length = stackalloc byte[2];
        for (var r = 0; r < rows.Count; r++)
        {
            var content = cells.Content(rows, plan.Source, r);
            if (missing.Contains(content))
            {
                _values[r] = double.NaN;
                continue;
            }

            if (!TryRead(content, plan.Numbers!, out _values[r]) || content.Length > ushort.MaxValue)
            {
                return null;
            }

            if (others is not null)
            {
                BinaryPrimitives.WriteUInt16LittleEndian(length, (ushort)content.Length);
                others.Write(length);
                others.Write(content);
            }
        }

        var source = _values.AsSpan(0, rows.Count);
        var values = slab.Take(8, rows.Count);
        NumberChunk.Narrow(source, values, 8);
        return new NumberChunk(values, 8) { Form = NumberParser.OtherForm, Others = others?.ToArray() };
    }

    /// <summary>Whether the content is a number in the notation.</summary>
    public bool TryRead(ReadOnlySpan<byte> content, NumberNotation notation, out double value)
    {
        var text = CellDecoder.Text(content);
        if (!_known.TryGetValue(text, out value))
        {
            _ = notation.TryParse(text, out value);
            _known.Add(text, value);
        }

        return !double.IsNaN(value);
    }
}
