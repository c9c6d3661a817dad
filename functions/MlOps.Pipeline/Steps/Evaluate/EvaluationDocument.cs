
namespace MlOps.Pipeline.Steps.Evaluate;

/// <summary>All that is known of a model's quality: the evaluate step's output <c>evaluation.json</c>.</summary>
/// <param name="Metrics">By part (<c>train</c>, <c>valid</c>, <c>test</c>), then by name.</param>
/// <param name="Intervals">95 % bootstrap intervals of metrics on the test rows, by name.</param>
/// <param name="Classes">The label's classes, negative first; empty for a regression.</param>
/// <param name="Threshold">Score from which on a row is predicted positive; of use for two classes only.</param>
/// <param name="ThresholdRule">How it was chosen.</param>
/// <param name="Roc">False against true positive rate on the test rows; empty but for two classes.</param>
/// <param name="PrecisionRecall">Recall against precision on the test rows; empty but for two classes.</param>
/// <param name="Calibration">Mean score against share of positives on the test rows; empty but for two classes.</param>
/// <param name="Confusion">Test rows by true class (outer) and predicted class (inner); empty for a regression.</param>
public sealed record EvaluationDocument(
    IReadOnlyDictionary<string, IReadOnlyDictionary<string, double>> Metrics,
    IReadOnlyDictionary<string, MetricInterval> Intervals,
    IReadOnlyList<string> Classes,
    double Threshold,
    string ThresholdRule,
    IReadOnlyList<CurvePoint> Roc,
    IReadOnlyList<CurvePoint> PrecisionRecall,
    IReadOnlyList<CalibrationPoint> Calibration,
    IReadOnlyList<IReadOnlyList<long>> Confusion);

/// <summary>An interval of a metric.</summary>
/// <param name="Low">Lower end.</param>
/// <param name="High">Upper end.</param>
public sealed record MetricInterval(double Low, double High);

/// <summary>A point of a curve; at most 400 a curve.</summary>
/// <param name="X">False positive rate, or recall.</param>
/// <param name="Y">True positive rate, or precision.</param>
/// <param name="Threshold">Score from which on rows count as positive there; infinite where none does.</param>
public sealed record CurvePoint(double X, double Y, double Threshold);

/// <summary>A point of the calibration curve.</summary>
/// <param name="Predicted">Mean score of the bin.</param>
/// <param name="Observed">Share of positives.</param>
/// <param name="Rows">Rows of the bin.</param>
public sealed record CalibrationPoint(double Predicted, double Observed, long Rows);
