using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace MlOps.Boosting.Kernels;

/// <summary>
/// eˣ for several numbers at once, from additions and multiplications rounded once each or as one, so that every machine gives
/// the same bits.
/// The error stays below one unit in the last place; gradients are rounded to floats afterwards.
/// </summary>
/// <remarks>x = k·ln 2 + r with |r| ≤ ln 2 / 2; eʳ by its Taylor series to r¹³, whose rest is below 2⁻⁵⁷.</remarks>
internal static class ExpKernel
{
    // Adding it leaves the nearest whole number in the low bits.
    private const double Rounder = 6755399441055744.0;
    private const double Log2E = 1.4426950408889634;

    // ln 2 in two parts; the first has so few digits that k times it is exact.
    private const double Ln2High = 0.6931471803691238;
    private const double Ln2Low = 1.9082149292705877e-10;

    /// <summary>eˣ, lane by lane; +∞ and 0 where a double cannot hold it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<double> Exp(Vector256<double> x)
    {
        x = Vector256.Min(Vector256.Max(x, Vector256.Create(-800.0)), Vector256.Create(800.0));
        Vector256<double> rounded = Vector256.FusedMultiplyAdd(x, Vector256.Create(Log2E), Vector256.Create(Rounder));
        Vector256<long> k = rounded.AsInt64() - Vector256.Create(BitConverter.DoubleToInt64Bits(Rounder));
        Vector256<double> whole = rounded - Vector256.Create(Rounder);
        Vector256<double> r = Vector256.FusedMultiplyAdd(whole, Vector256.Create(-Ln2Low), Vector256.FusedMultiplyAdd(whole, Vector256.Create(-Ln2High), x));
        Vector256<double> p = Vector256.Create(1.0 / 6227020800);
        p = Vector256.FusedMultiplyAdd(p, r, Vector256.Create(1.0 / 479001600));
        p = Vector256.FusedMultiplyAdd(p, r, Vector256.Create(1.0 / 39916800));
        p = Vector256.FusedMultiplyAdd(p, r, Vector256.Create(1.0 / 3628800));
        p = Vector256.FusedMultiplyAdd(p, r, Vector256.Create(1.0 / 362880));
        p = Vector256.FusedMultiplyAdd(p, r, Vector256.Create(1.0 / 40320));
        p = Vector256.FusedMultiplyAdd(p, r, Vector256.Create(1.0 / 5040));
        p = Vector256.FusedMultiplyAdd(p, r, Vector256.Create(1.0 / 720));
        p = Vector256.FusedMultiplyAdd(p, r, Vector256.Create(1.0 / 120));
        p = Vector256.FusedMultiplyAdd(p, r, Vector256.Create(1.0 / 24));
        p = Vector256.FusedMultiplyAdd(p, r, Vector256.Create(1.0 / 6));
        p = Vector256.FusedMultiplyAdd(p, r, Vector256.Create(0.5));
        Vector256<double> e = Vector256<double>.One + Vector256.FusedMultiplyAdd(p * r, r, r);

        // The power of two in two factors, so that results near the ends of the range neither overflow nor vanish early.
        Vector256<long> half = k >> 1;
        return e * PowerOfTwo(half) * PowerOfTwo(k - half);
    }

    /// <summary>eˣ, lane by lane, in wider registers: the same bits; +∞ and 0 where a double cannot hold it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> Exp(Vector512<double> x)
    {
        x = Vector512.Min(Vector512.Max(x, Vector512.Create(-800.0)), Vector512.Create(800.0));
        Vector512<double> rounded = Vector512.FusedMultiplyAdd(x, Vector512.Create(Log2E), Vector512.Create(Rounder));
        Vector512<long> k = rounded.AsInt64() - Vector512.Create(BitConverter.DoubleToInt64Bits(Rounder));
        Vector512<double> whole = rounded - Vector512.Create(Rounder);
        Vector512<double> r = Vector512.FusedMultiplyAdd(whole, Vector512.Create(-Ln2Low), Vector512.FusedMultiplyAdd(whole, Vector512.Create(-Ln2High), x));
        Vector512<double> p = Vector512.Create(1.0 / 6227020800);
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(1.0 / 479001600));
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(1.0 / 39916800));
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(1.0 / 3628800));
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(1.0 / 362880));
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(1.0 / 40320));
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(1.0 / 5040));
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(1.0 / 720));
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(1.0 / 120));
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(1.0 / 24));
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(1.0 / 6));
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(0.5));
        Vector512<double> e = Vector512<double>.One + Vector512.FusedMultiplyAdd(p * r, r, r);

        // The power of two in two factors, so that results near the ends of the range neither overflow nor vanish early.
        Vector512<long> half = k >> 1;
        return e * PowerOfTwo(half) * PowerOfTwo(k - half);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<double> PowerOfTwo(Vector256<long> exponent) =>
        ((exponent + Vector256.Create(1023L)) << 52).AsDouble();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<double> PowerOfTwo(Vector512<long> exponent) =>
        ((exponent + Vector512.Create(1023L)) << 52).AsDouble();
}
