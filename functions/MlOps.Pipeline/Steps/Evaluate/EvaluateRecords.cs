using MlOps.Pipeline.Artifacts;

namespace MlOps.Pipeline.Steps.Evaluate;

/// <summary>Asks for the metrics of a model on the train, valid and test parts of its history.</summary>
/// <param name="RunId">Run that asks; not part of the step's key.</param>
/// <param name="Pipeline">Pipeline's name.</param>
/// <param name="DefinitionHash">Pinned definition.</param>
/// <param name="AccumulateKey">Key of the accumulate step.</param>
/// <param name="TrainKey">Key of the train step.</param>
public sealed record EvaluateInput(string RunId, string Pipeline, string DefinitionHash, string AccumulateKey, string TrainKey);

/// <summary>Metrics of a model.</summary>
/// <param name="Metrics">By part (<c>train</c>, <c>valid</c>, <c>test</c>), then by name (<c>auc</c>, <c>binary_logloss</c>, …).</param>
/// <param name="Classes">The label's classes, negative first.</param>
/// <param name="Threshold">Probability from which on a row is predicted positive.</param>
public sealed record EvaluateResult(
    IReadOnlyDictionary<string, IReadOnlyDictionary<string, double>> Metrics, IReadOnlyList<string> Classes, double Threshold) : StepResult;
