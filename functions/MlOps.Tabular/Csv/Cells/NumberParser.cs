using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace MlOps.Tabular;

/// <summary>
/// Reads numbers to the same bits as double.Parse with NumberStyles.Float. Short ones (up to 16 characters without exponent) take a path of
/// their own: their digits are a whole number below 2^52 and their power of ten at most 10^15, both exact, so one division rounds correctly
/// (W. D. Clinger, How to read floating point numbers accurately, PLDI 1990). All others go to double.Parse.
/// </summary>
internal static class NumberParser
{
    /// <summary>Form of a number that is not written as plain digits with the stated number of decimals.</summary>
    public const byte OtherForm = 255;

    private const double ExactWhole = 9007199254740992; // 2^53: beyond it whole numbers are no longer exact

    // One bit below 2^53, so that the double, written with as many decimals, gives back the very digits.
    private const ulong LargestShort = 1UL << 52;

    // By length: the last so many of 16 bytes count.
    private static readonly byte[] KeepLast = MakeKeepLast();

    // By place of the point (16 = none): moves the digits before it one place to the right.
    private static readonly byte[] CloseGap = MakeCloseGap();

    private static readonly double[] PowerOfDecimals =
        [1e15, 1e14, 1e13, 1e12, 1e11, 1e10, 1e9, 1e8, 1e7, 1e6, 1e5, 1e4, 1e3, 1e2, 1e1, 1, 1];

    public static bool HasFastPath => Ssse3.IsSupported && Sse41.IsSupported;

    /// <summary>
    /// Whether the cell is a number that a double keeps. Spaces around it are allowed. Not numbers: "inf", hexadecimal, thousands marks,
    /// whole numbers with leading zeros or from 2^53 on (these are codes, and a double would change them).
    /// </summary>
    public static bool TryParse(ReadOnlySpan<byte> cell, out double value)
    {
        cell = cell.Trim((byte)' ');
        value = double.NaN;
        if (cell.IsEmpty || cell.Length > ushort.MaxValue || cell.IndexOfAnyExcept("+-.0123456789eE"u8) >= 0)
        {
            return false;
        }

        var digits = cell[0] is (byte)'-' or (byte)'+' ? cell[1..] : cell;
        if (digits.Length > 1 && digits[0] == '0' && digits[1] is >= (byte)'0' and <= (byte)'9')
        {
            return false;
        }

        if (!double.TryParse(cell, NumberStyles.Float, CultureInfo.InvariantCulture, out value) || !double.IsFinite(value)
            || (Math.Abs(value) >= ExactWhole && digits.IndexOfAny("eE."u8) < 0))
        {
            value = double.NaN;
            return false;
        }

        return true;
    }

    /// <summary>Reads the usual short forms: optional minus, digits, at most one point between digits, 16 characters at most.</summary>
    /// <param name="end">The byte after the cell; the 16 bytes before it are readable.</param>
    /// <param name="length">Length of the cell.</param>
    /// <param name="value">The number, when true is returned.</param>
    /// <param name="decimals">Digits after the point.</param>
    /// <param name="magnitude">All digits as a whole number.</param>
    /// <returns>False when the cell is of another form; it may still be a number.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryParseShort(ref byte end, int length, out double value, out int decimals, out ulong magnitude)
    {
        var negative = Unsafe.Subtract(ref end, length) == '-' ? 1 : 0;
        var count = length - negative;
        var first = (uint)(Unsafe.Subtract(ref end, count) - '0');
        var bytes = Vector128.LoadUnsafe(ref Unsafe.Subtract(ref end, 16));
        ref var keep = ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(KeepLast), (nint)(count & 31) * 16);
        var kept = bytes & Vector128.LoadUnsafe(ref keep);
        var point = (int)uint.TrailingZeroCount(Vector128.Equals(kept, Vector128.Create((byte)'.')).ExtractMostSignificantBits() | 0x10000);
        // Bytes that do not count become zero; characters below '0' wrap around to large values.
        var numerals = Vector128.Subtract(kept, Vector128.Create((byte)'0') & Vector128.LoadUnsafe(ref keep));
        var digits = Ssse3.Shuffle(numerals, Vector128.LoadUnsafe(ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(CloseGap), (nint)point * 16)));
        decimals = 15 - point;
        decimals += decimals >> 31 & 1;
        var regular = Vector128.EqualsAll(Vector128.Max(digits, Vector128.Create((byte)9)), Vector128.Create((byte)9));
        // A point first or last, a zero before another digit, nothing but a sign, too long: not this path.
        var odd = count > 16 | first > 9 | point == 15 | (first == 0 & count > 1 & point != 17 - count) | count <= 0;
        var pairs = Ssse3.MultiplyAddAdjacent(digits, Vector128.Create((sbyte)10, 1, 10, 1, 10, 1, 10, 1, 10, 1, 10, 1, 10, 1, 10, 1));
        var fours = Sse2.MultiplyAddAdjacent(pairs, Vector128.Create((short)100, 1, 100, 1, 100, 1, 100, 1));
        var packed = Sse41.PackUnsignedSaturate(fours, fours).AsInt16();
        var eights = Sse2.MultiplyAddAdjacent(packed, Vector128.Create((short)10000, 1, 10000, 1, 10000, 1, 10000, 1)).AsUInt64().ToScalar();
        magnitude = ((eights & 0xFFFFFFFF) * 100_000_000) + (eights >> 32);
        var absolute = (double)(long)magnitude / Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(PowerOfDecimals), (nint)point);
        value = BitConverter.UInt64BitsToDouble(BitConverter.DoubleToUInt64Bits(absolute) | ((ulong)negative << 63));
        return regular & !odd & magnitude < LargestShort & (negative == 0 | magnitude != 0);
    }

    /// <summary>The twin of <see cref="TryParseShort"/>, a digit at a time.</summary>
    public static bool TryParseShortPlain(ReadOnlySpan<byte> cell, out double value, out int decimals, out ulong magnitude)
    {
        value = 0;
        decimals = 0;
        magnitude = 0;
        var negative = !cell.IsEmpty && cell[0] == '-';
        var digits = negative ? cell[1..] : cell;
        if (digits.Length is 0 or > 16 || digits[0] == '.' || digits[^1] == '.' || (digits[0] == '0' && digits.Length > 1 && digits[1] != '.'))
        {
            return false;
        }

        var point = -1;
        for (var i = 0; i < digits.Length; i++)
        {
            if (digits[i] == '.' && point < 0)
            {
                point = i;
                continue;
            }

            var digit = (uint)(digits[i] - '0');
            if (digit > 9)
            {
                return false;
            }

            magnitude = (magnitude * 10) + digit;
        }

        decimals = point < 0 ? 0 : digits.Length - 1 - point;
        if (magnitude >= LargestShort || (negative && magnitude == 0))
        {
            return false;
        }

        value = magnitude / PowerOfDecimals[15 - decimals];
        value = negative ? -value : value;
        return true;
    }

    private static byte[] MakeKeepLast()
    {
        var masks = new byte[32 * 16];
        for (var length = 0; length < 32; length++)
        {
            for (var i = 0; i < 16; i++)
            {
                masks[(length * 16) + i] = i >= 16 - length ? (byte)0xFF : (byte)0;
            }
        }

        return masks;
    }

    private static byte[] MakeCloseGap()
    {
        var moves = new byte[17 * 16];
        for (var point = 0; point <= 16; point++)
        {
            for (var i = 0; i < 16; i++)
            {
                moves[(point * 16) + i] = (byte)(point == 16 || i > point ? i : i == 0 ? 0x80 : i - 1);
            }
        }

        return moves;
    }
}
