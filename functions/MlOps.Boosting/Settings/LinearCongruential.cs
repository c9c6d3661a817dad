namespace MlOps.Boosting.Settings;

/// <summary>
/// LightGBM's random numbers: x ← 214013·x + 2531011 (mod 2³²). The same seed gives the same draws as LightGBM,
/// so that sampled trainings can be compared tree by tree.
/// </summary>
internal sealed class LinearCongruential
{
    private uint _state;

    public LinearCongruential(int seed) => _state = (uint)seed;

    /// <summary>A number in [<paramref name="lower"/>, <paramref name="upper"/>), from 15 random bits.</summary>
    public int NextShort(int lower, int upper) => (NextBits15() % (upper - lower)) + lower;

    /// <summary>A number in [<paramref name="lower"/>, <paramref name="upper"/>), from 31 random bits.</summary>
    public int NextInt(int lower, int upper) => (NextBits31() % (upper - lower)) + lower;

    /// <summary>A multiple of 2⁻¹⁵ in [0, 1).</summary>
    public float NextFloat() => NextBits15() / 32768.0f;

    /// <summary><paramref name="count"/> of the indices 0 … <paramref name="total"/> - 1, ascending; none when the count is not in 1 … total.</summary>
    public int[] Sample(int total, int count)
    {
        if (count > total || count <= 0)
        {
            return [];
        }

        if (count == total)
        {
            return [.. Enumerable.Range(0, total)];
        }

        return count > 1 && count > total / Math.Log2(count) ? SampleDense(total, count) : SampleSparse(total, count);
    }

    private int[] SampleDense(int total, int count)
    {
        var taken = new List<int>(count);
        for (int i = 0; i < total; i++)
        {
            double probability = (count - taken.Count) / (double)(total - i);
            if (NextFloat() < probability)
            {
                taken.Add(i);
            }
        }

        return [.. taken];
    }

    private int[] SampleSparse(int total, int count)
    {
        var taken = new HashSet<int>(count);
        for (int r = total - count; r < total; r++)
        {
            if (!taken.Add(NextInt(0, r + 1)))
            {
                taken.Add(r);
            }
        }

        int[] sorted = [.. taken];
        Array.Sort(sorted);
        return sorted;
    }

    private int NextBits15()
    {
        _state = unchecked((214013u * _state) + 2531011u);
        return (int)((_state >> 16) & 0x7FFF);
    }

    private int NextBits31()
    {
        _state = unchecked((214013u * _state) + 2531011u);
        return (int)(_state & 0x7FFFFFFF);
    }
}
