using MlOps.Evaluation.Intervals;

namespace MlOps.Evaluation.Metrics;

/// <summary>
/// Performance to be expected of predictions whose labels are not known yet, from calibrated probabilities (NannyML's confidence-based
/// estimation). As good as the calibration: it cannot see a change of the relation between features and label.
/// </summary>
public static class EstimatedPerformance
{
    /// <summary>Expected confusion counts; quotients of 0 by 0 are to be read as 0.</summary>
    /// <param name="calibrated">Calibrated probabilities.</param>
    /// <param name="predicted">0 or 1.</param>
    public static Confusion Counts(ReadOnlySpan<double> calibrated, ReadOnlySpan<double> predicted)
    {
        double tp = 0, fp = 0, fn = 0, tn = 0;
        for (var i = 0; i < calibrated.Length; i++)
        {
            var c = calibrated[i];
            if (predicted[i] > 0)
            {
                tp += c;
                fp += 1 - c;
            }
            else
            {
                fn += c;
                tn += 1 - c;
            }
        }

        return new Confusion(tp, fp, fn, tn);
    }

    /// <summary>Expected area under the ROC curve: each row counts as a positive by its calibrated probability and as a negative by the rest.</summary>
    /// <param name="calibrated">Calibrated probabilities.</param>
    /// <param name="scores">The scores that order the rows; equal ones share a step.</param>
    public static double Auc(ReadOnlySpan<double> calibrated, ReadOnlySpan<double> scores)
    {
        double area = 0, positives = 0, negatives = 0;
        foreach (var (c, n) in Steps(calibrated, scores))
        {
            area += (n - c) * (positives + (c / 2));
            positives += c;
            negatives += n - c;
        }

        return area / (positives * negatives);
    }

    /// <summary>Expected average precision.</summary>
    /// <inheritdoc cref="Auc" path="/param"/>
    public static double AveragePrecision(ReadOnlySpan<double> calibrated, ReadOnlySpan<double> scores)
    {
        double sum = 0, positives = 0, rows = 0;
        foreach (var (c, n) in Steps(calibrated, scores))
        {
            positives += c;
            rows += n;
            sum += c * positives / rows;
        }

        return sum / positives;
    }

    /// <summary>Expected confusion matrix of several classes: entry (i, j) is the expected number of rows of class i predicted as j.</summary>
    /// <param name="calibrated">Calibrated probabilities of the classes, a row each.</param>
    /// <param name="predicted">Predicted class of each row.</param>
    public static double[][] Counts(IReadOnlyList<double[]> calibrated, IReadOnlyList<int> predicted)
    {
        ArgumentNullException.ThrowIfNull(calibrated);
        ArgumentNullException.ThrowIfNull(predicted);
        var classes = calibrated[0].Length;
        double[][] counts = [.. Enumerable.Range(0, classes).Select(_ => new double[classes])];
        for (var row = 0; row < calibrated.Count; row++)
        {
            for (var k = 0; k < classes; k++)
            {
                counts[k][predicted[row]] += calibrated[row][k];
            }
        }

        return counts;
    }

    /// <summary>
    /// Standard error that the number of rows alone gives an AUC: spread of the negatives below each positive of the reference, over √(positives in a chunk).
    /// The rarer class counts as positive.
    /// </summary>
    /// <param name="labels">Labels of the reference, 0 or 1.</param>
    /// <param name="scores">Scores of the reference.</param>
    /// <param name="chunkRows">Rows of a chunk.</param>
    public static (double Deviation, double PositiveShare, double SamplingError) AucSamplingError(ReadOnlySpan<double> labels, ReadOnlySpan<double> scores, int chunkRows)
    {
        var (y, s) = (labels.ToArray(), scores.ToArray());
        if (y.Average() > 0.5)
        {
            (y, s) = (Array.ConvertAll(y, v => 1 - v), Array.ConvertAll(s, v => 1 - v));
        }

        var share = y.Average();
        var placements = Placements.Of(y, s).Positive;
        var mean = placements.Average();
        var deviation = Math.Sqrt(placements.Sum(v => (v - mean) * (v - mean)) / placements.Length);
        return (deviation, share, deviation / Math.Sqrt(chunkRows * share));
    }

    /// <summary>Mean, population standard deviation and mean ± three of them, over a metric of the reference's chunks: beyond it an alert is due.</summary>
    public static (double Mean, double Deviation, double Low, double High) AlertRange(IReadOnlyList<double> chunkMetrics)
    {
        var mean = chunkMetrics.Average();
        var deviation = Math.Sqrt(chunkMetrics.Sum(v => (v - mean) * (v - mean)) / chunkMetrics.Count);
        return (mean, deviation, mean - (3 * deviation), mean + (3 * deviation));
    }

    /// <summary>Sum of probabilities and number of rows by distinct score, highest first.</summary>
    private static IEnumerable<(double Calibrated, double Rows)> Steps(ReadOnlySpan<double> calibrated, ReadOnlySpan<double> scores)
    {
        var c = calibrated.ToArray();
        return scores.ToArray().Select((score, i) => (score, i)).GroupBy(p => p.score).OrderByDescending(g => g.Key)
            .Select(g => (g.Sum(p => c[p.i]), (double)g.Count()));
    }
}

/// <summary>Isotonic regression of labels on scores (pool adjacent violators): turns scores into calibrated probabilities without changing their order.</summary>
/// <param name="Scores">Distinct scores of the reference, ascending.</param>
/// <param name="Fitted">Calibrated probability at each, ascending.</param>
public sealed record IsotonicCalibration(IReadOnlyList<double> Scores, IReadOnlyList<double> Fitted)
{
    /// <summary>Fits labels to scores.</summary>
    /// <param name="labels">0 or 1.</param>
    /// <param name="scores">Scores.</param>
    public static IsotonicCalibration Fit(ReadOnlySpan<double> labels, ReadOnlySpan<double> scores)
    {
        var y = labels.ToArray();
        var points = scores.ToArray().Select((score, i) => (score, i)).GroupBy(p => p.score).OrderBy(g => g.Key)
            .Select(g => (Score: g.Key, Sum: g.Sum(p => y[p.i]), Rows: g.Count())).ToList();
        // Blocks of neighbours that were out of order and share their mean.
        var blocks = new Stack<(double Sum, double Rows, int Points)>();
        foreach (var point in points)
        {
            var block = (point.Sum, Rows: (double)point.Rows, Points: 1);
            while (blocks.TryPeek(out var last) && last.Sum / last.Rows >= block.Sum / block.Rows)
            {
                blocks.Pop();
                block = (block.Sum + last.Sum, block.Rows + last.Rows, block.Points + last.Points);
            }

            blocks.Push(block);
        }

        return new([.. points.Select(p => p.Score)], [.. blocks.Reverse().SelectMany(b => Enumerable.Repeat(b.Sum / b.Rows, b.Points))]);
    }

    /// <summary>The calibrated probability of a score: linear between fitted scores, constant beyond them.</summary>
    public double Of(double score)
    {
        if (score <= Scores[0])
        {
            return Fitted[0];
        }

        if (score > Scores[^1])
        {
            return Fitted[^1];
        }

        // The first fitted score that is not below.
        var (low, high) = (1, Scores.Count - 1);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = Scores[middle] < score ? (middle + 1, high) : (low, middle);
        }

        return Fitted[low - 1] + ((Fitted[low] - Fitted[low - 1]) * (score - Scores[low - 1]) / (Scores[low] - Scores[low - 1]));
    }
}
