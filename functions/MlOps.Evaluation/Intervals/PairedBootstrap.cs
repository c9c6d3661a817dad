using MlOps.Evaluation.Drift;

namespace MlOps.Evaluation.Intervals;

/// <summary>The difference of a metric between two models on the same rows, with its distribution over resamples of those rows.</summary>
/// <param name="Full">First minus second on all rows.</param>
/// <param name="Resamples">First minus second on each resample, in order.</param>
public sealed record PairedBootstrap(double Full, IReadOnlyList<double> Resamples)
{
    /// <summary>A metric of labels and predictions.</summary>
    public delegate double Metric(ReadOnlySpan<double> labels, ReadOnlySpan<double> predictions);

    /// <summary>Mean over the resamples.</summary>
    public double Mean => Resamples.Average();

    /// <summary>Sample standard deviation over the resamples.</summary>
    public double StandardDeviation
    {
        get
        {
            var mean = Mean;
            return Math.Sqrt(Resamples.Sum(d => (d - mean) * (d - mean)) / (Resamples.Count - 1));
        }
    }

    /// <summary>95 % percentile interval.</summary>
    public (double Low, double High) PercentileInterval => Percentiles(0.95);

    /// <summary>95 % basic (reflected) interval.</summary>
    public (double Low, double High) BasicInterval
    {
        get
        {
            var (low, high) = PercentileInterval;
            return ((2 * Full) - high, (2 * Full) - low);
        }
    }

    /// <summary>Share of resamples with a difference of 0 or less.</summary>
    public double ShareAtOrBelowZero => Resamples.Count(d => d <= 0) / (double)Resamples.Count;

    /// <summary>Share of resamples with a difference of 0 or more.</summary>
    public double ShareAtOrAboveZero => Resamples.Count(d => d >= 0) / (double)Resamples.Count;

    /// <summary>The percentile interval of any confidence.</summary>
    /// <param name="confidence">Above 0 and below 1.</param>
    public (double Low, double High) Percentiles(double confidence)
    {
        double[] sorted = [.. Resamples.Order()];
        return (NumericBins.Quantile(sorted, (1 - confidence) / 2), NumericBins.Quantile(sorted, (1 + confidence) / 2));
    }

    /// <summary>Compares two models on given resamples.</summary>
    /// <param name="metric">The metric; a resample on which it is undefined (NaN) for either model is left out.</param>
    /// <param name="labels">Labels.</param>
    /// <param name="a">Predictions of the first model.</param>
    /// <param name="b">Predictions of the second model.</param>
    /// <param name="indices">Row numbers of each resample, the same for both models.</param>
    public static PairedBootstrap Compare(Metric metric, double[] labels, double[] a, double[] b, IEnumerable<int[]> indices)
    {
        ArgumentNullException.ThrowIfNull(metric);
        var differences = new List<double>();
        foreach (var rows in indices)
        {
            var y = Array.ConvertAll(rows, i => labels[i]);
            var difference = metric(y, Array.ConvertAll(rows, i => a[i])) - metric(y, Array.ConvertAll(rows, i => b[i]));
            if (!double.IsNaN(difference))
            {
                differences.Add(difference);
            }
        }

        return new(metric(labels, a) - metric(labels, b), differences);
    }

    /// <summary>Resamples of rows with replacement, the same for the same seed on every machine.</summary>
    /// <param name="rows">Number of rows, 1 or more.</param>
    /// <param name="count">Number of resamples.</param>
    /// <param name="seed">Seed.</param>
    public static IEnumerable<int[]> Draw(int rows, int count, ulong seed)
    {
        var state = seed;
        for (var i = 0; i < count; i++)
        {
            var indices = new int[rows];
            for (var j = 0; j < rows; j++)
            {
                indices[j] = (int)Math.BigMul(Next(ref state), (ulong)rows, out _);
            }

            yield return indices;
        }
    }

    /// <summary>SplitMix64 (Steele, Lea and Flood 2014).</summary>
    private static ulong Next(ref ulong state)
    {
        var z = state += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
