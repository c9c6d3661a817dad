namespace MlOps.Tuning.Tests.Comparison;

/// <summary>The rank-sum test of Mann and Whitney 1947 with the normal approximation, corrected for ties and continuity.</summary>
internal static class MannWhitney
{
    /// <summary>One-sided p value of "the first sample tends to be larger than the second".</summary>
    public static double Greater(double[] first, double[] second)
    {
        var all = first.Select(v => (Value: v, First: true)).Concat(second.Select(v => (Value: v, First: false))).OrderBy(p => p.Value).ToArray();
        double rankSum = 0, ties = 0;
        for (var i = 0; i < all.Length;)
        {
            var j = i;
            while (j < all.Length && all[j].Value == all[i].Value)
            {
                j++;
            }

            var rank = (i + j + 1) / 2.0;
            rankSum += rank * all.AsSpan(i, j - i).ToArray().Count(p => p.First);
            ties += Math.Pow(j - i, 3) - (j - i);
            i = j;
        }

        double n = first.Length, m = second.Length, total = n + m;
        var u = rankSum - (n * (n + 1) / 2);
        var sd = Math.Sqrt(n * m / 12 * (total + 1 - (ties / (total * (total - 1)))));
        return sd == 0 ? 0.5 : Math.Exp(StandardNormal.LogCumulative(-((u - (n * m / 2) - 0.5) / sd)));
    }
}
