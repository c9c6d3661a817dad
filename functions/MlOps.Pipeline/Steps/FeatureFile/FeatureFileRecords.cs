using MlOps.Pipeline.Artifacts;

namespace MlOps.Pipeline.Steps.FeatureFile;

/// <summary>Asks for the features of a drop as Parquet.</summary>
/// <param name="RunId">Run that asks; not part of the step's key.</param>
/// <param name="Pipeline">Pipeline's name.</param>
/// <param name="DefinitionHash">Pinned definition.</param>
/// <param name="Drop">The drop.</param>
/// <param name="Initial">The history's first drop, whose schema it was validated against.</param>
public sealed record FeatureFileInput(string RunId, string Pipeline, string DefinitionHash, PinnedDrop Drop, PinnedDrop Initial);

/// <summary>The features; the file is the step's output <c>features.parquet</c>.</summary>
/// <param name="Rows">Rows of the drop.</param>
/// <param name="Features">Number of features.</param>
/// <param name="Sha256">SHA-256 of the file.</param>
public sealed record FeatureFileResult(long Rows, int Features, string Sha256) : StepResult;
