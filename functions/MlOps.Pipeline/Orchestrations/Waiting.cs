using MlOps.Pipeline.Drops;

namespace MlOps.Pipeline.Orchestrations;

/// <summary>Finds the runs that are to look again after the ledger has changed: those that no longer wait for what they waited for.</summary>
internal static class Waiting
{
    /// <summary>Ids of these runs. A run that would find nothing new sleeps on: of many files dropped at once each wakes the next one, not all.</summary>
    /// <param name="ledger">The ledger as it is now.</param>
    /// <param name="exceptRunId">The run that changed it.</param>
    public static IReadOnlyList<string> In(Ledger ledger, string exceptRunId) =>
        [.. ledger.Runs.Where(run => run.State == RunState.Active && run.WaitsFor is not null && run.RunId != exceptRunId && HasNews(ledger, run)).Select(run => run.RunId)];

    // Files that lie unread are known to the container alone: who waits for one looks.
    private static bool HasNews(Ledger ledger, LedgerRun run)
    {
        // Only runs that train in the order of the periods wait for predictions before they have made any of their own.
        var inOrder = run.Prepared is null && run.WaitsFor!.StartsWith(LedgerTurns.PredictionsOf, StringComparison.Ordinal);
        var next = LedgerTurns.Next(ledger, run.RunId, run.Prepared, input: null, inOrder);
        return next.Turn != Turn.Wait || next.Reason != run.WaitsFor;
    }
}
