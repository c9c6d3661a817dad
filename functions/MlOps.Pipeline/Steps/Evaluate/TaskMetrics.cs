using MlOps.Evaluation.Metrics;
using MlOps.Pipeline.Definitions;

namespace MlOps.Pipeline.Steps.Evaluate;

/// <summary>The metrics that are reported for each kind of task; undefined ones (a class is absent) are left out.</summary>
internal static class TaskMetrics
{
    /// <summary>Metrics by name.</summary>
    /// <param name="task">Task.</param>
    /// <param name="classes">Number of classes; not used for a regression.</param>
    /// <param name="labels">Classes or values.</param>
    /// <param name="scores">As <see cref="Predictions.Scores"/> gives them.</param>
    /// <param name="threshold">Threshold of a binary task.</param>
    public static IReadOnlyDictionary<string, double> Of(
        TaskKind task, int classes, ReadOnlySpan<double> labels, ReadOnlySpan<double> scores, double threshold)
    {
        var all = labels.Length == 0
            ? new SortedDictionary<string, double>(StringComparer.Ordinal)
            : task switch
            {
                TaskKind.Binary => Binary(labels, scores, threshold),
                TaskKind.Regression => Regression(labels, scores),
                _ => Multiclass(classes, labels, scores),
            };
        all["rows"] = labels.Length;
        foreach (var name in all.Where(m => !double.IsFinite(m.Value)).Select(m => m.Key).ToArray())
        {
            all.Remove(name);
        }

        return all;
    }

    private static SortedDictionary<string, double> Binary(ReadOnlySpan<double> labels, ReadOnlySpan<double> scores, double threshold)
    {
        var confusion = BinaryMetrics.At(labels, scores, threshold);
        return new SortedDictionary<string, double>(StringComparer.Ordinal)
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
            ["true_negatives"] = confusion.TrueNegatives,
            ["true_positives"] = confusion.TruePositives,
        };
    }

    private static SortedDictionary<string, double> Regression(ReadOnlySpan<double> labels, ReadOnlySpan<double> scores)
    {
        var metrics = RegressionMetrics.Of(labels, scores);
        return new SortedDictionary<string, double>(StringComparer.Ordinal)
        {
            ["l1"] = metrics.MeanAbsoluteError,
            ["l2"] = metrics.MeanSquaredError,
            ["mape"] = metrics.MeanAbsolutePercentageError,
            ["max_error"] = metrics.MaxError,
            ["mean_error"] = metrics.MeanError,
            ["median_absolute_error"] = metrics.MedianAbsoluteError,
            ["r2"] = metrics.R2,
            ["rmse"] = metrics.RootMeanSquaredError,
        };
    }

    private static SortedDictionary<string, double> Multiclass(int classes, ReadOnlySpan<double> labels, ReadOnlySpan<double> scores)
    {
        var metrics = MulticlassMetrics.Of(classes, labels, scores);
        return new SortedDictionary<string, double>(StringComparer.Ordinal)
        {
            ["accuracy"] = metrics.Accuracy,
            ["balanced_accuracy"] = metrics.BalancedAccuracy,
            ["brier"] = metrics.Brier,
            ["macro_f1"] = metrics.MacroF1,
            ["mcc"] = metrics.Mcc,
            ["multi_logloss"] = metrics.LogLoss,
            ["ovr_auc"] = metrics.OneVersusRestAuc.Average(),
            ["top2_accuracy"] = metrics.Top2Accuracy,
            ["weighted_f1"] = metrics.WeightedF1,
        };
    }
}
