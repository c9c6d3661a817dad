using MlOps.Pipeline.Artifacts;

namespace MlOps.Pipeline.Steps.Pictures;

/// <summary>Asks for the table of a drop of pictures.</summary>
/// <param name="RunId">Run that asks; not part of the step's key.</param>
/// <param name="DefinitionHash">Pinned definition.</param>
/// <param name="Drop">The drop.</param>
/// <param name="Sha256">SHA-256 of its bytes, which are at <c>artifacts/{pipeline}/drops/{sha256}.zip</c>.</param>
public sealed record PicturesInput(string RunId, string DefinitionHash, DropReference Drop, string Sha256);

/// <summary>What a drop of pictures became.</summary>
/// <param name="Pictures">Pictures that are rows of the table.</param>
/// <param name="Refusal">Why the file as a whole cannot be used; <see langword="null"/> where it can.</param>
/// <param name="Unusable">Pictures that cannot be used, in the order of their names.</param>
/// <param name="Warnings">What is odd.</param>
public sealed record PicturesResult(
    int Pictures, Finding? Refusal, IReadOnlyList<UnusablePicture> Unusable, IReadOnlyList<Finding> Warnings) : StepResult;

/// <summary>A picture that cannot be used.</summary>
/// <param name="File">Its name in the file.</param>
/// <param name="Reason">Why, and what to do.</param>
public sealed record UnusablePicture(string File, Finding Reason);
