namespace MlOps.Evaluation.Metrics;

/// <summary>A point of the ROC curve.</summary>
/// <param name="Threshold">Rows with at least this score are predicted positive; infinite for the first point.</param>
/// <param name="FalsePositiveRate">Share of negatives predicted positive.</param>
/// <param name="TruePositiveRate">Share of positives predicted positive.</param>
public readonly record struct RocPoint(double Threshold, double FalsePositiveRate, double TruePositiveRate);

/// <summary>A point of the precision-recall curve.</summary>
/// <param name="Threshold">Rows with at least this score are predicted positive.</param>
/// <param name="Recall">Share of positives predicted positive.</param>
/// <param name="Precision">Share of predicted positives that are positive.</param>
public readonly record struct PrecisionRecallPoint(double Threshold, double Recall, double Precision);

/// <summary>Curves over the distinct scores, highest first; tied scores are one step.</summary>
public static class Curves
{
    /// <summary>ROC curve with one point a distinct score, preceded by (0, 0) at infinity; no point is dropped.</summary>
    /// <param name="labels">0 or 1.</param>
    /// <param name="scores">Scores.</param>
    /// <param name="weights">Row weights.</param>
    public static IReadOnlyList<RocPoint> Roc(
        ReadOnlySpan<double> labels, ReadOnlySpan<double> scores, ReadOnlySpan<double> weights = default)
    {
        var steps = ScoredSteps(labels, scores, weights);
        var positives = steps.Sum(s => s.Positive);
        var negatives = steps.Sum(s => s.Negative);
        var points = new List<RocPoint>(steps.Count + 1) { new(double.PositiveInfinity, 0, 0) };
        double tp = 0, fp = 0;
        foreach (var (positive, negative, score) in steps)
        {
            tp += positive;
            fp += negative;
            points.Add(new RocPoint(score, fp / negatives, tp / positives));
        }

        return points;
    }

    /// <summary>Precision-recall curve with one point a distinct score, highest first.</summary>
    /// <param name="labels">0 or 1.</param>
    /// <param name="scores">Scores.</param>
    /// <param name="weights">Row weights.</param>
    public static IReadOnlyList<PrecisionRecallPoint> PrecisionRecall(
        ReadOnlySpan<double> labels, ReadOnlySpan<double> scores, ReadOnlySpan<double> weights = default)
    {
        var steps = ScoredSteps(labels, scores, weights);
        var positives = steps.Sum(s => s.Positive);
        var points = new List<PrecisionRecallPoint>(steps.Count);
        double tp = 0, all = 0;
        foreach (var (positive, negative, score) in steps)
        {
            tp += positive;
            all += positive + negative;
            points.Add(new PrecisionRecallPoint(score, tp / positives, tp / all));
        }

        return points;
    }

    /// <summary>Area below the precision-recall curve by trapezoids from (recall 0, precision 1); average precision is the better summary.</summary>
    /// <param name="points">The curve.</param>
    public static double TrapezoidArea(IReadOnlyList<PrecisionRecallPoint> points)
    {
        ArgumentNullException.ThrowIfNull(points);
        double area = 0, recall = 0, precision = 1;
        foreach (var point in points)
        {
            area += (point.Recall - recall) * (point.Precision + precision) / 2;
            (recall, precision) = (point.Recall, point.Precision);
        }

        return area;
    }

    internal static IEnumerable<(double Positive, double Negative)> Steps(
        ReadOnlySpan<double> labels, ReadOnlySpan<double> scores, ReadOnlySpan<double> weights) =>
        ScoredSteps(labels, scores, weights).Select(s => (s.Positive, s.Negative));

    /// <summary>Weight of positives and negatives at each distinct score, highest score first.</summary>
    internal static List<(double Positive, double Negative, double Score)> ScoredSteps(
        ReadOnlySpan<double> labels, ReadOnlySpan<double> scores, ReadOnlySpan<double> weights)
    {
        if (labels.Length != scores.Length || (!weights.IsEmpty && weights.Length != labels.Length))
        {
            throw new ArgumentException("Labels, scores and weights differ in length.", nameof(scores));
        }

        var keys = scores.ToArray();
        var rows = new int[keys.Length];
        for (var i = 0; i < rows.Length; i++)
        {
            rows[i] = i;
        }

        Array.Sort(keys, rows);
        var steps = new List<(double, double, double)>();
        for (var i = keys.Length - 1; i >= 0;)
        {
            double positive = 0, negative = 0;
            var score = keys[i];
            for (; i >= 0 && keys[i] == score; i--)
            {
                var w = weights.IsEmpty ? 1 : weights[rows[i]];
                (positive, negative) = labels[rows[i]] > 0 ? (positive + w, negative) : (positive, negative + w);
            }

            steps.Add((positive, negative, score));
        }

        return steps;
    }
}
