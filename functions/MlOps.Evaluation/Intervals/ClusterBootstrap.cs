namespace MlOps.Evaluation.Intervals;

/// <summary>
/// The bootstrap of clusters, exactly: all rows of a period share what happened in it, so that periods, not rows, are what could
/// have come out otherwise, and whole periods are drawn with replacement (Field and Welsh 2007; Cameron, Gelbach and Miller 2008).
/// Of few clusters every resample can be counted with its chance (Fisher and Hall 1991), and nothing has to be drawn.
/// </summary>
public static class ClusterBootstrap
{
    /// <summary>The most clusters that are counted: they have 6,435 different resamples.</summary>
    public const int MostClusters = 8;

    /// <summary>Chance that the weighted mean of clusters drawn with replacement, as many as there are, is below a limit.</summary>
    /// <param name="values">What each cluster says.</param>
    /// <param name="weights">Weight of each cluster, above 0; a cluster takes it along each time it is drawn.</param>
    /// <param name="limit">The limit.</param>
    /// <returns>From 0 to 1.</returns>
    /// <exception cref="ArgumentException">There are no clusters, more than <see cref="MostClusters"/>, or not a weight for each.</exception>
    public static double ShareBelow(IReadOnlyList<double> values, IReadOnlyList<double> weights, double limit)
    {
        ArgumentNullException.ThrowIfNull(values);
        ArgumentNullException.ThrowIfNull(weights);
        if (values.Count is 0 or > MostClusters || weights.Count != values.Count || weights.Any(w => !(w > 0)))
        {
            throw new ArgumentException($"From 1 to {MostClusters} clusters, each with a weight above 0, can be counted; given are {values.Count} values and {weights.Count} weights.");
        }

        var count = values.Count;
        return Below(0, count, 0, 1);

        // Times that this cluster is drawn, of the draws that are left: the chances are those of the multinomial distribution, one binomial after the other.
        double Below(int cluster, int left, double sum, double chance)
        {
            if (cluster == count - 1)
            {
                return sum + (left * weights[cluster] * (values[cluster] - limit)) < 0 ? chance : 0;
            }

            var (share, total, ways) = (1.0 / (count - cluster), 0.0, 1.0);
            for (var times = 0; times <= left; times++)
            {
                var binomial = ways * Math.Pow(share, times) * Math.Pow(1 - share, left - times);
                total += Below(cluster + 1, left - times, sum + (times * weights[cluster] * (values[cluster] - limit)), chance * binomial);
                ways = ways * (left - times) / (times + 1);
            }

            return total;
        }
    }
}
