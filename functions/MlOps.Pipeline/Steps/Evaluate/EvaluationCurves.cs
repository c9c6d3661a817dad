using MlOps.Evaluation.Metrics;
using MlOps.Pipeline.Definitions;

namespace MlOps.Pipeline.Steps.Evaluate;

/// <summary>Curves, intervals and the confusion matrix of the test rows.</summary>
internal static class EvaluationCurves
{
    private const int MostPoints = 400;
    private const int CalibrationBins = 10;

    public static EvaluationDocument Document(
        TaskKind task, EvaluateResult result, string rule, double[] labels, double[] scores)
    {
        var isBinary = task == TaskKind.Binary && labels.Distinct().Count() == 2;
        string[] metrics = task switch
        {
            TaskKind.Binary => ["auc", "binary_logloss"],
            TaskKind.Regression => ["l1", "l2"],
            _ => ["multi_logloss"],
        };
        var intervals = new SortedDictionary<string, MetricInterval>(StringComparer.Ordinal);
        foreach (var metric in metrics)
        {
            if (labels.Length > 0 && new Comparison(metric, result.Classes.Count, labels).Interval(scores) is { } interval)
            {
                intervals[metric] = new MetricInterval(interval.Low, interval.High);
            }
        }

        return new EvaluationDocument(
            result.Metrics, intervals, result.Classes, result.Threshold, rule,
            isBinary ? Thin([.. Curves.Roc(labels, scores).Select(p => new CurvePoint(p.FalsePositiveRate, p.TruePositiveRate, p.Threshold))]) : [],
            isBinary ? Thin([.. Curves.PrecisionRecall(labels, scores).Select(p => new CurvePoint(p.Recall, p.Precision, p.Threshold))]) : [],
            isBinary ? [.. Calibration.EqualCounts(labels, scores, CalibrationBins).Select(b => new CalibrationPoint(b.MeanPredicted, b.MeanObserved, (long)b.Weight))] : [],
            Confusion(task, result, labels, scores));
    }

    // Every n-th point, and always the ends: a curve on a screen has fewer pixels than a test part has rows.
    private static IReadOnlyList<CurvePoint> Thin(CurvePoint[] points) => points.Length <= MostPoints
        ? points
        : [.. Enumerable.Range(0, MostPoints).Select(i => points[(int)((long)i * (points.Length - 1) / (MostPoints - 1))])];

    private static IReadOnlyList<IReadOnlyList<long>> Confusion(TaskKind task, EvaluateResult result, double[] labels, double[] scores)
    {
        if (task == TaskKind.Regression)
        {
            return [];
        }

        var classes = result.Classes.Count;
        var counts = new long[classes][];
        for (var k = 0; k < classes; k++)
        {
            counts[k] = new long[classes];
        }

        for (var i = 0; i < labels.Length; i++)
        {
            var predicted = task == TaskKind.Binary ? (scores[i] >= result.Threshold ? 1 : 0) : Largest(scores.AsSpan(i * classes, classes));
            counts[(int)labels[i]][predicted]++;
        }

        return counts;
    }

    private static int Largest(ReadOnlySpan<double> values)
    {
        var largest = 0;
        for (var k = 1; k < values.Length; k++)
        {
            largest = values[k] > values[largest] ? k : largest;
        }

        return largest;
    }
}
