using MlOps.Pipeline.Arrival;

namespace MlOps.App.Runs;

/// <summary>Whether a period's newest file has been dealt with.</summary>
internal enum Standing
{
    /// <summary>No file of this period is known.</summary>
    Absent,

    /// <summary>Its run has not begun or goes on.</summary>
    Pending,

    /// <summary>Its run has ended well.</summary>
    Done,

    /// <summary>Its run has failed, or the file was refused.</summary>
    Failed,
}

/// <summary>How a period stands.</summary>
/// <param name="Period">The period.</param>
/// <param name="Standing">Whether its newest file has been dealt with.</param>
/// <param name="Run">The run that tells, where there is one.</param>
/// <param name="Reason">In a sentence, for people.</param>
internal sealed record PeriodStanding(string Period, Standing Standing, LedgerRun? Run, string Reason)
{
    /// <summary>Reads it from the ledger and what lies in the input and rejected containers.</summary>
    /// <param name="ledger">The pipeline's ledger.</param>
    /// <param name="period">The period.</param>
    /// <param name="etag">ETag of its file in the input container; <see langword="null"/> where there is none.</param>
    /// <param name="refusal">Why its file was refused, where one lies in the rejected container.</param>
    public static PeriodStanding Of(Ledger ledger, string period, string? etag, string? refusal)
    {
        var runs = ledger.Runs.Where(run => run.Period == period).ToArray();
        if (runs.LastOrDefault(run => run.State == RunState.Active) is { } active)
        {
            return new PeriodStanding(period, Standing.Pending, active, active.WaitsFor is { } waits ? $"waits for {waits}" : "is being worked on");
        }

        if (etag is null)
        {
            // A refused file is moved away, and an empty one never gets a run of its own.
            return runs is [.., var last] ? Ended(ledger, period, last)
                : refusal is not null ? new PeriodStanding(period, Standing.Failed, null, refusal)
                : new PeriodStanding(period, Standing.Absent, null, "no file of this period was dropped");
        }

        var own = runs.LastOrDefault(run => run.ETag == etag);
        return own is null ? new PeriodStanding(period, Standing.Pending, null, "its run has not begun") : Ended(ledger, period, own);
    }

    private static PeriodStanding Ended(Ledger ledger, string period, LedgerRun run)
    {
        // A file that was dropped again with the same bytes stands as its first drop does.
        var telling = run.State == RunState.Unchanged && ledger.DropOf(run) is { } drop ? ledger.LastRunOf(drop) ?? run : run;
        var failed = telling.State is RunState.Failed or RunState.Rejected or RunState.Cancelled;
        return new PeriodStanding(period, failed ? Standing.Failed : Standing.Done, telling, telling.Reason ?? "");
    }
}
