namespace MlOps.Pipeline.Steps.Train;

/// <summary>Asks for a model.</summary>
/// <param name="RunId">Run that asks; not part of the step's key.</param>
/// <param name="Pipeline">Pipeline's name.</param>
/// <param name="DefinitionHash">Pinned definition.</param>
/// <param name="FeaturizeKey">Key of featurize(train).</param>
public sealed record TrainInput(string RunId, string Pipeline, string DefinitionHash, string FeaturizeKey);

/// <summary>A trained model; the file is the step's output <c>model.txt</c>.</summary>
/// <param name="ModelSha256">SHA-256 of <c>model.txt</c>.</param>
/// <param name="Iterations">Boosting rounds that were run.</param>
/// <param name="BestIteration">Rounds that are kept, chosen by early stopping on the valid part.</param>
/// <param name="Trees">Trees in the model.</param>
public sealed record TrainResult(string ModelSha256, int Iterations, int BestIteration, int Trees) : StepResult;
