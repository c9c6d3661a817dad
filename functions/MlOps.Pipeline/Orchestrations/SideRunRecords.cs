using System.Text.Json.Serialization;
using MlOps.Pipeline.Artifacts;
using MlOps.Pipeline.Drops;
using MlOps.Pipeline.Notifications;
using MlOps.Pipeline.Steps.Join;
using MlOps.Pipeline.Wording;

namespace MlOps.Pipeline.Orchestrations;

/// <summary>A version of a file of a side table.</summary>
/// <param name="Pipeline">Pipeline's name.</param>
/// <param name="Source">Name of the source.</param>
/// <param name="Period">Its day, or <c>initial</c>.</param>
/// <param name="BlobName">Name in the input container.</param>
/// <param name="ETag">ETag of the version.</param>
/// <param name="Lost">The orchestration that the platform has lost, whose work this one takes over; <see langword="null"/> for none.</param>
public sealed record SideRunRequest(
    string Pipeline, string Source, string Period, string BlobName, string ETag,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Lost = null);

/// <summary>Asks for the admission of a file of a side table.</summary>
/// <param name="RunId">Id of the orchestration.</param>
/// <param name="Request">The file.</param>
public sealed record AdmitSideInput(string RunId, SideRunRequest Request);

/// <summary>What came of the admission of a file of a side table.</summary>
/// <param name="State"><see cref="RunState.Active"/> where it is to be looked at; <see cref="RunState.Unchanged"/> where there is nothing to do.</param>
/// <param name="DefinitionHash">Hash of the pinned definition; <see langword="null"/> where there is no usable one yet.</param>
/// <param name="Restate">Whether published periods are restated.</param>
/// <param name="File">The file, pinned by its bytes.</param>
public sealed record SideAdmitted(RunState State, string? DefinitionHash = null, bool Restate = true, PinnedSide? File = null);

/// <summary>Asks for the verdict on a file of a side table to be entered.</summary>
/// <param name="RunId">Id of the orchestration.</param>
/// <param name="Request">The file.</param>
/// <param name="Result">The verdict; <see langword="null"/> where the file could not be looked at.</param>
/// <param name="Failure">Why it could not.</param>
/// <param name="Restate">Whether published periods are restated.</param>
public sealed record JudgeSideInput(
    string RunId, SideRunRequest Request, SideResult? Result,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] Sentence? Failure, bool Restate);

/// <summary>What became of the verdict.</summary>
/// <param name="State">How the file came out.</param>
/// <param name="Wake">Runs that wait and are to look again.</param>
/// <param name="Notice">What people are told; <see langword="null"/> where all is well.</param>
public sealed record SideJudgement(RunState State, IReadOnlyList<string> Wake, Notice? Notice);
