using MlOps.Pipeline.Wording;

namespace MlOps.Pipeline.Drops;

/// <summary>A command that cannot be followed; the message says why and what can be done instead.</summary>
/// <param name="message">For the person who gave the command.</param>
public sealed class SteeringException(string message) : Exception(message);

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
            throw new SteeringException($"Run {runId} never read its file: {run.Reason} Drop {run.Period}.csv again.");
        }

        if (ledger.Runs.FirstOrDefault(r => r.Period == run.Period && r.State == RunState.Active) is { } active)
        {
            throw new SteeringException($"Run {active.RunId} of {run.Period}.csv is still going on. Wait for it, or end it with `mlops cancel {active.RunId}`.");
        }

        var newest = ledger.Drops.Last(d => d.Period == run.Period);
        if (newest.Revision > drop.Revision && newest.Verdict != Verdict.Rejected)
        {
            var next = ledger.LastRunOf(newest)?.RunId;
            throw new SteeringException($"Revision {newest.Revision} of {run.Period}.csv took the place of revision {drop.Revision}. Repeat that one: `mlops rerun {next}`.");
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
            throw new SteeringException($"Run {runId} has ended already: {Word(run.State)}.");
        }

        if (ledger.Publications.Any(p => p.RunId == runId && !p.Complete))
        {
            throw new SteeringException($"Run {runId} is writing its predictions and cannot be stopped half way.");
        }

        var reason = Sentence.Of("run-cancelled");
        return LedgerEndings.End(ledger, runId, RunState.Cancelled, reason.ToString(), starved: false, restate, hasDefinition: true, now, reason);
    }

    internal static string Word(RunState state) => state.ToString().ToLowerInvariant();

    private static LedgerRun Find(Ledger ledger, string runId) => ledger.FindRun(runId)
        ?? throw new SteeringException($"Pipeline {ledger.Pipeline} has no run {runId}. `mlops runs {ledger.Pipeline}` lists them.");
}
