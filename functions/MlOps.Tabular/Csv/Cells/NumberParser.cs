using System.Globalization;

namespace MlOps.Tabular;

/// <summary>Reads a number exactly as double.Parse does with NumberStyles.Float, but only from digits, sign, point and exponent.</summary>
internal static class NumberParser
{
    private const double ExactWhole = 9007199254740992; // 2^53: beyond it whole numbers are no longer exact

    /// <summary>
    /// Whether the cell is a number that a double keeps. Spaces around it are allowed. Not numbers: "inf", hexadecimal, thousands marks,
    /// whole numbers with leading zeros or beyond 2^53 (these are codes, and a double would change them).
    /// </summary>
    public static bool TryParse(ReadOnlySpan<byte> cell, out double value)
    {
        cell = cell.Trim((byte)' ');
        value = double.NaN;
        if (cell.IsEmpty || cell.IndexOfAnyExcept("+-.0123456789eE"u8) >= 0)
        {
            return false;
        }

        var digits = cell[0] is (byte)'-' or (byte)'+' ? cell[1..] : cell;
        if (digits.Length > 1 && digits[0] == '0' && digits[1] is >= (byte)'0' and <= (byte)'9')
        {
            return false;
        }

        if (!double.TryParse(cell, NumberStyles.Float, CultureInfo.InvariantCulture, out value) || !double.IsFinite(value))
        {
            value = double.NaN;
            return false;
        }

        if (Math.Abs(value) > ExactWhole && digits.IndexOfAny("eE."u8) < 0)
        {
            value = double.NaN;
            return false;
        }

        return true;
    }
}
