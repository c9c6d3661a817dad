namespace MlOps.Boosting.Sampling;

/// <summary>
/// MT19937 (Matsumoto and Nishimura, 1998), with numbers drawn from it as GNU's C++ library does, because LightGBM's
/// stochastic rounding uses both.
/// </summary>
internal sealed class MersenneTwister
{
    private const int Size = 624;
    private const int Shift = 397;
    private readonly uint[] _state = new uint[Size];
    private int _next = Size;

    public MersenneTwister(uint seed)
    {
        _state[0] = seed;
        for (uint i = 1; i < Size; i++)
        {
            uint previous = _state[i - 1];
            _state[i] = unchecked((1812433253u * (previous ^ (previous >> 30))) + i);
        }
    }

    /// <summary>32 random bits.</summary>
    public uint NextBits()
    {
        if (_next == Size)
        {
            Twist();
        }

        uint y = _state[_next++];
        y ^= y >> 11;
        y ^= (y << 7) & 0x9D2C5680u;
        y ^= (y << 15) & 0xEFC60000u;
        return y ^ (y >> 18);
    }

    /// <summary>Numbers in [0, 1), from two draws each, the first being the lower half.</summary>
    public double[] NextDoubles(int count)
    {
        var numbers = new double[count];
        for (int i = 0; i < count; i++)
        {
            double low = NextBits();
            double high = NextBits();
            double value = (low + (high * 4294967296.0)) / 18446744073709551616.0;
            numbers[i] = value < 1 ? value : Math.BitDecrement(1.0);
        }

        return numbers;
    }

    /// <summary>A number from 0 to <paramref name="highest"/> (Lemire, "Fast random integer generation in an interval", 2019).</summary>
    public int NextInt(int highest)
    {
        uint range = (uint)highest + 1;
        ulong product = (ulong)NextBits() * range;
        if ((uint)product < range)
        {
            uint threshold = unchecked(0u - range) % range;
            while ((uint)product < threshold)
            {
                product = (ulong)NextBits() * range;
            }
        }

        return (int)(product >> 32);
    }

    private void Twist()
    {
        for (int i = 0; i < Size; i++)
        {
            uint y = (_state[i] & 0x80000000u) | (_state[(i + 1) % Size] & 0x7FFFFFFFu);
            _state[i] = _state[(i + Shift) % Size] ^ (y >> 1) ^ ((y & 1) != 0 ? 0x9908B0DFu : 0u);
        }

        _next = 0;
    }
}
