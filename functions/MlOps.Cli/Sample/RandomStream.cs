using System.Numerics;

namespace MlOps.Cli.Sample;

/// <summary>
/// Random numbers with a written rule (xoshiro256** by Blackman and Vigna, seeded through SplitMix64), so that a seed
/// means the same sample on every machine and with every version of the runtime. Only additions and multiplications
/// make the numbers, so they are equal to the last bit.
/// </summary>
internal struct RandomStream
{
    private ulong s0;
    private ulong s1;
    private ulong s2;
    private ulong s3;

    /// <summary>The stream of one row; streams of different keys are independent.</summary>
    /// <param name="seed">Seed of the sample.</param>
    /// <param name="file">Number of the file in the sample.</param>
    /// <param name="row">Number of the row in the file.</param>
    public RandomStream(ulong seed, int file, long row)
    {
        var state = Mix(Mix(Mix(seed) + (ulong)file) + (ulong)row);
        s0 = Next(ref state);
        s1 = Next(ref state);
        s2 = Next(ref state);
        s3 = Next(ref state);
    }

    /// <summary>Uniform in [0, 1) with 53 random bits.</summary>
    public double Uniform() => (NextBits() >> 11) * (1.0 / (1UL << 53));

    /// <summary>Nearly normal, mean 0 and variance 1: the sum of twelve uniforms, which needs no library function.</summary>
    public double Normal()
    {
        var sum = -6.0;
        for (var i = 0; i < 12; i++)
        {
            sum += Uniform();
        }

        return sum;
    }

    /// <summary>True with the given probability.</summary>
    /// <param name="probability">In [0, 1].</param>
    public bool Chance(double probability) => Uniform() < probability;

    /// <summary>A whole number in [0, <paramref name="bound"/>).</summary>
    /// <param name="bound">At least 1.</param>
    public int Below(int bound) => (int)(Uniform() * bound);

    /// <summary>One of the choices, each by its weight; the weights need not sum to 1.</summary>
    /// <param name="choices">Choices and weights.</param>
    public string Pick(ReadOnlySpan<(string Text, double Weight)> choices)
    {
        var total = 0.0;
        foreach (var choice in choices)
        {
            total += choice.Weight;
        }

        var left = Uniform() * total;
        foreach (var choice in choices)
        {
            left -= choice.Weight;
            if (left < 0)
            {
                return choice.Text;
            }
        }

        return choices[^1].Text;
    }

    private static ulong Mix(ulong value)
    {
        var state = value;
        return Next(ref state);
    }

    private static ulong Next(ref ulong state)
    {
        state += 0x9E3779B97F4A7C15;
        var z = state;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    private ulong NextBits()
    {
        var result = BitOperations.RotateLeft(s1 * 5, 7) * 9;
        var shifted = s1 << 17;
        s2 ^= s0;
        s3 ^= s1;
        s1 ^= s2;
        s0 ^= s3;
        s2 ^= shifted;
        s3 = BitOperations.RotateLeft(s3, 45);
        return result;
    }
}
