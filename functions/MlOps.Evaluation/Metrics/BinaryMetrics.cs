namespace MlOps.Evaluation.Metrics;

/// <summary>
/// Metrics of a binary classification. Labels are 0 or 1, scores are probabilities where a formula needs them, weights
/// are positive and default to 1. Undefined quotients are NaN unless said otherwise.
/// </summary>
public static class BinaryMetrics
{
    /// <summary>Double precision's unit, the clip of scikit-learn's log loss.</summary>
    public const double Epsilon = 2.220446049250313e-16;

    /// <summary>
    /// Area under the ROC curve: the share of (positive, negative) pairs that are in order, ties counting half.
    /// NaN where a class is absent.
    /// </summary>
    /// <param name="labels">0 or 1.</param>
    /// <param name="scores">Any scores, higher for positive.</param>
    /// <param name="weights">Row weights.</param>
    public static double Auc(ReadOnlySpan<double> labels, ReadOnlySpan<double> scores, ReadOnlySpan<double> weights = default)
    {
        double positives = 0, negatives = 0, area = 0;
        foreach (var (positive, negative) in Curves.Steps(labels, scores, weights))
        {
            // Negatives of this score lie below every positive seen before and tie with those of the same score.
            area += negative * (positives + (positive / 2));
            positives += positive;
            negatives += negative;
        }

        return area / (positives * negatives);
    }

    /// <summary>Mean of -log(p) over positives and -log(1 - p) over negatives, p clipped to [clip, 1 - clip].</summary>
    /// <param name="labels">0 or 1.</param>
    /// <param name="scores">Probabilities.</param>
    /// <param name="weights">Row weights.</param>
    /// <param name="clip">Clip value.</param>
    public static double LogLoss(
        ReadOnlySpan<double> labels, ReadOnlySpan<double> scores, ReadOnlySpan<double> weights = default, double clip = Epsilon)
    {
        double sum = 0, total = 0;
        for (var i = 0; i < labels.Length; i++)
        {
            var p = Math.Min(Math.Max(scores[i], clip), 1 - clip);
            var w = weights.IsEmpty ? 1 : weights[i];
            sum -= w * Math.Log(labels[i] > 0 ? p : 1 - p);
            total += w;
        }

        return sum / total;
    }

    /// <summary>Weighted mean of (p - y)².</summary>
    /// <param name="labels">0 or 1.</param>
    /// <param name="scores">Probabilities.</param>
    /// <param name="weights">Row weights.</param>
    public static double Brier(ReadOnlySpan<double> labels, ReadOnlySpan<double> scores, ReadOnlySpan<double> weights = default)
    {
        double sum = 0, total = 0;
        for (var i = 0; i < labels.Length; i++)
        {
            var w = weights.IsEmpty ? 1 : weights[i];
            sum += w * (scores[i] - labels[i]) * (scores[i] - labels[i]);
            total += w;
        }

        return sum / total;
    }

    /// <summary>Average precision: sum over distinct scores, highest first, of recall step times precision.</summary>
    /// <param name="labels">0 or 1.</param>
    /// <param name="scores">Scores.</param>
    /// <param name="weights">Row weights.</param>
    public static double AveragePrecision(ReadOnlySpan<double> labels, ReadOnlySpan<double> scores, ReadOnlySpan<double> weights = default)
    {
        double positives = 0, all = 0, sum = 0;
        foreach (var (positive, negative) in Curves.Steps(labels, scores, weights))
        {
            positives += positive;
            all += positive + negative;
            sum += positive * positives / all;
        }

        return sum / positives;
    }

    /// <summary>Kolmogorov-Smirnov statistic: the largest difference of true and false positive rate, whichever is larger.</summary>
    /// <param name="labels">0 or 1.</param>
    /// <param name="scores">Scores.</param>
    /// <param name="weights">Row weights.</param>
    public static double Ks(ReadOnlySpan<double> labels, ReadOnlySpan<double> scores, ReadOnlySpan<double> weights = default)
    {
        double largest = 0;
        foreach (var point in Curves.Roc(labels, scores, weights))
        {
            largest = Math.Max(largest, Math.Abs(point.TruePositiveRate - point.FalsePositiveRate));
        }

        return largest;
    }

