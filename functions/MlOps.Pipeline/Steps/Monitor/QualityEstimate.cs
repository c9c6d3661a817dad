using System.Globalization;
using MlOps.Evaluation.Metrics;
using MlOps.Pipeline.Wording;

namespace MlOps.Pipeline.Steps.Monitor;

/// <summary>Metrics of a period before its labels are there, where the scores can be calibrated well enough.</summary>
internal static class QualityEstimate
{
    private const int FewestRows = 200;
    private const int FewestOfAClass = 20;
    private const double LargestError = 0.05;

    /// <summary>Estimates.</summary>
    /// <param name="labels">Labels of the test rows.</param>
    /// <param name="testScores">Their scores.</param>
    /// <param name="scores">Scores of the period.</param>
    /// <param name="threshold">Threshold.</param>
    public static EstimatedQuality Of(double[] labels, double[] testScores, double[] scores, double threshold)
    {
        var positives = labels.Count(l => l > 0);
        if (labels.Length < FewestRows || Math.Min(positives, labels.Length - positives) < FewestOfAClass || scores.Length == 0)
        {
            return None(null, Sentence.Of("estimate-few", ("least", FewestRows), ("class", FewestOfAClass), ("rows", labels.Length), ("positives", positives)));
        }

        // Fitted on every other row and checked on the rest; then fitted on all.
        var half = IsotonicCalibration.Fit(Every(labels, 0), Every(testScores, 0));
        var bins = Calibration.EqualCounts(Every(labels, 1), Array.ConvertAll(Every(testScores, 1), half.Of), 10);
        var error = Calibration.ExpectedError(bins);
        // Few rows miss their own share by chance: the mean of |N(0, s)| is s sqrt(2 / pi).
        var limit = LargestError + bins.Average(b => Math.Sqrt(2 / Math.PI * b.MeanPredicted * (1 - b.MeanPredicted) / b.Weight));
        if (!(error <= limit))
        {
            return None(error, Sentence.Of("estimate-off", ("error", Percent(error)), ("limit", Percent(limit))));
        }

        var calibration = IsotonicCalibration.Fit(labels, testScores);
        var calibrated = Array.ConvertAll(scores, calibration.Of);
        var counts = EstimatedPerformance.Counts(calibrated, Array.ConvertAll(scores, s => s >= threshold ? 1.0 : 0.0));
        var metrics = new SortedDictionary<string, double>(StringComparer.Ordinal)
        {
            ["accuracy"] = counts.Accuracy,
            ["auc"] = EstimatedPerformance.Auc(calibrated, scores),
            ["average_precision"] = EstimatedPerformance.AveragePrecision(calibrated, scores),
            ["f1"] = counts.F1,
            ["positive_rate"] = calibrated.Average(),
            ["precision"] = counts.Precision,
            ["recall"] = counts.Recall,
        };
        foreach (var name in metrics.Where(m => !double.IsFinite(m.Value)).Select(m => m.Key).ToArray())
        {
            metrics.Remove(name);
        }

        var said = Sentence.Of("estimate-confidence");
        return new EstimatedQuality(metrics, error, said.ToString()) { Said = said };
    }

    private static double[] Every(double[] values, int from) => [.. values.Where((_, i) => i % 2 == from)];

    private static EstimatedQuality None(double? error, Sentence why) => new(new Dictionary<string, double>(), error, why.ToString()) { Said = why };

    private static string Percent(double share) => share.ToString("P1", CultureInfo.InvariantCulture);
}
