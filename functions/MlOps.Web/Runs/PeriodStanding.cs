using MlOps.Pipeline.Drops;

namespace MlOps.Web.Runs;

/// <summary>Whether a period's newest file has been dealt with.</summary>
public enum Standing
{
    /// <summary>No file of this period is known.</summary>
    Absent,

    /// <summary>Its run has not begun or goes on.</summary>
    Pending,

    /// <summary>Its run has ended well.</summary>
    Done,

    /// <summary>Its run has failed, its file was refused, or it waits for a history that was.</summary>
    Failed,
}

/// <summary>How a period stands.</summary>
/// <param name="Period">The period.</param>
/// <param name="Standing">Whether its newest file has been dealt with.</param>
/// <param name="Run">The run that tells, where there is one.</param>
/// <param name="Reason">In a sentence, for people.</param>
public sealed record PeriodStanding(string Period, Standing Standing, LedgerRun? Run, string Reason)
{
    /// <summary>In a word: the run's state, or what there is instead of a run.</summary>
    public string State => this switch
    {
        { Run: { } run } => run.State.ToString().ToLowerInvariant(),
        { Standing: Standing.Pending } => "pending",
        { Standing: Standing.Absent } => "absent",
        _ => "rejected",
    };
}

/// <summary>What is known of a pipeline's files.</summary>
/// <param name="Ledger">Its ledger.</param>
/// <param name="ETags">ETags of the files in the input container by period.</param>
/// <param name="Refusals">Reasons of the refused files in the rejected container by period.</param>
public sealed record PipelineFiles(Ledger Ledger, IReadOnlyDictionary<string, string> ETags, IReadOnlyDictionary<string, string> Refusals)
{
    /// <summary>Every period that has a file or had one, in order.</summary>
    public IEnumerable<string> Periods => ETags.Keys.Concat(Ledger.Periods).Concat(Refusals.Keys).Distinct().Order(PeriodOrder.Instance);

    /// <summary>How a period stands.</summary>
    public PeriodStanding StandingOf(string period)
    {
        var runs = Ledger.Runs.Where(run => run.Period == period).ToArray();
        if (runs.LastOrDefault(run => run.State == RunState.Active) is { } active)
        {
            return Working(period, active);
        }

        if (!ETags.TryGetValue(period, out var etag))
        {
            // A refused file is moved away, and an empty one never gets a run of its own.
            return runs is [.., var last] ? Ended(period, last)
                : Refusals.TryGetValue(period, out var refusal) ? new PeriodStanding(period, Standing.Failed, null, refusal)
                : new PeriodStanding(period, Standing.Absent, null, "no file of this period was dropped");
        }

        return runs.LastOrDefault(run => run.ETag == etag) is { } own
            ? Ended(period, own)
            : new PeriodStanding(period, Standing.Pending, null, "its run has not begun");
    }

    private PeriodStanding Working(string period, LedgerRun run)
    {
        if (run.WaitsFor is not { } waits)
        {
            return new PeriodStanding(period, Standing.Pending, run, "is being worked on");
        }

        // A period may come before the history, which may be on its way; but a history that was refused will not come by itself.
        if (period != PeriodOrder.Initial && Ledger.InForce(PeriodOrder.Initial) is null
            && StandingOf(PeriodOrder.Initial) is { Standing: Standing.Failed } initial)
        {
            return new PeriodStanding(period, Standing.Failed, run, $"It waits for {waits}, which {initial.State}: {initial.Reason} Drop a corrected initial.csv and it goes on.");
        }

        return new PeriodStanding(period, Standing.Pending, run, $"waits for {waits}");
    }

    private PeriodStanding Ended(string period, LedgerRun run)
    {
        // A file that was dropped again with the same bytes stands as its first drop does.
        var telling = run.State == RunState.Unchanged && Ledger.DropOf(run) is { } drop ? Ledger.LastRunOf(drop) ?? run : run;
        var failed = telling.State is RunState.Failed or RunState.Rejected or RunState.Cancelled;
        var reason = telling.Reason ?? "";
        if (telling.State == RunState.Duplicate && Ledger.DropOf(telling) is { } copy && Ledger.OriginalOf(copy) is { } original)
        {
            reason = $"The same bytes stand under {original}.csv and are not used twice: {period} has no predictions of its own, those of {original} are of the same rows. If the wrong file was dropped, drop the right one as {period}.csv.";
        }

        return new PeriodStanding(period, failed ? Standing.Failed : Standing.Done, telling, reason);
    }
}
