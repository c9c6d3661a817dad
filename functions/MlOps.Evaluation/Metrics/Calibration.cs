using MlOps.Evaluation.Drift;

namespace MlOps.Evaluation.Metrics;

/// <summary>One bin of a calibration curve.</summary>
/// <param name="Index">Number of the bin, from 0.</param>
/// <param name="Weight">Rows, or the sum of their weights.</param>
/// <param name="MeanPredicted">Mean probability.</param>
/// <param name="MeanObserved">Share of positives.</param>
public sealed record CalibrationBin(int Index, double Weight, double MeanPredicted, double MeanObserved);

/// <summary>How well probabilities agree with observed shares. Bins without rows are left out.</summary>
public static class Calibration
{
    /// <summary>Bins of equal width over [0, 1], closed on the left; the last holds 1 too.</summary>
    /// <param name="labels">0 or 1.</param>
    /// <param name="probabilities">Probabilities.</param>
    /// <param name="bins">Number of bins, 1 or more.</param>
    /// <param name="weights">Row weights; none for 1 each.</param>
    public static IReadOnlyList<CalibrationBin> Uniform(ReadOnlySpan<double> labels, ReadOnlySpan<double> probabilities, int bins, ReadOnlySpan<double> weights = default)
    {
        var index = new int[labels.Length];
        for (var i = 0; i < index.Length; i++)
        {
            index[i] = Math.Min((int)Math.Floor(bins * probabilities[i]), bins - 1);
        }

        return Binned(labels, probabilities, weights, index, bins);
    }

    /// <summary>Bins of equal width over [0, 1], closed on the right; the first holds 0 too (scikit-learn's calibration curve).</summary>
    /// <inheritdoc cref="Uniform" path="/param"/>
    public static IReadOnlyList<CalibrationBin> UniformRightClosed(ReadOnlySpan<double> labels, ReadOnlySpan<double> probabilities, int bins, ReadOnlySpan<double> weights = default)
    {
        double[] edges = [.. Enumerable.Range(1, bins - 1).Select(k => (double)k / bins)];
        return ByEdges(labels, probabilities, weights, edges);
    }

    /// <summary>Bins between quantiles of the probabilities, closed on the right (scikit-learn's strategy "quantile").</summary>
    /// <inheritdoc cref="Uniform" path="/param"/>
    public static IReadOnlyList<CalibrationBin> Quantiles(ReadOnlySpan<double> labels, ReadOnlySpan<double> probabilities, int bins, ReadOnlySpan<double> weights = default)
    {
        var sorted = probabilities.ToArray();
        Array.Sort(sorted);
        double[] edges = [.. Enumerable.Range(1, bins - 1).Select(k => NumericBins.Quantile(sorted, (double)k / bins))];
        return ByEdges(labels, probabilities, weights, edges);
    }

    /// <summary>Bins of equal row counts by rank of the probability, equal ones in row order.</summary>
    /// <inheritdoc cref="Uniform" path="/param"/>
    public static IReadOnlyList<CalibrationBin> EqualCounts(ReadOnlySpan<double> labels, ReadOnlySpan<double> probabilities, int bins, ReadOnlySpan<double> weights = default)
    {
        var values = probabilities.ToArray();
        int[] order = [.. Enumerable.Range(0, values.Length).OrderBy(i => values[i])];
        var index = new int[values.Length];
        for (var k = 0; k < bins; k++)
        {
            for (var rank = (long)k * values.Length / bins; rank < (long)(k + 1) * values.Length / bins; rank++)
            {
                index[order[rank]] = k;
            }
        }

        return Binned(labels, probabilities, weights, index, bins);
    }

    /// <summary>Expected calibration error: mean over the bins, by weight, of |mean predicted - mean observed|.</summary>
    public static double ExpectedError(IReadOnlyList<CalibrationBin> bins)
    {
        ArgumentNullException.ThrowIfNull(bins);
        var total = bins.Sum(b => b.Weight);
        return bins.Sum(b => b.Weight / total * Math.Abs(b.MeanPredicted - b.MeanObserved));
    }

    /// <summary>Largest |mean predicted - mean observed| of a bin.</summary>
    public static double LargestError(IReadOnlyList<CalibrationBin> bins) => bins.Max(b => Math.Abs(b.MeanPredicted - b.MeanObserved));

    private static CalibrationBin[] ByEdges(ReadOnlySpan<double> labels, ReadOnlySpan<double> probabilities, ReadOnlySpan<double> weights, double[] edges)
    {
        var index = new int[labels.Length];
        for (var i = 0; i < index.Length; i++)
        {
            var p = probabilities[i];
            index[i] = edges.Count(edge => edge < p);
        }

        return Binned(labels, probabilities, weights, index, edges.Length + 1);
    }

    private static CalibrationBin[] Binned(ReadOnlySpan<double> labels, ReadOnlySpan<double> probabilities, ReadOnlySpan<double> weights, int[] index, int bins)
    {
        var (weight, predicted, observed) = (new double[bins], new double[bins], new double[bins]);
        for (var i = 0; i < index.Length; i++)
        {
            var w = weights.IsEmpty ? 1 : weights[i];
            weight[index[i]] += w;
            predicted[index[i]] += w * probabilities[i];
            observed[index[i]] += w * labels[i];
        }

        return [.. Enumerable.Range(0, bins).Where(k => weight[k] > 0).Select(k => new CalibrationBin(k, weight[k], predicted[k] / weight[k], observed[k] / weight[k]))];
    }
}
