using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace MlOps.Tabular;

/// <summary>How 64 bytes are compared with a byte at once, and how the set bits of the answer become positions.</summary>
internal interface IByteLanes
{
    /// <summary>One bit for each of the 64 bytes at <paramref name="at"/> that equals.</summary>
    static abstract void Compare(ref byte at, byte delimiter, byte quote, out ulong delimiters, out ulong quotes, out ulong lineFeeds, out ulong returns);

    /// <summary>Writes the positions of the set bits, lowest first; up to 64 places after <paramref name="target"/> may be overwritten.</summary>
    static abstract void Positions(ulong bits, int start, ref int target);
}

/// <summary>One 512-bit register; positions by compressing byte numbers.</summary>
internal readonly struct Lanes512 : IByteLanes
{
    public static bool IsSupported => Vector512.IsHardwareAccelerated && Avx512Vbmi2.IsSupported;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Compare(ref byte at, byte delimiter, byte quote, out ulong delimiters, out ulong quotes, out ulong lineFeeds, out ulong returns)
    {
        var bytes = Vector512.LoadUnsafe(ref at);
        delimiters = Vector512.Equals(bytes, Vector512.Create(delimiter)).ExtractMostSignificantBits();
        quotes = Vector512.Equals(bytes, Vector512.Create(quote)).ExtractMostSignificantBits();
        lineFeeds = Vector512.Equals(bytes, Vector512.Create((byte)'\n')).ExtractMostSignificantBits();
        returns = Vector512.Equals(bytes, Vector512.Create((byte)'\r')).ExtractMostSignificantBits();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Positions(ulong bits, int start, ref int target)
    {
        var packed = Avx512Vbmi2.Compress(Vector512<byte>.Zero, BitLanes(bits), Vector512<byte>.Indices);
        var offset = Vector512.Create(start);
        // More than half of the bytes are seldom separators; whether more than a quarter are is a toss-up that is not worth a branch.
        (Avx512F.ConvertToVector512Int32(packed.GetLower().GetLower()) + offset).StoreUnsafe(ref target);
        (Avx512F.ConvertToVector512Int32(packed.GetLower().GetUpper()) + offset).StoreUnsafe(ref target, 16);
        if (BitOperations.PopCount(bits) > 32)
        {
            (Avx512F.ConvertToVector512Int32(packed.GetUpper().GetLower()) + offset).StoreUnsafe(ref target, 32);
            (Avx512F.ConvertToVector512Int32(packed.GetUpper().GetUpper()) + offset).StoreUnsafe(ref target, 48);
        }
    }

    /// <summary>A byte of ones for each set bit.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<byte> BitLanes(ulong bits)
    {
        var spread = Vector512.Create(bits).AsByte();
        var byteOfLane = Vector512.Create(
            0x0000000000000000UL, 0x0101010101010101UL, 0x0202020202020202UL, 0x0303030303030303UL,
            0x0404040404040404UL, 0x0505050505050505UL, 0x0606060606060606UL, 0x0707070707070707UL).AsByte();
        var own = Avx512BW.Shuffle(spread, byteOfLane);
        var bit = Vector512.Create(0x8040201008040201UL).AsByte();
        return Vector512.Equals(own & bit, bit);
    }
}

/// <summary>Two 256-bit registers; positions bit by bit.</summary>
internal readonly struct Lanes256 : IByteLanes
{
    public static bool IsSupported => Vector256.IsHardwareAccelerated;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Compare(ref byte at, byte delimiter, byte quote, out ulong delimiters, out ulong quotes, out ulong lineFeeds, out ulong returns)
    {
        var low = Vector256.LoadUnsafe(ref at);
        var high = Vector256.LoadUnsafe(ref at, 32);
        delimiters = Bits(low, high, delimiter);
        quotes = Bits(low, high, quote);
        lineFeeds = Bits(low, high, (byte)'\n');
        returns = Bits(low, high, (byte)'\r');
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Positions(ulong bits, int start, ref int target)
    {
        for (var i = 0; bits != 0; i++)
        {
            Unsafe.Add(ref target, i) = start + BitOperations.TrailingZeroCount(bits);
            bits &= bits - 1;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Bits(Vector256<byte> low, Vector256<byte> high, byte value)
    {
        var wanted = Vector256.Create(value);
        return Vector256.Equals(low, wanted).ExtractMostSignificantBits() | ((ulong)Vector256.Equals(high, wanted).ExtractMostSignificantBits() << 32);
    }
}
