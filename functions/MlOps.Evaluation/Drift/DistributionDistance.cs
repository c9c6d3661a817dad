namespace MlOps.Evaluation.Drift;

/// <summary>How far apart two discrete distributions over the same bins are.</summary>
public static class DistributionDistance
{
    /// <summary>Counts as shares of their sum. A sample without rows is an error: a drift of 0 would be a lie.</summary>
    /// <exception cref="ArgumentException">The counts sum to 0.</exception>
    public static double[] Shares(ReadOnlySpan<long> counts)
    {
        long total = 0;
        foreach (var count in counts)
        {
            total += count;
        }

        if (total == 0)
        {
            throw new ArgumentException("There is not one value to compare: a drift of an empty sample is not defined.", nameof(counts));
        }

        var shares = new double[counts.Length];
        for (var i = 0; i < shares.Length; i++)
        {
            shares[i] = (double)counts[i] / total;
        }

        return shares;
    }

    /// <summary>Population stability index: sum of (q - p) log(q / p). Shares of 0 must have been filled, or it is infinite.</summary>
    /// <param name="reference">Shares p.</param>
    /// <param name="current">Shares q.</param>
    public static double StabilityIndex(ReadOnlySpan<double> reference, ReadOnlySpan<double> current)
    {
        double sum = 0;
        for (var i = 0; i < reference.Length; i++)
        {
            var (p, q) = (reference[i], current[i]);
            sum += p == q ? 0 : (q - p) * Math.Log(q / p);
        }

        return sum;
    }

    /// <summary>Replaces shares of 0 by a small one; nothing is renormalised.</summary>
    public static double[] Fill(ReadOnlySpan<double> shares, double zero = 1e-4)
    {
        var filled = shares.ToArray();
        foreach (ref var share in filled.AsSpan())
        {
            share = share == 0 ? zero : share;
        }

        return filled;
    }

    /// <summary>As Evidently fills: 1e-4, or a millionth of the smallest share above 0 where that is 1e-4 or less.</summary>
    public static double[] FillBelowSmallest(ReadOnlySpan<double> shares)
    {
        var smallest = double.PositiveInfinity;
        foreach (var share in shares)
        {
            smallest = share > 0 ? Math.Min(smallest, share) : smallest;
        }

        return Fill(shares, smallest <= 1e-4 ? smallest / 1e6 : 1e-4);
    }

    /// <summary>Jensen-Shannon distance, the square root of the divergence: at most 1 with base 2, √(ln 2) with base e.</summary>
    /// <param name="p">Shares.</param>
    /// <param name="q">Shares.</param>
    /// <param name="logBase">Base of the logarithm.</param>
    public static double JensenShannon(ReadOnlySpan<double> p, ReadOnlySpan<double> q, double logBase = 2)
    {
        double sum = 0;
        for (var i = 0; i < p.Length; i++)
        {
            var middle = (p[i] + q[i]) / 2;
            sum += Relative(p[i], middle) + Relative(q[i], middle);
        }

        return Math.Sqrt(Math.Max(0, sum / 2 / Math.Log(logBase)));

        static double Relative(double share, double to) => share == 0 ? 0 : share * Math.Log(share / to);
    }

    /// <summary>Hellinger distance: √(½ Σ (√p - √q)²), at most 1.</summary>
    public static double Hellinger(ReadOnlySpan<double> p, ReadOnlySpan<double> q)
    {
        double sum = 0;
        for (var i = 0; i < p.Length; i++)
        {
            var d = Math.Sqrt(p[i]) - Math.Sqrt(q[i]);
            sum += d * d;
        }

        return Math.Sqrt(sum / 2);
    }

    /// <summary>Largest difference of a share.</summary>
    public static double Largest(ReadOnlySpan<double> p, ReadOnlySpan<double> q)
    {
        double largest = 0;
        for (var i = 0; i < p.Length; i++)
        {
            largest = Math.Max(largest, Math.Abs(p[i] - q[i]));
        }

        return largest;
    }

    /// <summary>Total variation: half the sum of the differences.</summary>
    public static double TotalVariation(ReadOnlySpan<double> p, ReadOnlySpan<double> q)
    {
        double sum = 0;
        for (var i = 0; i < p.Length; i++)
        {
            sum += Math.Abs(p[i] - q[i]);
        }

        return sum / 2;
    }
}
