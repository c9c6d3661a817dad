namespace MlOps.Pipeline.Steps.Explain;

/// <summary>A seeded sample of rows without repetition, the same on every machine.</summary>
internal static class RowSample
{
    /// <summary>At most <paramref name="count"/> of the given rows, in their order.</summary>
    public static int[] Take(int[] rows, int count, int seed)
    {
        if (rows.Length <= count)
        {
            return rows;
        }

        // Fisher-Yates for the first places only, driven by SplitMix64 (Steele, Lea, Flood 2014).
        var pool = rows.ToArray();
        var state = (ulong)seed;
        for (var i = 0; i < count; i++)
        {
            var z = state += 0x9E3779B97F4A7C15UL;
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL;
            var other = i + (int)((z ^ (z >> 31)) % (ulong)(pool.Length - i));
            (pool[i], pool[other]) = (pool[other], pool[i]);
        }

        var taken = pool[..count];
        Array.Sort(taken);
        return taken;
    }
}
