using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace MlOps.Tabular;

/// <summary>
/// Reads eight cells at once, each in the eight bytes of its own: optional minus, digits, at most one point between digits, or
/// nothing. Whatever else stands there is only noted, and told at the end of the column, so that no branch depends on the cells.
/// </summary>
/// <remarks>In a lane the last character of the cell is the lowest byte, so that what a digit is worth does not depend on the cell's length.</remarks>
internal ref struct ShortNumberLanes
{
    /// <summary>Digits and sign of the eight cells last read as whole numbers; <see cref="NumberLanes.Missing"/> for an empty cell.</summary>
    public Vector512<long> Whole;

    /// <summary>By cell, the lowest bit and the lowest of the point's byte: the highest of them is in the byte of the number of digits after the point.</summary>
    public Vector512<ulong> Points;

    private Vector512<ulong> _magnitudes;
    private Vector512<ulong> _points;
    private Vector512<ulong> _pointless;
    private Vector512<ulong> _pointsBeforeZero;
    private Vector512<byte> _digits;
    private Vector512<long> _signs;

    /// <summary>Bits of the magnitudes of all whole numbers read.</summary>
    public readonly ulong Magnitudes => Or(_magnitudes);

    /// <summary>A bit in the byte of each number of digits after the point that some cell had; empty cells have none.</summary>
    public readonly ulong AllPoints => Or(_points) | (Or(_pointless) & 1);

    /// <summary>The same of the cells whose last character is a zero, and perhaps the lowest bit.</summary>
    public readonly ulong AllPointsBeforeZero => Or(_pointsBeforeZero);

    /// <summary>Whether every cell read so far was of the form that is read here; if not, nothing read has a meaning.</summary>
    public readonly bool AllRegular =>
        !Vector512.GreaterThanAny(_digits, Vector512.Create((byte)9)) && _signs.ExtractMostSignificantBits() == 0;

    /// <summary>Reads eight cells of eight characters at most.</summary>
    /// <param name="text">Start of the text; 64 bytes before it are readable.</param>
    /// <param name="before">Ends of the cells before; see <see cref="CellGrid"/>.</param>
    /// <param name="ends">Ends of the cells.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Read(ref byte text, ref int before, ref int ends)
    {
        var bytes = Vector512.Create(
            Vector256.Create(Before(ref text, ref ends, 0), Before(ref text, ref ends, 1), Before(ref text, ref ends, 2), Before(ref text, ref ends, 3)),
            Vector256.Create(Before(ref text, ref ends, 4), Before(ref text, ref ends, 5), Before(ref text, ref ends, 6), Before(ref text, ref ends, 7)));
        // With the delimiter, a cell is one byte wider than long.
        var width = Vector256.LoadUnsafe(ref ends) - Vector256.LoadUnsafe(ref before);
        var unused = Avx512F.ConvertToVector512UInt64(((Vector256.Create(9) - width) << 3).AsUInt32());
        var keep = Avx512F.ShiftRightLogicalVariable(Vector512<ulong>.AllBitsSet, unused);
        var first = keep ^ (keep >>> 8);

        // As values: digits are 0 to 9, the point 0x1E, the minus 0x1D, all else more than 9.
        var values = (Avx512BW.Shuffle(bytes.AsByte(), Reverse).AsUInt64() ^ Vector512.Create(0x3030_3030_3030_3030UL)) & keep;
        var minusFirst = first & Vector512.Create(0x1D1D_1D1D_1D1D_1D1DUL);
        var minus = Vector512.Equals(values & first, minusFirst); // true of an empty cell too, where it does not matter
        values -= minusFirst & minus;

        // The first digit of several before the point is not zero, and there is one: with its place holding 10, the cell lies below that, and not
        // below 10 in the next place. Both differences have a clear sign.
        var ceiling = first & Vector512.Create(0x0A0A_0A0A_0A0A_0A0AUL);
        ceiling = Vector512.ConditionalSelect(minus, ceiling >>> 8, ceiling);
        _signs |= ((values - (ceiling >>> 8)) | (ceiling - values)).AsInt64();

        // What stands before the point moves down over it. A point at the end, or a second one, stays and is found among the digits.
        var point = Vector512.Equals(values.AsByte(), Vector512.Create((byte)0x1E));
        Points = Vector512.ConditionalSelect(point, Vector512.Create((byte)1), Vector512.Create(1UL).AsByte()).AsUInt64();
        var fromPoint = Vector512<ulong>.One - Points;
        var digits = Vector512.ConditionalSelect(fromPoint, values >>> 8, values).AsByte();
        _digits = Vector512.Max(_digits, digits);

        var pairs = Avx512BW.MultiplyAddAdjacent(digits, Vector512.Create((short)0x0A01).AsSByte());
        var fours = Avx512BW.MultiplyAddAdjacent(pairs, Vector512.Create(0x0064_0001).AsInt16()).AsUInt64();
        var magnitude = Avx512BW.MultiplyAddAdjacent((fours | (fours >>> 16)).AsInt16(), Vector512.Create(0x2710_0001UL).AsInt16()).AsUInt64();
        _magnitudes |= magnitude;
        var whole = Vector512.ConditionalSelect(minus.AsInt64(), Vector512<long>.Zero - magnitude.AsInt64(), magnitude.AsInt64());
        var empty = Vector512.Equals(keep, Vector512<ulong>.Zero).AsInt64();
        Whole = Vector512.ConditionalSelect(empty, Vector512.Create(NumberLanes.Missing), whole);
        // A negative zero is no whole number: with a minus the sign must be set.
        _signs |= Vector512.AndNot(minus.AsInt64(), Whole);

        _points |= Points & fromPoint;
        _pointless |= keep & Vector512.Equals(fromPoint, Vector512<ulong>.Zero);
        _pointsBeforeZero |= Points & Vector512.Equals(values & Vector512.Create(0xFFUL), Vector512<ulong>.Zero);
    }

    private static Vector512<byte> Reverse
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Vector512.Create(
            0x0001_0203_0405_0607UL, 0x0809_0A0B_0C0D_0E0FUL, 0x0001_0203_0405_0607UL, 0x0809_0A0B_0C0D_0E0FUL,
            0x0001_0203_0405_0607UL, 0x0809_0A0B_0C0D_0E0FUL, 0x0001_0203_0405_0607UL, 0x0809_0A0B_0C0D_0E0FUL).AsByte();
    }

    /// <summary>The eight bytes before the end of a cell.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Before(ref byte text, ref int ends, nint row) =>
        Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref text, (nint)Unsafe.Add(ref ends, row) - 8));

    private static ulong Or(Vector512<ulong> lanes)
    {
        var all = 0UL;
        for (var i = 0; i < 8; i++)
        {
            all |= lanes[i];
        }

        return all;
    }
}
