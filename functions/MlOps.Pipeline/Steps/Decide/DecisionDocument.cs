using MlOps.Evaluation.Metrics;

namespace MlOps.Pipeline.Steps.Decide;

/// <summary>What there is to decide with a model's scores of two classes, on rows whose labels are known.</summary>
/// <param name="Part">Whose rows: <c>period</c>, the labelled rows of the predicted file, or <c>test</c>, the model's own test rows.</param>
/// <param name="Period">The period, of its rows; <see langword="null"/> of test rows.</param>
/// <param name="ModelVersion">The model that gave the scores.</param>
/// <param name="Rows">Number of the rows.</param>
/// <param name="Positives">Positives among them.</param>
/// <param name="Positive">The positive class, as the label writes it.</param>
/// <param name="Threshold">The threshold by which the model predicts.</param>
/// <param name="FalsePositiveCost">Cost of a negative row predicted positive, by the definition.</param>
/// <param name="FalseNegativeCost">Cost of a positive row predicted negative.</param>
/// <param name="Distance">Kolmogorov-Smirnov statistic: the largest difference of true and false positive rate.</param>
/// <param name="DistanceAt">The threshold at which it is reached.</param>
/// <param name="Thresholds">What thresholds do, the highest first; the model's own is one of them.</param>
/// <param name="Deciles">Tenths of the rows, by descending score.</param>
public sealed record DecisionDocument(
    string Part, string? Period, string ModelVersion, long Rows, long Positives, string Positive, double Threshold, double FalsePositiveCost, double FalseNegativeCost,
    double Distance, double DistanceAt, IReadOnlyList<ThresholdEffect> Thresholds, IReadOnlyList<GainGroup> Deciles)
{
    /// <summary>Rows below which nothing is said of thresholds: a decile would be less than three rows.</summary>
    public const int FewestRows = 30;

    private const int MostThresholds = 200;
    private const int Tenths = 10;

    /// <summary>Whether rows say something: enough of them, of both classes.</summary>
    /// <param name="labels">0 or 1.</param>
    internal static bool Speak(double[] labels) => labels.Length >= FewestRows && labels.Contains(0) && labels.Contains(1);

    /// <summary>The document of some rows.</summary>
    internal static DecisionDocument Of(
        string part, string? period, string version, string positive, double threshold, (double Positive, double Negative) costs, double[] labels, double[] scores)
    {
        var (distance, at) = ThresholdTable.KolmogorovSmirnov(labels, scores);
        // What the model does now, between the scores that there are.
        var own = new ThresholdPoint(threshold, scores.LongCount(s => s >= threshold), Enumerable.Range(0, scores.Length).LongCount(i => scores[i] >= threshold && labels[i] > 0));
        return new DecisionDocument(
            part, period, version, labels.Length, labels.LongCount(l => l > 0), positive, threshold, costs.Positive, costs.Negative, distance, at,
            [.. ThresholdTable.Of(labels, scores, MostThresholds).Append(own).DistinctBy(p => p.Threshold).OrderByDescending(p => p.Threshold)
                .Select(p => ThresholdEffect.Of(p, labels.Length, labels.LongCount(l => l > 0), costs))],
            GainTable.Of(labels, scores, Tenths));
    }
}

/// <summary>What a threshold does.</summary>
/// <param name="Threshold">Rows with at least this score are predicted positive.</param>
/// <param name="Predicted">Rows predicted positive.</param>
/// <param name="Found">Positives among them.</param>
/// <param name="Share">Share of the rows predicted positive.</param>
/// <param name="Recall">Share of the positives that are.</param>
/// <param name="Precision">Share of positives among the rows predicted positive; <see langword="null"/> where none is.</param>
/// <param name="Cost">Costs of the rows predicted wrongly, by the definition's costs.</param>
public sealed record ThresholdEffect(double Threshold, long Predicted, long Found, double Share, double Recall, double? Precision, double Cost)
{
    internal static ThresholdEffect Of(ThresholdPoint p, long rows, long positives, (double Positive, double Negative) costs) => new(
        p.Threshold, p.Predicted, p.Found, p.Predicted / (double)rows, p.Found / (double)positives, p.Predicted > 0 ? p.Found / (double)p.Predicted : null,
        (costs.Positive * (p.Predicted - p.Found)) + (costs.Negative * (positives - p.Found)));
}
