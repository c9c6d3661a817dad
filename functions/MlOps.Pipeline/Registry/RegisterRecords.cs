using System.Text.Json.Serialization;
using MlOps.Pipeline.Artifacts;

namespace MlOps.Pipeline.Registry;

/// <summary>Asks for a version of a trained model, with its lineage.</summary>
/// <param name="RunId">Run that trained it.</param>
/// <param name="Pipeline">Pipeline's name.</param>
/// <param name="DefinitionHash">Pinned definition.</param>
/// <param name="Period">Period whose run trained it.</param>
/// <param name="History">Drops that it learned from.</param>
/// <param name="AccumulateKey">Key of the accumulate step.</param>
/// <param name="TrainKey">Key of the train step.</param>
/// <param name="EvaluateKey">Key of the evaluate step.</param>
public sealed record RegisterInput(
    string RunId, string Pipeline, string DefinitionHash, string Period, IReadOnlyList<PinnedDrop> History,
    string AccumulateKey, string TrainKey, string EvaluateKey);

/// <summary>A registered model.</summary>
/// <param name="Version">Version: the period and the first eight digits of the model's SHA-256.</param>
/// <param name="ModelSha256">SHA-256 of the model's file.</param>
public sealed record RegisterResult(string Version, string ModelSha256);

/// <summary>What is known of a model version: <c>models/{version}/model.json</c>, written last.</summary>
/// <param name="Version">Version.</param>
/// <param name="Period">Period whose run trained it.</param>
/// <param name="RunId">First run that trained it.</param>
/// <param name="ModelSha256">SHA-256 of the model's file.</param>
/// <param name="TransformSha256">SHA-256 of <c>transform.json</c>.</param>
/// <param name="DefinitionHash">SHA-256 of the definition's text.</param>
/// <param name="CodeVersion">Version of the program.</param>
/// <param name="Parameters">Parameters of the learner.</param>
/// <param name="History">Drops that it learned from.</param>
/// <param name="Metrics">Metrics by part, then by name.</param>
/// <param name="Classes">The label's classes, negative first.</param>
/// <param name="Threshold">Threshold that was chosen with it.</param>
/// <param name="BestIteration">Rounds that are kept.</param>
/// <param name="AccumulateKey">Key of the step that holds its history and transform.</param>
/// <param name="TrainKey">Key of the step that trained it.</param>
/// <param name="EvaluateKey">Key of the step that measured it.</param>
public sealed record ModelVersion(
    string Version,
    string Period,
    string RunId,
    string ModelSha256,
    string TransformSha256,
    string DefinitionHash,
    string CodeVersion,
    IReadOnlyDictionary<string, string> Parameters,
    IReadOnlyList<PinnedDrop> History,
    IReadOnlyDictionary<string, IReadOnlyDictionary<string, double>> Metrics,
    IReadOnlyList<string> Classes,
    double Threshold,
    int BestIteration,
    string AccumulateKey,
    string TrainKey,
    string EvaluateKey)
{
    /// <summary>Name of the model's file: <c>model.txt</c> in LightGBM's format, <c>model.zip</c> of a learner of ML.NET.</summary>
    [JsonIgnore]
    public string ModelFile => ModelFiles.Of(Parameters);
}
