using MlOps.Pipeline.Metrics;

namespace MlOps.Pipeline.Steps.Evaluate;

/// <summary>The metrics that are reported for a binary classification.</summary>
internal static class BinaryEvaluation
{
    /// <summary>Metrics by name; those that are undefined (a class is absent) are left out.</summary>
    public static IReadOnlyDictionary<string, double> Of(ReadOnlySpan<double> labels, ReadOnlySpan<double> scores, double threshold)
    {
        var confusion = BinaryMetrics.At(labels, scores, threshold);
        var all = new SortedDictionary<string, double>(StringComparer.Ordinal)
        {
            ["accuracy"] = confusion.Accuracy,
            ["auc"] = BinaryMetrics.Auc(labels, scores),
            ["average_precision"] = BinaryMetrics.AveragePrecision(labels, scores),
            ["binary_logloss"] = BinaryMetrics.LogLoss(labels, scores),
            ["brier"] = BinaryMetrics.Brier(labels, scores),
            ["f1"] = confusion.F1,
            ["false_negatives"] = confusion.FalseNegatives,
            ["false_positives"] = confusion.FalsePositives,
            ["positive_rate"] = (confusion.TruePositives + confusion.FalseNegatives) / labels.Length,
            ["precision"] = confusion.Precision,
            ["recall"] = confusion.Recall,
            ["rows"] = labels.Length,
            ["true_negatives"] = confusion.TrueNegatives,
            ["true_positives"] = confusion.TruePositives,
        };
        foreach (var name in all.Where(m => !double.IsFinite(m.Value)).Select(m => m.Key).ToArray())
        {
            all.Remove(name);
        }

        return all;
    }
}
