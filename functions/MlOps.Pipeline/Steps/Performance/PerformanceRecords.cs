namespace MlOps.Pipeline.Steps.Performance;

/// <summary>Predictions of a period that were published at some time, to be measured.</summary>
/// <param name="ModelVersion">Version of the model that made them.</param>
/// <param name="PredictionsSha256">SHA-256 of the prediction file.</param>
/// <param name="Revision">Revision under which they were published; 0 where they are about to be.</param>
/// <param name="PredictKey">Key of the predict step.</param>
public sealed record PublishedScores(string ModelVersion, string PredictionsSha256, int Revision, string PredictKey);

/// <summary>Asks how good published predictions were, now that labels are there.</summary>
/// <param name="RunId">Run that asks; not part of the step's key.</param>
/// <param name="Pipeline">Pipeline's name.</param>
/// <param name="DefinitionHash">Pinned definition.</param>
/// <param name="Period">Period that was predicted.</param>
/// <param name="FeaturizeKey">Key of featurize(score) of the drop that carries the labels.</param>
/// <param name="Published">The predictions.</param>
public sealed record PerformanceInput(
    string RunId, string Pipeline, string DefinitionHash, string Period, string FeaturizeKey, IReadOnlyList<PublishedScores> Published);

/// <summary>How good predictions turned out to be.</summary>
/// <param name="Period">Period that was predicted.</param>
/// <param name="ModelVersion">Version of the model that made them.</param>
/// <param name="PredictionsSha256">SHA-256 of the prediction file.</param>
/// <param name="Revision">Revision under which they were published.</param>
/// <param name="Metric">The metric of the gate.</param>
/// <param name="Value">Its value; <see langword="null"/> where the labels cannot give one.</param>
/// <param name="Low">Lower end of its 95 % bootstrap interval.</param>
/// <param name="High">Upper end.</param>
/// <param name="Metrics">All metrics by name; <c>rows</c> is the number of rows whose label is known.</param>
public sealed record RealisedPerformance(
    string Period,
    string ModelVersion,
    string PredictionsSha256,
    int Revision,
    string Metric,
    double? Value,
    double? Low,
    double? High,
    IReadOnlyDictionary<string, double> Metrics);

/// <summary>Measurements, in the order in which the predictions were named.</summary>
/// <param name="Measured">The measurements.</param>
/// <param name="Warnings">Published predictions that the ids of the labels hardly meet.</param>
public sealed record PerformanceResult(IReadOnlyList<RealisedPerformance> Measured, IReadOnlyList<Finding>? Warnings = null) : StepResult;
