using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using MlOps.Boosting.Binning;

namespace MlOps.Boosting.Kernels;

/// <summary>Finds the values that are not zero: of columns of zeros and ones they are few, and the others cost a comparison of eight at a time.</summary>
internal static unsafe class NonZeroKernel
{
    /// <summary>Where the values that are not zero stand; NaN is not zero.</summary>
    /// <param name="values">Values.</param>
    /// <param name="positions">Receives the positions, ascending; as long as the values.</param>
    /// <returns>How many there are.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int Find(ReadOnlySpan<double> values, Span<int> positions)
    {
        int count = 0;
        int i = 0;
        fixed (double* from = values)
        fixed (int* to = positions)
        {
            Vector256<double> zero = Vector256.Create(BinMapper.ZeroThreshold);
            for (; i + 8 <= values.Length; i += 8)
            {
                // Not near zero holds for NaN too.
                uint low = Vector256.LessThanOrEqual(Vector256.Abs(Vector256.Load(from + i)), zero).ExtractMostSignificantBits();
                uint high = Vector256.LessThanOrEqual(Vector256.Abs(Vector256.Load(from + i + 4)), zero).ExtractMostSignificantBits();
                for (uint left = ~(low | (high << 4)) & 0xFF; left != 0; left &= left - 1)
                {
                    to[count++] = i + BitOperations.TrailingZeroCount(left);
                }
            }

            for (; i < values.Length; i++)
            {
                if (!(Math.Abs(from[i]) <= BinMapper.ZeroThreshold))
                {
                    to[count++] = i;
                }
            }
        }

        return count;
    }
}
