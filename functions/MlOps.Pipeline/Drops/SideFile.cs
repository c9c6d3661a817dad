using MlOps.Pipeline.Wording;

namespace MlOps.Pipeline.Drops;

/// <summary>One version of a file of a side table, known by its bytes.</summary>
public sealed record SideFile
{
    /// <summary>Name of the source.</summary>
    public required string Source { get; init; }

    /// <summary>Its day, or <c>initial</c>.</summary>
    public required string Period { get; init; }

    /// <summary>Name in the input container.</summary>
    public required string BlobName { get; init; }

    /// <summary>ETags under which these bytes were seen; the first is the one that was read.</summary>
    public required IReadOnlyList<string> ETags { get; init; }

    /// <summary>SHA-256 of the bytes; they are kept at <c>artifacts/{pipeline}/drops/{sha256}.csv</c>.</summary>
    public required string Sha256 { get; init; }

    /// <summary>Length in bytes.</summary>
    public long Length { get; init; }

    /// <summary>1 for the first bytes of a name, 2 for the next, and so on.</summary>
    public required int Revision { get; init; }

    /// <summary>The orchestration that looks at it.</summary>
    public required string RunId { get; init; }

    /// <summary>Where that stands: active, succeeded, rejected or failed.</summary>
    public RunState State { get; init; }

    /// <summary>Whether its rows may be joined.</summary>
    public Verdict Verdict { get; init; }

    /// <summary>Rows, once it is validated.</summary>
    public long Rows { get; init; }

    /// <summary>Why it was refused or could not be looked at, as a code with arguments; <see langword="null"/> where it was not.</summary>
    public Sentence? Said { get; init; }

    /// <summary>Where it, or those of its rows that could not be used, are kept in the rejected container; <see langword="null"/> where all was used.</summary>
    public string? RejectedFile { get; init; }

    /// <summary>When the bytes were first read.</summary>
    public DateTimeOffset AdmittedAt { get; init; }

    /// <summary>When the verdict was given.</summary>
    public DateTimeOffset? JudgedAt { get; init; }
}
