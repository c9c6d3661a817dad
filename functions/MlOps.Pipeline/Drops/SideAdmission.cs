using MlOps.Pipeline.Wording;

namespace MlOps.Pipeline.Drops;

/// <summary>A version of a file of a side table, as its event names it.</summary>
/// <param name="RunId">The orchestration that looks at it.</param>
/// <param name="Source">Name of the source.</param>
/// <param name="Period">Its day, or <c>initial</c>.</param>
/// <param name="BlobName">Name in the input container.</param>
/// <param name="ETag">ETag of the version.</param>
/// <param name="Lost">The orchestration that the platform has lost, whose work this one takes over; <see langword="null"/> for none.</param>
public sealed record SideRequest(string RunId, string Source, string Period, string BlobName, string ETag, string? Lost = null);

/// <summary>How files of side tables enter the ledger and how they are judged, as pure functions of it.</summary>
public static class SideAdmission
{
    /// <summary>Admits a version of a file. Admitting it again changes nothing, but that a look that failed is taken once more.</summary>
    /// <param name="ledger">The ledger.</param>
    /// <param name="request">The version.</param>
    /// <param name="bytes">Its bytes; <see langword="null"/> where the blob is gone or has changed since the event.</param>
    /// <param name="now">Time to record.</param>
    /// <returns>The ledger, and the version where it is to be looked at; <see langword="null"/> where there is nothing to do.</returns>
    public static (Ledger Ledger, SideFile? File) Admit(Ledger ledger, SideRequest request, DropBytes? bytes, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(ledger);
        ArgumentNullException.ThrowIfNull(request);
        if (SideHistory.Find(ledger, request.Source, request.Period, request.ETag) is { } known)
        {
            return Again(ledger, known, request);
        }

        if (bytes is null)
        {
            return (ledger, null);
        }

        var versions = (ledger.Sides ?? []).Where(s => s.Source == request.Source && s.Period == request.Period).ToList();
        if (versions.LastOrDefault(s => s.Verdict != Verdict.Rejected) is { } newest && newest.Sha256 == bytes.Sha256)
        {
            return Again(ledger, newest with { ETags = [.. newest.ETags, request.ETag] }, request);
        }

        var file = new SideFile
        {
            Source = request.Source,
            Period = request.Period,
            BlobName = request.BlobName,
            ETags = [request.ETag],
            Sha256 = bytes.Sha256,
            Length = bytes.Length,
            Revision = versions.Count + 1,
            RunId = request.RunId,
            AdmittedAt = now,
        };
        return (ledger.With(file), file);
    }

    /// <summary>Enters what became of a version. Entering it again changes nothing.</summary>
    /// <param name="ledger">The ledger.</param>
    /// <param name="runId">The orchestration that looked at it.</param>
    /// <param name="state">Succeeded, rejected or failed.</param>
    /// <param name="rows">Rows that may be joined.</param>
    /// <param name="said">Why not; <see langword="null"/> where it is accepted.</param>
    /// <param name="rejectedFile">Where it or some of its rows are kept; <see langword="null"/> where all is used.</param>
    /// <param name="now">Time to record.</param>
    public static Ledger Judge(Ledger ledger, string runId, RunState state, long rows, Sentence? said, string? rejectedFile, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(ledger);
        return (ledger.Sides ?? []).LastOrDefault(s => s.RunId == runId && s.State == RunState.Active) is { } side
            ? ledger.With(side with
            {
                State = state,
                Verdict = state switch { RunState.Succeeded => Verdict.Accepted, RunState.Rejected => Verdict.Rejected, _ => Verdict.Pending },
                Rows = rows,
                Said = said,
                RejectedFile = rejectedFile,
                JudgedAt = now,
            })
            : ledger;
    }

    private static (Ledger Ledger, SideFile? File) Again(Ledger ledger, SideFile file, SideRequest request)
    {
        if (file.State == RunState.Failed || (file.State == RunState.Active && file.RunId == request.Lost))
        {
            file = file with { RunId = request.RunId, State = RunState.Active, Said = null, JudgedAt = null };
        }

        return (ledger.With(file), file.State == RunState.Active && file.RunId == request.RunId ? file : null);
    }
}
