using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace MlOps.Tabular;

/// <summary>
/// Reads eight cells at once: optional minus, digits, at most one point between digits, 15 characters at most, or nothing. Whatever else stands
/// there is told, and the caller reads the eight one by one. No branch depends on the cells, so that missing ones scattered at random cost nothing.
/// </summary>
internal ref struct NumberLanes
{
    /// <summary>Stands for a missing cell.</summary>
    public const long Missing = long.MinValue;

    private const ulong LastOfLane = 0x8000_8000_8000_8000;

    /// <summary>All digits as a whole number, signed; <see cref="Missing"/> for an empty cell.</summary>
    public Vector512<long> Whole;

    /// <summary>Digits after the point; 0 for an empty cell.</summary>
    public Vector512<long> Decimals;

    /// <summary>All ones where the cell is empty.</summary>
    public Vector512<long> Empty;

    /// <summary>All ones where the last character is a zero.</summary>
    public Vector512<long> EndsInZero;

    public static bool IsSupported => Avx512BW.IsSupported && Avx512DQ.IsSupported && Vector512.IsHardwareAccelerated;

    /// <summary>Reads eight cells; false when one of them is of another form (the fields are then without meaning).</summary>
    /// <param name="text">Start of the text; 64 bytes before it are readable.</param>
    /// <param name="before">Ends of the cells before; see <see cref="CellGrid"/>.</param>
    /// <param name="ends">Ends of the cells.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryRead(ref byte text, ref int before, ref int ends)
    {
        var even = Vector512.Create(
            Vector256.Create(Before(ref text, ref ends, 0), Before(ref text, ref ends, 2)),
            Vector256.Create(Before(ref text, ref ends, 4), Before(ref text, ref ends, 6)));
        var odd = Vector512.Create(
            Vector256.Create(Before(ref text, ref ends, 1), Before(ref text, ref ends, 3)),
            Vector256.Create(Before(ref text, ref ends, 5), Before(ref text, ref ends, 7)));
        var length = Avx512F.ConvertToVector512UInt64((Vector256.LoadUnsafe(ref ends) - Vector256.LoadUnsafe(ref before) - Vector256<int>.One).AsUInt32());

        var index = Vector512.Create(Vector256.Create(Vector128<byte>.Indices, Vector128<byte>.Indices), Vector256.Create(Vector128<byte>.Indices, Vector128<byte>.Indices));
        var first = Vector512<byte>.Zero;
        var second = Vector512.Create((byte)8);
        var zero = Vector512.Create((byte)'0');
        var irregular = Strip(ref even, Avx512BW.Shuffle(length.AsByte(), first), index, out var evenNumerals, out var evenMarks);
        irregular |= Strip(ref odd, Avx512BW.Shuffle(length.AsByte(), second), index, out var oddNumerals, out var oddMarks);
        var marks = Avx512F.UnpackLow(evenMarks, oddMarks) + Avx512F.UnpackHigh(evenMarks, oddMarks);
        var point = marks & Vector512.Create(63UL);
        var minus = marks >>> 6;
        Close(ref evenNumerals, Avx512BW.Shuffle(point.AsByte(), first), index);
        Close(ref oddNumerals, Avx512BW.Shuffle(point.AsByte(), second), index);
        irregular |= Vector512.GreaterThan(evenNumerals, Vector512.Create((byte)9)).ExtractMostSignificantBits();
        irregular |= Vector512.GreaterThan(oddNumerals, Vector512.Create((byte)9)).ExtractMostSignificantBits();

        var packed = Avx512BW.PackUnsignedSaturate(Fours(evenNumerals), Fours(oddNumerals)).AsInt16();
        var eights = Avx512BW.MultiplyAddAdjacent(packed, Vector512.Create(0x0001_2710_0001_2710UL).AsInt16()).AsUInt64();
        var magnitude = Avx512F.Multiply(eights.AsUInt32(), Vector512.Create(100_000_000UL).AsUInt32()) + (eights >>> 32);
        var sign = Vector512<ulong>.Zero - minus;
        Empty = Vector512.Equals(length, Vector512<ulong>.Zero).AsInt64();
        Whole = Vector512.ConditionalSelect(Empty, Vector512.Create(Missing), ((magnitude ^ sign) - sign).AsInt64());
        Decimals = ((Vector512.Create(16UL) - point) & Vector512.Create(15UL)).AsInt64();
        EndsInZero = Vector512.Equals(Avx512F.UnpackHigh(even.AsUInt64(), odd.AsUInt64()) >>> 56, zero.AsUInt64() >>> 56).AsInt64();
        // Too long for this path, or a negative zero, which a whole number does not keep.
        var other = Vector512.GreaterThan(length, Vector512.Create(15UL)) | (sign & Vector512.Equals(magnitude, Vector512<ulong>.Zero));
        return (irregular | other.ExtractMostSignificantBits()) == 0;
    }

    /// <summary>The 16 bytes before the end of a cell.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Before(ref byte text, ref int ends, nint row) =>
        Vector128.LoadUnsafe(ref Unsafe.Add(ref text, (nint)Unsafe.Add(ref ends, row) - 16));

    /// <summary>Keeps what belongs to each of four cells. Bits of the answer: what must not stand where it stands.</summary>
    /// <param name="bytes">16 bytes that end with each cell; made zero before it.</param>
    /// <param name="length">Length of the cell, in each of its 16 bytes.</param>
    /// <param name="index">0 to 15, four times.</param>
    /// <param name="numerals">Values of the digits; the point as another value, the minus as zero.</param>
    /// <param name="marks">Sums over each eight bytes: one more than the place of the point, and 64 for a minus.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Strip(ref Vector512<byte> bytes, Vector512<byte> length, Vector512<byte> index, out Vector512<byte> numerals, out Vector512<ulong> marks)
    {
        var keep = Vector512.GreaterThan((index + length).AsSByte(), Vector512.Create((sbyte)15)).AsByte();
        bytes &= keep;
        var points = Vector512.Equals(bytes, Vector512.Create((byte)'.'));
        var minuses = Vector512.Equals(bytes, Vector512.Create((byte)'-'));
        numerals = Vector512.AndNot((bytes - Vector512.Create((byte)'0')) & keep, minuses);
        // A point as the last character has no weight: it stays among the digits and is found there.
        var weight = Vector512.Create(0x0807_0605_0403_0201UL, 0x000F_0E0D_0C0B_0A09UL, 0x0807_0605_0403_0201UL, 0x000F_0E0D_0C0B_0A09UL, 0x0807_0605_0403_0201UL, 0x000F_0E0D_0C0B_0A09UL, 0x0807_0605_0403_0201UL, 0x000F_0E0D_0C0B_0A09UL).AsByte();
        marks = Avx512BW.SumAbsoluteDifferences((points & weight) | (minuses & Vector512.Create((byte)64)), Vector512<byte>.Zero).AsUInt64();

        // As a cell has 15 characters at most, the lowest bit of each 16 is clear and nothing is carried from cell to cell.
        var kept = keep.ExtractMostSignificantBits();
        var point = points.ExtractMostSignificantBits();
        var minus = minuses.ExtractMostSignificantBits();
        var nought = Vector512.Equals(bytes, Vector512.Create((byte)'0')).ExtractMostSignificantBits();
        var first = kept & ~(kept << 1);
        var leading = minus & first;
        var digit = first + leading; // the place after the minus
        var afterNought = (nought & digit) << 1;
        return (minus & ~first) | (leading & LastOfLane) | (point & digit) | (afterNought & kept & ~point);
    }

    /// <summary>Moves the digits before the point one place up, over it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Close(ref Vector512<byte> numerals, Vector512<byte> point, Vector512<byte> index) =>
        numerals = Vector512.ConditionalSelect(Vector512.LessThan(index, point), Avx512BW.ShiftLeftLogical128BitLane(numerals, 1), numerals);

    /// <summary>From digits to numbers of four digits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<int> Fours(Vector512<byte> digits)
    {
        var pairs = Avx512BW.MultiplyAddAdjacent(digits, Vector512.Create((short)0x010A).AsSByte());
        return Avx512BW.MultiplyAddAdjacent(pairs, Vector512.Create(0x0001_0064).AsInt16());
    }
}
