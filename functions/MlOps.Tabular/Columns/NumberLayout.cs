using System.Numerics;
using System.Runtime.InteropServices;

namespace MlOps.Tabular;

/// <summary>Packs numbers into the fewest bytes that keep every bit: 1, 2 or 4 bytes for whole numbers, 8 for doubles.</summary>
internal static class NumberLayout
{
    public static (byte Layout, byte[] Bytes) Pack(ReadOnlySpan<double> values) => Width(values) switch
    {
        1 => (1, Narrow<sbyte>(values, sbyte.MinValue)),
        2 => (2, Narrow<short>(values, short.MinValue)),
        4 => (4, Narrow<int>(values, int.MinValue)),
        _ => (8, MemoryMarshal.AsBytes(values).ToArray()),
    };

    public static void Check(byte layout, ReadOnlySpan<byte> bytes, int rows)
    {
        if (layout is not (1 or 2 or 4 or 8) || bytes.Length != (long)layout * rows)
        {
            throw new InvalidDataException($"A stored column has {bytes.Length} bytes for {rows} rows of {layout} bytes.");
        }
    }

    public static double[] Unpack(byte layout, ReadOnlySpan<byte> bytes, int rows)
    {
        Check(layout, bytes, rows);
        var values = new double[rows];
        switch (layout)
        {
            case 1: Widen(MemoryMarshal.Cast<byte, sbyte>(bytes), values, sbyte.MinValue); break;
            case 2: Widen(MemoryMarshal.Cast<byte, short>(bytes), values, short.MinValue); break;
            case 4: Widen(MemoryMarshal.Cast<byte, int>(bytes), values, int.MinValue); break;
            default: MemoryMarshal.Cast<byte, double>(bytes).CopyTo(values); break;
        }

        return values;
    }

    public static void Unpack(byte layout, ReadOnlySpan<byte> bytes, ReadOnlySpan<int> rows, Span<double> target)
    {
        switch (layout)
        {
            case 1: Widen(MemoryMarshal.Cast<byte, sbyte>(bytes), rows, target, sbyte.MinValue); break;
            case 2: Widen(MemoryMarshal.Cast<byte, short>(bytes), rows, target, short.MinValue); break;
            case 4: Widen(MemoryMarshal.Cast<byte, int>(bytes), rows, target, int.MinValue); break;
            default:
                var values = MemoryMarshal.Cast<byte, double>(bytes);
                for (var i = 0; i < rows.Length; i++)
                {
                    target[i] = values[rows[i]];
                }

                break;
        }
    }

    public static (byte Layout, byte[] Bytes) PackCodes(ReadOnlySpan<int> codes)
    {
        var most = -1;
        foreach (var code in codes)
        {
            most = Math.Max(most, code);
        }

        if (most > short.MaxValue)
        {
            return (4, MemoryMarshal.AsBytes(codes).ToArray());
        }

        var width = most > sbyte.MaxValue ? 2 : 1;
        var bytes = new byte[codes.Length * width];
        if (width == 1)
        {
            for (var i = 0; i < codes.Length; i++)
            {
                bytes[i] = (byte)codes[i];
            }
        }
        else
        {
            var target = MemoryMarshal.Cast<byte, short>(bytes.AsSpan());
            for (var i = 0; i < codes.Length; i++)
            {
                target[i] = (short)codes[i];
            }
        }

        return ((byte)width, bytes);
    }

    public static int[] UnpackCodes(byte layout, ReadOnlySpan<byte> bytes, int rows)
    {
        if (layout is not (1 or 2 or 4) || bytes.Length != (long)layout * rows)
        {
            throw new InvalidDataException($"A stored text column has {bytes.Length} bytes of codes for {rows} rows.");
        }

        var codes = new int[rows];
        switch (layout)
        {
            case 1:
                for (var i = 0; i < rows; i++)
                {
                    codes[i] = (sbyte)bytes[i];
                }

                break;
            case 2:
                var shorts = MemoryMarshal.Cast<byte, short>(bytes);
                for (var i = 0; i < rows; i++)
                {
                    codes[i] = shorts[i];
                }

                break;
            default:
                MemoryMarshal.Cast<byte, int>(bytes).CopyTo(codes);
                break;
        }

        return codes;
    }

    /// <summary>Bytes a value: 8 unless every value is missing (the usual NaN) or whole, not -0, and above the width's least.</summary>
    internal static int Width(ReadOnlySpan<double> values)
    {
        double least = 0, most = 0;
        foreach (var value in values)
        {
            if (double.IsNaN(value))
            {
                if (BitConverter.DoubleToUInt64Bits(value) != BitConverter.DoubleToUInt64Bits(double.NaN))
                {
                    return 8;
                }

                continue;
            }

            if (!(value > int.MinValue && value <= int.MaxValue) || (int)value != value || (value == 0 && double.IsNegative(value)))
            {
                return 8;
            }

            least = Math.Min(least, value);
            most = Math.Max(most, value);
        }

        return least > sbyte.MinValue && most <= sbyte.MaxValue ? 1
            : least > short.MinValue && most <= short.MaxValue ? 2 : 4;
    }

    private static byte[] Narrow<T>(ReadOnlySpan<double> values, T missing)
        where T : unmanaged, IBinaryInteger<T>
    {
        var bytes = new byte[values.Length * Marshal.SizeOf<T>()];
        var target = MemoryMarshal.Cast<byte, T>(bytes.AsSpan());
        for (var i = 0; i < values.Length; i++)
        {
            target[i] = double.IsNaN(values[i]) ? missing : T.CreateTruncating((int)values[i]);
        }

        return bytes;
    }

    private static void Widen<T>(ReadOnlySpan<T> source, ReadOnlySpan<int> rows, Span<double> target, T missing)
        where T : unmanaged, IBinaryInteger<T>
    {
        for (var i = 0; i < rows.Length; i++)
        {
            var cell = source[rows[i]];
            target[i] = cell == missing ? double.NaN : double.CreateTruncating(cell);
        }
    }

    private static void Widen<T>(ReadOnlySpan<T> source, Span<double> target, T missing)
        where T : unmanaged, IBinaryInteger<T>
    {
        for (var i = 0; i < source.Length; i++)
        {
            target[i] = source[i] == missing ? double.NaN : double.CreateTruncating(source[i]);
        }
    }
}
