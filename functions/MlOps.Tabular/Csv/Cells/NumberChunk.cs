using System.Globalization;
using System.Numerics;
using System.Text;

namespace MlOps.Tabular;

/// <summary>The cells of one column in one block, after parsing: numbers, or texts.</summary>
internal abstract class ColumnChunk
{
    public abstract int RowCount { get; }
}

/// <summary>
/// Numbers of one block in the narrowest array that keeps them, and what is needed to write each again as it stood in the file, in case a
/// later block shows that the column is text.
/// </summary>
internal sealed class NumberChunk(SlabPiece values, int width) : ColumnChunk
{
    public override int RowCount => values.Count;

    /// <summary>Bytes of a value: 1, 2 or 4 for whole numbers (the least value = missing), 8 for doubles (NaN = missing).</summary>
    public int Width => width;

    /// <summary>Digits after the point where all cells agree, else see <see cref="Forms"/>.</summary>
    public byte Form { get; init; }

    /// <summary>Digits after the point by row, <see cref="NumberParser.OtherForm"/> for cells kept in <see cref="Others"/>.</summary>
    public byte[]? Forms { get; init; }

    /// <summary>Content of the cells written in another way, in row order, each after a length of two bytes.</summary>
    public byte[]? Others { get; init; }

    /// <summary>The numbers alone, once the column's kind is settled.</summary>
    public NumberChunk WithoutForms() => Forms is null && Others is null ? this : new NumberChunk(values, width);

    /// <summary>Writes the numbers as doubles.</summary>
    public void CopyTo(Span<double> target)
    {
        switch (width)
        {
            case 1:
                Widen(values.As<sbyte>(), target, sbyte.MinValue);
                break;
            case 2:
                Widen(values.As<short>(), target, short.MinValue);
                break;
            case 4:
                Widen(values.As<int>(), target, int.MinValue);
                break;
            default:
                values.As<double>().CopyTo(target);
                break;
        }
    }

    private static void Widen<T>(ReadOnlySpan<T> source, Span<double> target, T missing)
        where T : unmanaged, INumberBase<T>
    {
        for (var i = 0; i < source.Length; i++)
        {
            target[i] = source[i] == missing ? double.NaN : double.CreateTruncating(source[i]);
        }
    }

    /// <summary>The cells as they stood in the file.</summary>
    public IEnumerable<string?> Texts()
    {
        var numbers = new double[RowCount];
        CopyTo(numbers);
        var at = 0;
        for (var i = 0; i < RowCount; i++)
        {
            var form = Forms is null ? Form : Forms[i];
            if (double.IsNaN(numbers[i]))
            {
                yield return null;
            }
            else if (form == NumberParser.OtherForm && Others is not null)
            {
                var length = Others[at] | (Others[at + 1] << 8);
                yield return Encoding.UTF8.GetString(Others, at + 2, length);
                at += 2 + length;
            }
            else
            {
                // Below 2^53 and with at most 15 decimals this form gives back the very digits.
                yield return numbers[i].ToString("F" + form.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
            }
        }
    }
}

/// <summary>Texts of one block, coded by a dictionary of the block's own.</summary>
internal sealed class TextChunk(SlabPiece codes, string[] categories) : ColumnChunk
{
    public override int RowCount => codes.Count;

    public ReadOnlySpan<int> Codes => codes.As<int>();

    public string[] Categories => categories;
}
