namespace MlOps.Boosting.Binning;

/// <summary>Sorting of large samples: by radix on the numbers' bits, which beats comparing from some thousand values on.</summary>
internal static class SortedDoubles
{
    private const int RadixFrom = 4096;
    private const int DigitBits = 11;
    private const int Buckets = 1 << DigitBits;

    /// <summary>Sorts ascending. No NaN may be among the values; -0 comes before 0.</summary>
    /// <param name="values">Values.</param>
    /// <param name="buffers">Room for the bits of the values.</param>
    public static void Sort(Span<double> values, BinBuffers buffers)
    {
        if (values.Length < RadixFrom)
        {
            values.Sort();
            return;
        }

        RadixSort(values, buffers);
    }

    [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.AggressiveOptimization)]
    private static void RadixSort(Span<double> values, BinBuffers buffers)
    {
        Span<ulong> keys = buffers.Keys.AsSpan(0, values.Length);
        Span<ulong> swap = buffers.Swap.AsSpan(0, values.Length);
        for (int i = 0; i < keys.Length; i++)
        {
            keys[i] = Key(values[i]);
        }

        var counts = new int[Buckets];
        for (int shift = 0; shift < 64; shift += DigitBits)
        {
            Array.Clear(counts);
            foreach (ulong key in keys)
            {
                counts[(int)(key >> shift) & (Buckets - 1)]++;
            }

            if (Array.IndexOf(counts, keys.Length) >= 0)
            {
                continue; // all equal in this digit
            }

            int start = 0;
            for (int bucket = 0; bucket < Buckets; bucket++)
            {
                (counts[bucket], start) = (start, start + counts[bucket]);
            }

            foreach (ulong key in keys)
            {
                swap[counts[(int)(key >> shift) & (Buckets - 1)]++] = key;
            }

            Span<ulong> sorted = swap;
            swap = keys;
            keys = sorted;
        }

        for (int i = 0; i < keys.Length; i++)
        {
            values[i] = Value(keys[i]);
        }
    }

    // Flipping the sign bit (or all bits of a negative number) makes the order of the bits that of the numbers.
    private static ulong Key(double value)
    {
        ulong bits = BitConverter.DoubleToUInt64Bits(value);
        return (bits & (1UL << 63)) != 0 ? ~bits : bits | (1UL << 63);
    }

    private static double Value(ulong key) =>
        BitConverter.UInt64BitsToDouble((key & (1UL << 63)) != 0 ? key & ~(1UL << 63) : ~key);
}
