using System.Globalization;
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
internal sealed class NumberChunk(Array values, int rowCount) : ColumnChunk
{
    public override int RowCount => rowCount;

    /// <summary>sbyte[], short[] or int[] (least value = missing), or double[] (NaN = missing).</summary>
    public Array Values => values;

    /// <summary>Digits after the point where all cells agree, else see <see cref="Forms"/>.</summary>
    public byte Form { get; init; }

    /// <summary>Digits after the point by row, <see cref="NumberParser.OtherForm"/> for cells kept in <see cref="Others"/>.</summary>
    public byte[]? Forms { get; init; }

    /// <summary>Content of the cells written in another way, in row order, each after a length of two bytes.</summary>
    public byte[]? Others { get; init; }

    /// <summary>The numbers alone, once the column's kind is settled.</summary>
    public NumberChunk WithoutForms() => Forms is null && Others is null ? this : new NumberChunk(values, rowCount);

    /// <summary>Writes the numbers as doubles.</summary>
    public void CopyTo(Span<double> target)
    {
        switch (values)
        {
            case sbyte[] tiny:
                for (var i = 0; i < rowCount; i++)
                {
                    target[i] = tiny[i] == sbyte.MinValue ? double.NaN : tiny[i];
                }

                break;
            case short[] small:
                for (var i = 0; i < rowCount; i++)
                {
                    target[i] = small[i] == short.MinValue ? double.NaN : small[i];
                }

                break;
            case int[] whole:
                for (var i = 0; i < rowCount; i++)
                {
                    target[i] = whole[i] == int.MinValue ? double.NaN : whole[i];
                }

                break;
            default:
                ((double[])values).AsSpan(0, rowCount).CopyTo(target);
                break;
        }
    }

    /// <summary>The cells as they stood in the file.</summary>
    public IEnumerable<string?> Texts()
    {
        var numbers = new double[rowCount];
        CopyTo(numbers);
        var at = 0;
        for (var i = 0; i < rowCount; i++)
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
internal sealed class TextChunk(int[] codes, string[] categories) : ColumnChunk
{
    public override int RowCount => codes.Length;

    public int[] Codes => codes;

    public string[] Categories => categories;
}
