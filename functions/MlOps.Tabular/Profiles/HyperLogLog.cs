using System.Numerics;

namespace MlOps.Tabular;

/// <summary>
/// Estimates how many different values were added (P. Flajolet, E. Fusy, O. Gandouet, F. Meunier, HyperLogLog, AofA 2007), with 2^14 registers:
/// standard error 1.04 / sqrt(2^14) = 0.81 %. Mergeable; the answer does not depend on order.
/// </summary>
internal sealed class HyperLogLog
{
    /// <summary>Relative standard error of <see cref="Estimate"/>.</summary>
    public const double StandardError = 0.0081;

    private const int Precision = 14;
    private readonly byte[] _registers = new byte[1 << Precision];

    /// <summary>Adds a value by its hash, whose bits must be well mixed (<see cref="Mix"/>).</summary>
    public void Add(ulong hash)
    {
        var register = (int)(hash >> (64 - Precision));
        var rank = (byte)(BitOperations.LeadingZeroCount((hash << Precision) | (1UL << (Precision - 1))) + 1);
        if (rank > _registers[register])
        {
            _registers[register] = rank;
        }
    }

    public void Merge(HyperLogLog other)
    {
        for (var i = 0; i < _registers.Length; i++)
        {
            _registers[i] = Math.Max(_registers[i], other._registers[i]);
        }
    }

    public long Estimate()
    {
        double m = _registers.Length;
        var sum = 0.0;
        var empty = 0;
        foreach (var register in _registers)
        {
            sum += Math.ScaleB(1, -register);
            empty += register == 0 ? 1 : 0;
        }

        var raw = 0.7213 / (1 + (1.079 / m)) * m * m / sum;
        // Small counts: linear counting of empty registers, as in the paper's section 4.
        return (long)Math.Round(raw <= 2.5 * m && empty > 0 ? m * Math.Log(m / empty) : raw);
    }

    /// <summary>Mixes 64 bits so that each depends on all (finaliser of MurmurHash3).</summary>
    public static ulong Mix(ulong value)
    {
        value ^= value >> 33;
        value *= 0xFF51AFD7ED558CCD;
        value ^= value >> 33;
        value *= 0xC4CEB9FE1A85EC53;
        return value ^ (value >> 33);
    }
}
