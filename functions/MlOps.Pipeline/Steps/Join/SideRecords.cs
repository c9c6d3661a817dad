using MlOps.Pipeline.Artifacts;

namespace MlOps.Pipeline.Steps.Join;

/// <summary>Asks whether a file of a side table can be joined.</summary>
/// <param name="RunId">Run that asks; not part of the step's key.</param>
/// <param name="Pipeline">Pipeline's name.</param>
/// <param name="DefinitionHash">Pinned definition.</param>
/// <param name="File">The file.</param>
public sealed record SideInput(string RunId, string Pipeline, string DefinitionHash, PinnedSide File);

/// <summary>The verdict on a file of a side table.</summary>
/// <param name="Accepted">Whether its rows may be joined.</param>
/// <param name="Rows">Rows of an accepted file that are used; of a refused one, rows that were read.</param>
/// <param name="Errors">The first 20 errors; all of them are in the step's output <c>errors.json</c>.</param>
/// <param name="ErrorCount">Number of errors.</param>
/// <param name="Warnings">What is odd about it.</param>
/// <param name="ErrorsBlob">Blob in the artifacts container with all errors as a JSON list; <see langword="null"/> where accepted.</param>
/// <param name="QuarantinedRows">Rows of an accepted file that could not be used.</param>
/// <param name="QuarantineBlob">Blob in the artifacts container with those rows; <see langword="null"/> where there are none.</param>
public sealed record SideResult(
    bool Accepted,
    long Rows,
    IReadOnlyList<Finding> Errors,
    long ErrorCount,
    IReadOnlyList<Finding> Warnings,
    string? ErrorsBlob,
    long QuarantinedRows = 0,
    string? QuarantineBlob = null) : StepResult;
