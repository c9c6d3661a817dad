using System.Text.Json.Serialization;
using MlOps.Pipeline.Artifacts;

namespace MlOps.Pipeline.Steps.Predict;

/// <summary>Asks for the predictions of a drop.</summary>
/// <param name="RunId">Run that asks; not part of the step's key.</param>
/// <param name="Pipeline">Pipeline's name.</param>
/// <param name="DefinitionHash">Pinned definition.</param>
/// <param name="Period">Period that is predicted.</param>
/// <param name="FeaturizeKey">Key of featurize(score).</param>
/// <param name="TrainKey">Key of the train step that made the model.</param>
/// <param name="EvaluateKey">Key of the evaluate step that chose the threshold.</param>
public sealed record PredictInput(
    string RunId, string Pipeline, string DefinitionHash, string Period, string FeaturizeKey, string TrainKey, string EvaluateKey);

/// <summary>Predictions; the file is the step's output <c>predictions.csv</c>.</summary>
/// <param name="Rows">Rows predicted, equal to the rows of the drop.</param>
/// <param name="PredictionsSha256">SHA-256 of the file.</param>
/// <param name="ModelSha256">SHA-256 of the model that made it.</param>
/// <param name="Metrics">Metrics of the scores against the labels in the drop itself; empty where it carries none.</param>
public sealed record PredictResult(
    long Rows, string PredictionsSha256, string ModelSha256, IReadOnlyDictionary<string, double> Metrics) : StepResult
{
    /// <summary>SHA-256 of <c>predictions.parquet</c>; <see langword="null"/> where the definition asks for none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ParquetSha256 { get; init; }
}
