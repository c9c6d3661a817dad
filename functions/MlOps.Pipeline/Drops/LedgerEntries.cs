using System.Text.Json.Serialization;
using MlOps.Pipeline.Wording;

namespace MlOps.Pipeline.Drops;

/// <summary>What validation said of a drop.</summary>
public enum Verdict
{
    /// <summary>Not validated yet.</summary>
    Pending,

    /// <summary>The drop belongs to the data of its period.</summary>
    Accepted,

    /// <summary>The file was refused and moved to the rejected container.</summary>
    Rejected,
}

/// <summary>Where a run stands.</summary>
public enum RunState
{
    /// <summary>Still going on, or to be started.</summary>
    Active,

    /// <summary>Ended well: the history is accepted, or the period's predictions are published.</summary>
    Succeeded,

    /// <summary>The file was refused.</summary>
    Rejected,

    /// <summary>Ended by an error; the reason says which.</summary>
    Failed,

    /// <summary>Newer bytes of the same period took its place; it published nothing.</summary>
    Superseded,

    /// <summary>The same bytes stand under an earlier period; they are not used twice.</summary>
    Duplicate,

    /// <summary>The same bytes were dropped again under the same name; there was nothing to do.</summary>
    Unchanged,

    /// <summary>Ended by command.</summary>
    Cancelled,
}

/// <summary>Why a run was started.</summary>
public enum RunKind
{
    /// <summary>A file arrived.</summary>
    Arrival,

    /// <summary>The history of an already published period changed.</summary>
    Restate,

    /// <summary>Someone asked for it.</summary>
    Rerun,

    /// <summary>The sweep found a drop whose run had been lost.</summary>
    Recovery,
}

/// <summary>One version of a period's file, known by its bytes.</summary>
public sealed record LedgerDrop
{
    /// <summary><c>initial</c> or <c>yyyyMMdd</c>.</summary>
    public required string Period { get; init; }

    /// <summary>Name in the input container.</summary>
    public required string BlobName { get; init; }

    /// <summary>ETags under which these bytes were seen; the first is the one that was read.</summary>
    public required IReadOnlyList<string> ETags { get; init; }

    /// <summary>SHA-256 of the bytes; they are kept at <c>artifacts/{pipeline}/drops/{sha256}.csv</c>.</summary>
    public required string Sha256 { get; init; }

    /// <summary>Length in bytes.</summary>
    public long Length { get; init; }

    /// <summary>1 for the first bytes of a period, 2 for the next, and so on.</summary>
    public required int Revision { get; init; }

    /// <summary>What validation said.</summary>
    public Verdict Verdict { get; init; }

    /// <summary>SHA-256 of the history whose schema the verdict rests on; empty for the history itself.</summary>
    public string? CheckedAgainst { get; init; }

    /// <summary>Data rows, once validated.</summary>
    public long Rows { get; init; }

    /// <summary>Whether the file carries the label, once validated.</summary>
    public bool HasLabel { get; init; }

    /// <summary>When the bytes were first read.</summary>
    public DateTimeOffset AdmittedAt { get; init; }
}

/// <summary>One run, equal to one orchestration instance.</summary>
public sealed record LedgerRun
{
    /// <summary>Id of the run and of its orchestration instance.</summary>
    public required string RunId { get; init; }

    /// <summary>Period of its drop.</summary>
    public required string Period { get; init; }

    /// <summary>Revision of its drop; 0 where the bytes were never read.</summary>
    public int Revision { get; init; }

    /// <summary>ETag that its event named.</summary>
    public required string ETag { get; init; }

    /// <summary>Why it was started.</summary>
    public RunKind Kind { get; init; }

    /// <summary>The run that it repeats, where it repeats one.</summary>
    public string? Parent { get; init; }

    /// <summary>Where it stands.</summary>
    public RunState State { get; init; }

    /// <summary>Why it ended so, in a sentence.</summary>
    public string? Reason { get; init; }

    /// <summary>The same as a code with arguments; <see langword="null"/> where there is none.</summary>
    public Sentence? Said { get; init; }

    /// <summary>Whether it ended only because something else was missing for too long, so that it is started again when that appears.</summary>
    public bool Starved { get; init; }

    /// <summary>The file of a side table that it lacked when it ended starved; <see langword="null"/> where it lacked something else.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Lacked { get; init; }

    /// <summary>What it waits for now; <see langword="null"/> while it works. Runs that wait are woken when the ledger changes.</summary>
    public string? WaitsFor { get; init; }

    /// <summary>While it waits: hash of the history that its predictions rest on; <see langword="null"/> where it has made none yet.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Prepared { get; init; }

    /// <summary>When the run entered the ledger.</summary>
    public DateTimeOffset StartedAt { get; init; }

    /// <summary>When it ended.</summary>
    public DateTimeOffset? EndedAt { get; init; }
}

/// <summary>One revision of a period's predictions; a run that came to the same bytes again has an entry of its own under the same revision.</summary>
public sealed record Publication
{
    /// <summary>Period predicted.</summary>
    public required string Period { get; init; }

    /// <summary>Revision of the drop that was predicted.</summary>
    public required int DropRevision { get; init; }

    /// <summary>1 for the first predictions of the period, 2 for restated ones, and so on.</summary>
    public required int Revision { get; init; }

    /// <summary>The run that made them.</summary>
    public required string RunId { get; init; }

    /// <summary>Hash of the data they rest on (<see cref="LedgerHistory.HashOf"/>).</summary>
    public required string HistoryHash { get; init; }

    /// <summary>SHA-256 of the predictions.</summary>
    public required string PredictionsSha256 { get; init; }

    /// <summary>As-of time: when the run took its turn to publish.</summary>
    public required DateTimeOffset AsOf { get; init; }

    /// <summary>Whether every file of it is in the output container. Until then its run is the one writer.</summary>
    public bool Complete { get; init; }
}
