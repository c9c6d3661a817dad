using System.Text.Json.Serialization;
using MlOps.Pipeline.Artifacts;

namespace MlOps.Pipeline.Steps.Join;

/// <summary>Asks for a drop's rows with the columns that side tables add.</summary>
/// <param name="RunId">Run that asks; not part of the step's key.</param>
/// <param name="Pipeline">Pipeline's name.</param>
/// <param name="DefinitionHash">Pinned definition.</param>
/// <param name="Drop">The drop, with the side files that belong to it.</param>
/// <param name="Initial">The history's first drop, whose schema it was validated against.</param>
/// <param name="KnownAt">Until when rows of side tables must have been known; <see langword="null"/> for what was known to the rows themselves, as runs have it.</param>
public sealed record JoinInput(
    string RunId, string Pipeline, string DefinitionHash, PinnedDrop Drop, PinnedDrop Initial,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] DateTimeOffset? KnownAt = null);

/// <summary>The joined rows.</summary>
/// <param name="Rows">Rows of the drop.</param>
/// <param name="Columns">Columns that were added.</param>
/// <param name="Warnings">Rows that no time says anything of.</param>
public sealed record JoinResult(long Rows, IReadOnlyList<string> Columns, IReadOnlyList<Finding> Warnings) : StepResult;