    /// <summary>Confusion counts (sums of weights) at a threshold: positive where score &gt;= threshold.</summary>
    /// <param name="labels">0 or 1.</param>
    /// <param name="scores">Scores.</param>
    /// <param name="threshold">Threshold.</param>
    /// <param name="weights">Row weights.</param>
    public static Confusion At(
        ReadOnlySpan<double> labels, ReadOnlySpan<double> scores, double threshold, ReadOnlySpan<double> weights = default)
    {
        double tp = 0, fp = 0, fn = 0, tn = 0;
        for (var i = 0; i < labels.Length; i++)
        {
            var w = weights.IsEmpty ? 1 : weights[i];
            switch (labels[i] > 0, scores[i] >= threshold)
            {
                case (true, true): tp += w; break;
                case (false, true): fp += w; break;
                case (true, false): fn += w; break;
                default: tn += w; break;
            }
        }

        return new Confusion(tp, fp, fn, tn);
    }

    /// <summary>The threshold with the best F1, the highest of several: one of the scores, or 0.5 where no row is positive.</summary>
    /// <param name="labels">0 or 1.</param>
    /// <param name="scores">Probabilities.</param>
    public static double BestF1Threshold(ReadOnlySpan<double> labels, ReadOnlySpan<double> scores)
    {
        double total = 0;
        foreach (var label in labels)
        {
            total += label;
        }

        double tp = 0, fp = 0, best = -1, threshold = 0.5;
        foreach (var (positive, negative, score) in Curves.ScoredSteps(labels, scores, default))
        {
            tp += positive;
            fp += negative;
            var f1 = 2 * tp / (tp + fp + total);
            if (total > 0 && f1 > best)
            {
                (best, threshold) = (f1, score);
            }
        }

        return threshold;
    }
}

/// <summary>Confusion counts, or sums of weights, of a binary classification.</summary>
/// <param name="TruePositives">Positive rows predicted positive.</param>
/// <param name="FalsePositives">Negative rows predicted positive.</param>
/// <param name="FalseNegatives">Positive rows predicted negative.</param>
/// <param name="TrueNegatives">Negative rows predicted negative.</param>
public readonly record struct Confusion(double TruePositives, double FalsePositives, double FalseNegatives, double TrueNegatives)
{
    /// <summary>Share of rows predicted right.</summary>
    public double Accuracy => (TruePositives + TrueNegatives) / (TruePositives + FalsePositives + FalseNegatives + TrueNegatives);

    /// <summary>Share of predicted positives that are positive; NaN where none is predicted.</summary>
    public double Precision => TruePositives / (TruePositives + FalsePositives);

    /// <summary>Share of positives that are predicted positive; NaN where there is none.</summary>
    public double Recall => TruePositives / (TruePositives + FalseNegatives);

    /// <summary>Share of negatives that are predicted negative; NaN where there is none.</summary>
    public double Specificity => TrueNegatives / (TrueNegatives + FalsePositives);

    /// <summary>Harmonic mean of precision and recall, 2TP / (2TP + FP + FN).</summary>
    public double F1 => 2 * TruePositives / ((2 * TruePositives) + FalsePositives + FalseNegatives);

    /// <summary>Mean of recall and specificity.</summary>
    public double BalancedAccuracy => (Recall + Specificity) / 2;

    /// <summary>Matthews' correlation coefficient, 0 where its denominator is 0.</summary>
    public double Mcc
    {
        get
        {
            // The roots are taken one by one: the product of four sums of weights could overflow.
            var denominator = Math.Sqrt(TruePositives + FalsePositives) * Math.Sqrt(TruePositives + FalseNegatives)
                * Math.Sqrt(TrueNegatives + FalsePositives) * Math.Sqrt(TrueNegatives + FalseNegatives);
            return denominator == 0 ? 0 : ((TruePositives * TrueNegatives) - (FalsePositives * FalseNegatives)) / denominator;
        }
    }
}
