using MlOps.Pipeline.Artifacts;

namespace MlOps.Pipeline.Steps.Validate;

/// <summary>Asks whether a drop may enter the pipeline.</summary>
/// <param name="RunId">Run that asks; not part of the step's key.</param>
/// <param name="DefinitionHash">Pinned definition (<see cref="MlOps.Pipeline.Definitions.DefinitionStore.PinAsync"/>).</param>
/// <param name="Drop">The drop.</param>
/// <param name="Sha256">SHA-256 of its bytes, which are at <c>artifacts/{pipeline}/drops/{sha256}.csv</c>.</param>
/// <param name="Initial">The accepted history whose schema the drop must fit; <see langword="null"/> when the drop is the history itself.</param>
public sealed record ValidateInput(string RunId, string DefinitionHash, DropReference Drop, string Sha256, PinnedDrop? Initial);

/// <summary>The verdict on a drop.</summary>
/// <param name="Accepted">Whether the drop may be used.</param>
/// <param name="Rows">Rows of an accepted drop that are used; of a refused one, rows that were read.</param>
/// <param name="HasLabel">Whether the drop carries the label.</param>
/// <param name="Errors">The first 20 errors; all of them are in the step's output <c>errors.json</c>.</param>
/// <param name="ErrorCount">Number of errors.</param>
/// <param name="Warnings">The first 20 warnings; all of them are in <c>warnings.json</c>.</param>
/// <param name="ErrorsBlob">Blob in the artifacts container with all errors as a JSON list; <see langword="null"/> where accepted.</param>
/// <param name="QuarantinedRows">Rows of an accepted drop that could not be used.</param>
/// <param name="QuarantineBlob">Blob in the artifacts container with those rows; <see langword="null"/> where there are none.</param>
public sealed record ValidateResult(
    bool Accepted,
    long Rows,
    bool HasLabel,
    IReadOnlyList<Finding> Errors,
    long ErrorCount,
    IReadOnlyList<Finding> Warnings,
    string? ErrorsBlob,
    long QuarantinedRows = 0,
    string? QuarantineBlob = null) : StepResult;
