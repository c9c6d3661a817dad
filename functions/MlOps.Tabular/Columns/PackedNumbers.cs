using System.Runtime.InteropServices;

namespace MlOps.Tabular;

/// <summary>Numbers of a column as bytes, every bit kept.</summary>
/// <param name="Layout">Bytes a value, as <see cref="NumberLayout"/> packs them.</param>
/// <param name="Bytes">The values.</param>
/// <param name="Decimals">Of decimal fractions that are held as whole numbers of four bytes: how many digits they have behind the point.</param>
internal sealed record PackedNumbers(byte Layout, byte[] Bytes, int Decimals = 0)
{
    private const int Most = 4;
    private static readonly double[] Powers = [1, 10, 100, 1000, 10_000];

    /// <summary>Packs values; those with up to four digits behind the point into four bytes each.</summary>
    public static PackedNumbers Narrowest(double[] values)
    {
        var (layout, bytes) = NumberLayout.Pack(values);
        return Narrowest(layout, bytes, values.Length);
    }

    /// <summary>The same of values that are packed already.</summary>
    public static PackedNumbers Narrowest(byte layout, byte[] bytes, int rows)
    {
        if (layout == 8)
        {
            var values = MemoryMarshal.Cast<byte, double>(bytes);
            for (var decimals = 1; decimals <= Most; decimals++)
            {
                if (Scaled(values, Powers[decimals], rows) is { } scaled)
                {
                    return new PackedNumbers(4, scaled, decimals);
                }
            }
        }

        return new PackedNumbers(layout, bytes);
    }

    /// <summary>All values.</summary>
    public double[] Unpack(int rows)
    {
        var values = NumberLayout.Unpack(Layout, Bytes, rows);
        Divide(values);
        return values;
    }

    /// <summary>The values of some rows.</summary>
    public void CopyTo(ReadOnlySpan<int> rows, Span<double> target)
    {
        NumberLayout.Unpack(Layout, Bytes, rows, target);
        Divide(target[..rows.Length]);
    }

    // A decimal fraction is the double nearest to it, and so is the quotient of two whole numbers that are exact.
    private void Divide(Span<double> values)
    {
        if (Decimals > 0)
        {
            var power = Powers[Decimals];
            foreach (ref var value in values)
            {
                value /= power;
            }
        }
    }

    // Most columns that do not fit show it in their first cells.
    private static byte[]? Scaled(ReadOnlySpan<double> values, double power, int rows)
    {
        byte[]? bytes = null;
        var target = default(Span<int>);
        for (var row = 0; row < rows; row++)
        {
            var whole = int.MinValue;
            var fits = double.IsNaN(values[row])
                ? BitConverter.DoubleToInt64Bits(values[row]) == BitConverter.DoubleToInt64Bits(double.NaN)
                : ExactWhole.TryFind(values[row], power, out whole);
            if (!fits)
            {
                return null;
            }

            if (bytes is null)
            {
                bytes = new byte[rows * sizeof(int)];
                target = MemoryMarshal.Cast<byte, int>(bytes.AsSpan());
            }

            target[row] = whole;
        }

        return bytes;
    }
}
