using MlOps.Pipeline.Wording;

namespace MlOps.Pipeline.Drops;

/// <summary>What commands do to a ledger, as pure functions.</summary>
public static class LedgerSteering
{
    /// <summary>Adds one more run of a run's drop. A refused drop is to be validated again, because its definition may have changed.</summary>
    /// <param name="ledger">The ledger.</param>
    /// <param name="runId">The run to repeat.</param>
    /// <param name="now">Time to record.</param>
    /// <exception cref="SteeringException">There is nothing that could be repeated.</exception>
    public static Ledger Rerun(Ledger ledger, string runId, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(ledger);
        var run = Find(ledger, runId);
        if (ledger.DropOf(run) is not { } drop)
        {
            throw new SteeringException(Sentence.Of("steer-never-read", ("run", runId), ("reason", (object?)run.Said ?? run.Reason ?? ""), ("period", run.Period)));
        }

        if (ledger.Runs.FirstOrDefault(r => r.Period == run.Period && r.State == RunState.Active) is { } active)
        {
            throw new SteeringException(Sentence.Of("steer-going-on", ("run", active.RunId), ("period", run.Period)));
        }

        var newest = ledger.Drops.Last(d => d.Period == run.Period);
        if (newest.Revision > drop.Revision && newest.Verdict != Verdict.Rejected)
        {
            throw new SteeringException(Sentence.Of(
                "steer-replaced", ("newest", newest.Revision), ("period", run.Period), ("revision", drop.Revision), ("run", ledger.LastRunOf(newest)?.RunId ?? "")));
        }

        if (drop.Verdict == Verdict.Rejected)
        {
            drop = drop with { Verdict = Verdict.Pending, CheckedAgainst = null };
            ledger = ledger.With(drop);
        }

        return LedgerEndings.Repeat(ledger, drop, RunKind.Rerun, runId, now);
    }

    /// <summary>Ends a run by command.</summary>
    /// <param name="ledger">The ledger.</param>
    /// <param name="runId">The run.</param>
    /// <param name="restate">Whether published periods are restated when their history changes.</param>
    /// <param name="now">Time to record.</param>
    /// <exception cref="SteeringException">The run has ended, or is writing its output.</exception>
    public static Ledger Cancel(Ledger ledger, string runId, bool restate, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(ledger);
        var run = Find(ledger, runId);
        if (run.State != RunState.Active)
        {
            throw new SteeringException(Sentence.Of("steer-ended", ("run", runId), ("state", run.State.Said())));
        }

        if (ledger.Publications.Any(p => p.RunId == runId && !p.Complete))
        {
            throw new SteeringException(Sentence.Of("steer-writing", ("run", runId)));
        }

        var reason = Sentence.Of("run-cancelled");
        return LedgerEndings.End(ledger, runId, RunState.Cancelled, reason.ToString(), starved: false, restate, hasDefinition: true, now, reason);
    }

    private static LedgerRun Find(Ledger ledger, string runId) => ledger.FindRun(runId)
        ?? throw new SteeringException(Sentence.Of("steer-no-run", ("pipeline", ledger.Pipeline), ("run", runId)));
}
