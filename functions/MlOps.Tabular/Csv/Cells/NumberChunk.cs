using System.Globalization;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
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
    private static readonly double[] Powers = [1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15];

    public override int RowCount => values.Count;

    /// <summary>Bytes of a value: 1, 2 or 4 for whole numbers over 10^<see cref="Scale"/> (the least value = missing), 8 for doubles (NaN = missing).</summary>
    public int Width => width;

    /// <summary>Whole numbers are to be divided by this power of ten: both are exact, so the quotient is rounded as the number in the file is.</summary>
    public byte Scale { get; init; }

    /// <summary>
    /// Without <see cref="Forms"/>, digits after the point: exactly so many, but where <see cref="Scale"/> is more, as many more as are needed.
    /// </summary>
    public byte Form { get; init; }

    /// <summary>Digits after the point by row, <see cref="NumberParser.OtherForm"/> for cells kept in <see cref="Others"/>.</summary>
    public byte[]? Forms { get; init; }

    /// <summary>Content of the cells written in another way, in row order, each after a length of two bytes.</summary>
    public byte[]? Others { get; init; }

    /// <summary>Bytes that keep a whole number beside a mark for missing, from the bits of all magnitudes.</summary>
    public static int WidthOf(ulong magnitudes) =>
        magnitudes > int.MaxValue ? 8 : magnitudes > (ulong)short.MaxValue ? 4 : magnitudes > (ulong)sbyte.MaxValue ? 2 : 1;

    /// <summary>Puts whole numbers (or doubles, at width 8) into their room.</summary>
    public static void Narrow(ReadOnlySpan<double> source, SlabPiece target, int width)
    {
        switch (width)
        {
            case 1:
                Narrow(source, target.As<sbyte>(), sbyte.MinValue);
                break;
            case 2:
                Narrow(source, target.As<short>(), short.MinValue);
                break;
            case 4:
                Narrow(source, target.As<int>(), int.MinValue);
                break;
            default:
                source.CopyTo(target.As<double>());
                break;
        }
    }

    /// <summary>The numbers alone, once the column's kind is settled.</summary>
    public NumberChunk WithoutForms() => Forms is null && Others is null ? this : new NumberChunk(values, width) { Scale = Scale };

    /// <summary>Writes the numbers as doubles.</summary>
    public void CopyTo(Span<double> target)
    {
        switch (width)
        {
            case 1:
                Widen(values.As<sbyte>(), target, sbyte.MinValue, Powers[Scale]);
                break;
            case 2:
                Widen(values.As<short>(), target, short.MinValue, Powers[Scale]);
                break;
            case 4:
                Widen(values.As<int>(), target, int.MinValue, Powers[Scale]);
                break;
            default:
                values.As<double>().CopyTo(target);
                break;
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
            if (double.IsNaN(numbers[i]))
            {
                yield return null;
                continue;
            }

            var form = Forms?[i] ?? Form;
            if (form == NumberParser.OtherForm && Others is not null)
            {
                var length = Others[at] | (Others[at + 1] << 8);
                yield return Encoding.UTF8.GetString(Others, at + 2, length);
                at += 2 + length;
                continue;
            }

            // Below 2^53 and with at most 15 decimals this form gives back the very digits.
            var most = Forms is null && Scale > form ? Scale : form;
            var text = numbers[i].ToString("F" + most.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
            yield return most == form ? text : Shortest(text, most - form);
        }
    }

    /// <summary>Takes zeros off the end, so many at most; and the point, if nothing follows it.</summary>
    private static string Shortest(string text, int most)
    {
        var zeros = 0;
        while (zeros < most && text[^(zeros + 1)] == '0')
        {
            zeros++;
        }

        return text[..^zeros].TrimEnd('.');
    }

    private static void Narrow<T>(ReadOnlySpan<double> source, Span<T> target, T missing)
        where T : unmanaged, IBinaryInteger<T>
    {
        for (var i = 0; i < source.Length; i++)
        {
            target[i] = double.IsNaN(source[i]) ? missing : T.CreateTruncating((int)source[i]);
        }
    }

    private static void Widen<T>(ReadOnlySpan<T> source, Span<double> target, T missing, double power)
        where T : unmanaged, IBinaryInteger<T>
    {
        var i = 0;
        if (Vector512.IsHardwareAccelerated)
        {
            var absent = Vector512.Create(long.CreateTruncating(missing));
            var divisor = Vector512.Create(power);
            for (; i <= source.Length - 8; i += 8)
            {
                var whole = Longs(source[i..]);
                Vector512.ConditionalSelect(Vector512.Equals(whole, absent).AsDouble(), Vector512.Create(double.NaN), Vector512.ConvertToDouble(whole) / divisor)
                    .CopyTo(target[i..]);
            }
        }

        for (; i < source.Length; i++)
        {
            target[i] = source[i] == missing ? double.NaN : double.CreateTruncating(source[i]) / power;
        }
    }

    /// <summary>Eight whole numbers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<long> Longs<T>(ReadOnlySpan<T> source)
        where T : unmanaged, IBinaryInteger<T>
    {
        if (typeof(T) == typeof(int))
        {
            var (low, high) = Vector256.Widen(Vector256.Create(MemoryMarshal.Cast<T, int>(source)));
            return Vector512.Create(low, high);
        }

        if (typeof(T) == typeof(short))
        {
            return Longs(Vector128.Create(MemoryMarshal.Cast<T, short>(source)));
        }

        return Longs(Vector128.WidenLower(Vector128.CreateScalarUnsafe(MemoryMarshal.Read<ulong>(MemoryMarshal.AsBytes(source))).AsSByte()));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<long> Longs(Vector128<short> eight)
    {
        var (low, high) = Vector256.Widen(Vector256.Create(Vector128.WidenLower(eight), Vector128.WidenUpper(eight)));
        return Vector512.Create(low, high);
    }
}
