using MlOps.Pipeline.Artifacts;
using MlOps.Pipeline.Registry;

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
/// <param name="Shadows">Scores that were kept and never published, to be measured on the same rows; <see langword="null"/> for none.</param>
public sealed record PerformanceInput(
    string RunId, string Pipeline, string DefinitionHash, string Period, string FeaturizeKey, IReadOnlyList<PublishedScores> Published,
    IReadOnlyList<PublishedScores>? Shadows = null);

/// <summary>Measurements, in the order in which the predictions were named.</summary>
/// <param name="Measured">The measurements.</param>
/// <param name="Warnings">Published predictions that the ids of the labels hardly meet.</param>
/// <param name="Shadows">Measurements of the shadows, without intervals; <see langword="null"/> where none were named.</param>
public sealed record PerformanceResult(
    IReadOnlyList<RealisedPerformance> Measured, IReadOnlyList<Finding>? Warnings = null, IReadOnlyList<RealisedPerformance>? Shadows = null) : StepResult;
