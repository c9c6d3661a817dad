using MlOps.Pipeline.Wording;

namespace MlOps.Pipeline.Drops;

/// <summary>What a run asks the ledger when it begins.</summary>
/// <param name="RunId">Id of the run.</param>
/// <param name="Period"><c>initial</c> or <c>yyyyMMdd</c>.</param>
/// <param name="BlobName">Name in the input container.</param>
/// <param name="ETag">ETag that the event named.</param>
/// <param name="Kind">Why the run was started.</param>
public sealed record AdmissionRequest(string RunId, string Period, string BlobName, string ETag, RunKind Kind = RunKind.Arrival);

/// <summary>Bytes that were read under the event's ETag.</summary>
/// <param name="Sha256">SHA-256, 64 lower-case hexadecimal digits.</param>
/// <param name="Length">Length in bytes.</param>
public sealed record DropBytes(string Sha256, long Length);

/// <summary>How a file enters the ledger: bytes decide, not names and not the number of events.</summary>
public static class LedgerAdmission
{
    /// <summary>Admits a run. Admitting the same run again changes nothing.</summary>
    /// <param name="ledger">The ledger.</param>
    /// <param name="request">The run.</param>
    /// <param name="bytes">The bytes; <see langword="null"/> where the blob is gone or has changed since the event.</param>
    /// <param name="now">Time to record.</param>
    /// <returns>The ledger with the run in it; the run's state says what came of it.</returns>
    public static Ledger Admit(Ledger ledger, AdmissionRequest request, DropBytes? bytes, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(ledger);
        ArgumentNullException.ThrowIfNull(request);
        if (ledger.FindRun(request.RunId) is not null)
        {
            return ledger;
        }

        var run = new LedgerRun
        {
            RunId = request.RunId, Period = request.Period, ETag = request.ETag, Kind = request.Kind, StartedAt = now,
        };

        // A version that is already known (its run was lost, or is repeated) needs no bytes: they were kept.
        if (ledger.Drops.FirstOrDefault(d => d.Period == request.Period && d.ETags.Contains(request.ETag)) is { } known)
        {
            return Work(ledger, run, known, now);
        }

        if (bytes is null)
        {
            return ledger.With(Ended(run, RunState.Superseded, Sentence.Of("run-gone"), now));
        }

        if (ledger.Drops.LastOrDefault(d => d.Period == request.Period && d.Verdict != Verdict.Rejected) is { } newest
            && newest.Sha256 == bytes.Sha256)
        {
            var again = newest with { ETags = [.. newest.ETags, request.ETag] };
            return Work(ledger.With(again), run, again, now);
        }

        var drop = new LedgerDrop
        {
            Period = request.Period,
            BlobName = request.BlobName,
            ETags = [request.ETag],
            Sha256 = bytes.Sha256,
            Length = bytes.Length,
            Revision = 1 + ledger.Drops.Count(d => d.Period == request.Period),
            AdmittedAt = now,
        };
        return Work(ledger.With(drop), run, drop, now);
    }

    // Bytes that are done, or that another run is busy with, need no second run; bytes whose run failed get one more.
    private static Ledger Work(Ledger ledger, LedgerRun run, LedgerDrop drop, DateTimeOffset now)
    {
        run = run with { Revision = drop.Revision };
        if (ledger.IsActive(drop.Period) && ledger.LastRunOf(drop) is { State: RunState.Active })
        {
            return ledger.With(Ended(run, RunState.Unchanged, Sentence.Of("run-in-work"), now));
        }

        if (run.Kind is RunKind.Arrival or RunKind.Recovery && IsDone(ledger, drop))
        {
            return ledger.With(Ended(run, RunState.Unchanged, Sentence.Of("run-unchanged"), now));
        }

        if (ledger.OriginalOf(drop) is { } original)
        {
            return ledger.With(Ended(run, RunState.Duplicate, Sentence.Of("run-duplicate", ("original", original)), now));
        }

        return ledger.With(run);
    }

    private static bool IsDone(Ledger ledger, LedgerDrop drop) => drop.Period == PeriodOrder.Initial
        ? drop.Verdict == Verdict.Accepted
        : drop.Verdict == Verdict.Rejected || LedgerHistory.IsPublished(ledger, drop);

    private static LedgerRun Ended(LedgerRun run, RunState state, Sentence reason, DateTimeOffset now) =>
        run with { State = state, Reason = reason.ToString(), Said = reason, EndedAt = now };
}
