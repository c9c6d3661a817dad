namespace MlOps.Tabular;

/// <summary>
/// Quantiles of a stream in bounded memory (Z. Karnin, K. Lang, E. Liberty, Optimal quantile approximation in streams, FOCS 2016). Exact up to
/// <see cref="K"/> values; beyond, the rank of an answer is off by at most <see cref="RankError"/> of all values with 99 % confidence. Mergeable.
/// Deterministic: its coin is a generator with a fixed seed.
/// </summary>
internal sealed class KllSketch
{
    /// <summary>Capacity of the highest level.</summary>
    public const int K = 1024;

    /// <summary>Bound of the error in rank, as a fraction of the number of values: 2.296 / K^0.9021, the bound measured for this family of sketches.</summary>
    public const double RankError = 0.0045;

    private const double Shrink = 2.0 / 3;
    private readonly List<Level> _levels = [new Level()];
    private ulong _coin = 0x9E3779B97F4A7C15;

    public long Count { get; private set; }

    /// <summary>Adds values; NaN is not allowed.</summary>
    public void Add(ReadOnlySpan<double> values)
    {
        foreach (var value in values)
        {
            Append(0, value);
        }

        Count += values.Length;
    }

    public void Add(double value, long weight)
    {
        for (var level = 0; weight > 0; level++, weight >>= 1)
        {
            if ((weight & 1) != 0)
            {
                Append(level, value);
                Count += 1L << level;
            }
        }
    }

    public void Merge(KllSketch other)
    {
        for (var l = 0; l < other._levels.Count; l++)
        {
            var level = other._levels[l];
            for (var i = 0; i < level.Length; i++)
            {
                Append(l, level.Items[i]);
            }
        }

        Count += other.Count;
    }

    /// <summary>All kept values in order, each with the number of values that it stands for.</summary>
    public (double[] Values, long[] Weights) Sorted()
    {
        var values = new List<double>();
        var weights = new List<long>();
        for (var l = 0; l < _levels.Count; l++)
        {
            for (var i = 0; i < _levels[l].Length; i++)
            {
                values.Add(_levels[l].Items[i]);
                weights.Add(1L << l);
            }
        }

        var v = values.ToArray();
        var w = weights.ToArray();
        Array.Sort(v, w);
        return (v, w);
    }

    private int Capacity(int level) => Math.Max(8, (int)Math.Ceiling(K * Math.Pow(Shrink, _levels.Count - 1 - level)));

    private void Append(int level, double value)
    {
        while (_levels.Count <= level)
        {
            _levels.Add(new Level());
        }

        var target = _levels[level];
        if (target.Length == target.Items.Length)
        {
            if (target.Length < Capacity(level))
            {
                Array.Resize(ref target.Items, Math.Min(Capacity(level), target.Length * 2));
            }
            else
            {
                Compact(level);
            }
        }

        target.Items[target.Length++] = value;
    }

    /// <summary>Sorts a full level and hands every second value up with double weight; a coin says whether the odd or the even ones.</summary>
    private void Compact(int level)
    {
        var full = _levels[level];
        Array.Sort(full.Items, 0, full.Length);
        _coin ^= _coin << 13;
        _coin ^= _coin >> 7;
        _coin ^= _coin << 17;
        var pairs = full.Length / 2;
        var offset = (int)(_coin >> 63);
        var last = full.Items[full.Length - 1];
        var rest = full.Length - (2 * pairs);
        full.Length = 0;
        for (var i = 0; i < pairs; i++)
        {
            Append(level + 1, full.Items[(2 * i) + offset]);
        }

        if (rest > 0)
        {
            full.Items[full.Length++] = last;
        }
    }

    private sealed class Level
    {
        public double[] Items = new double[64];
        public int Length;
    }
}
