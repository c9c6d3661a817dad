using MlOps.Pipeline.Wording;

namespace MlOps.Pipeline.Drops;

/// <summary>What a run does next.</summary>
public enum Turn
{
    /// <summary>Wait until the ledger changes.</summary>
    Wait,

    /// <summary>Validate the drop, against the schema of the history where there is one.</summary>
    Validate,

    /// <summary>Make predictions from the pinned history.</summary>
    Predict,

    /// <summary>Publish the predictions that were made.</summary>
    Publish,

    /// <summary>End; <see cref="NextTurn.State"/> says how.</summary>
    End,
}

/// <summary>The decision for a run at one moment.</summary>
public sealed record NextTurn
{
    /// <summary>What to do.</summary>
    public required Turn Turn { get; init; }

    /// <summary>Why, in a sentence.</summary>
    public string Reason { get; init; } = "";

    /// <summary>The same as a code with arguments, for <see cref="Turn.End"/>; <see langword="null"/> where there is none.</summary>
    public Sentence? Said { get; init; }

    /// <summary>How the run ends, for <see cref="Turn.End"/>.</summary>
    public RunState State { get; init; }

    /// <summary>Hash of the data to predict from, for <see cref="Turn.Predict"/> and <see cref="Turn.Publish"/>.</summary>
    public string? HistoryHash { get; init; }
}

/// <summary>
/// The order of things inside one pipeline: a drop waits for the history, is validated, waits for earlier drops to be validated,
/// is predicted, waits until every earlier period has published, and publishes. One writer at a time.
/// </summary>
public static class LedgerTurns
{
    /// <summary>How the reason of a wait for an earlier period's predictions begins; the period follows.</summary>
    internal const string PredictionsOf = "the predictions of ";

    /// <summary>Decides what a run does next.</summary>
    /// <param name="ledger">The ledger.</param>
    /// <param name="runId">The run; it must be in the ledger.</param>
    /// <param name="preparedHash">Hash of the data that the run has predictions for; <see langword="null"/> where it has none.</param>
    /// <param name="input">ETags of the blobs in the input container by period, those of side tables by <c>{source}/{period}</c>; <see langword="null"/> to leave them out of account.</param>
    /// <param name="inOrder">Whether a run predicts only once every earlier period has published.</param>
    /// <param name="required">Sources whose files of its day a period waits for; <see langword="null"/> for none.</param>
    public static NextTurn Next(
        Ledger ledger, string runId, string? preparedHash, IReadOnlyDictionary<string, string>? input = null, bool inOrder = false, IReadOnlyList<string>? required = null)
    {
        ArgumentNullException.ThrowIfNull(ledger);
        var run = ledger.FindRun(runId) ?? throw new InvalidOperationException($"Run {runId} is not in the ledger of {ledger.Pipeline}.");
        if (run.State != RunState.Active)
        {
            return new NextTurn { Turn = Turn.End, State = run.State, Reason = run.Reason ?? "", Said = run.Said };
        }

        var drop = ledger.DropOf(run) ?? throw new InvalidOperationException($"The ledger of {ledger.Pipeline} has no drop for run {runId}.");

        // A claimed publication is a promise: it is carried out whatever has arrived since; newer data is published after it.
        if (OwnClaim(ledger, run) is { } claim && claim.HistoryHash == preparedHash)
        {
            return new NextTurn { Turn = Turn.Publish, HistoryHash = claim.HistoryHash, Reason = "finish the publication that was begun" };
        }

        if (ledger.OriginalOf(drop) is { } original)
        {
            return End(RunState.Duplicate, Sentence.Of("run-duplicate", ("original", original)));
        }

        if (ledger.Current(run.Period) is { } current && current.Revision > run.Revision)
        {
            return End(RunState.Superseded, Sentence.Of("run-superseded", ("newer", current.Revision), ("period", run.Period), ("older", run.Revision)));
        }

        return drop.Period == PeriodOrder.Initial ? NextOfInitial(drop) : NextOfPeriod(ledger, run, drop, preparedHash, input, inOrder, required);
    }

    private static NextTurn NextOfInitial(LedgerDrop drop) => drop.Verdict switch
    {
        Verdict.Pending => new NextTurn { Turn = Turn.Validate },
        Verdict.Rejected => End(RunState.Rejected, Sentence.Of("run-refused")),
        _ => End(RunState.Succeeded, Sentence.Of("run-history-accepted")),
    };

    private static NextTurn NextOfPeriod(
        Ledger ledger, LedgerRun run, LedgerDrop drop, string? preparedHash, IReadOnlyDictionary<string, string>? input, bool inOrder, IReadOnlyList<string>? required)
    {
        var initial = ledger.InForce(PeriodOrder.Initial);
        if (initial is null || !IsSettled(ledger, PeriodOrder.Initial))
        {
            return Wait("initial.csv");
        }

        if (drop.Verdict == Verdict.Rejected)
        {
            return End(RunState.Rejected, Sentence.Of("run-refused"));
        }

        if (drop.Verdict == Verdict.Pending || drop.CheckedAgainst != initial.Sha256)
        {
            return new NextTurn { Turn = Turn.Validate };
        }

        if (Earlier(ledger, drop).LastOrDefault(p => !IsSettled(ledger, p)) is { } unsettled)
        {
            return Wait($"validation of {unsettled}.csv");
        }

        if (SideHistory.Unsettled(ledger, drop.Period) is { } side)
        {
            return Wait($"validation of {side.Source}/{side.Period}.csv");
        }

        if (Unread(ledger, drop.Period, input) is { } unread)
        {
            return Wait($"{unread}.csv to be read");
        }

        if (SideHistory.Missing(ledger, drop.Period, required) is { } missing)
        {
            return Wait(missing);
        }

        var hash = LedgerHistory.HashOf(ledger, drop);
        if (ledger.Published(drop.Period) is { } published && published.DropRevision == drop.Revision && published.HistoryHash == hash
            && (run.Kind != RunKind.Rerun || published.RunId == run.RunId))
        {
            return End(RunState.Succeeded, Sentence.Of("run-published"));
        }

        // The latest of them, which comes after all others: what a run waits for stays the same until its wait is over.
        var owing = Earlier(ledger, drop).LastOrDefault(p => OwesPublication(ledger, p));
        if (preparedHash != hash && (owing is null || !inOrder))
        {
            return new NextTurn { Turn = Turn.Predict, HistoryHash = hash };
        }

        if (owing is not null)
        {
            return Wait(PredictionsOf + owing);
        }

        if (ledger.Publications.FirstOrDefault(p => !p.Complete && ledger.FindRun(p.RunId)?.State == RunState.Active) is { } writing)
        {
            return Wait($"run {writing.RunId} to finish writing");
        }

        return new NextTurn { Turn = Turn.Publish, HistoryHash = hash };
    }

    /// <summary>Whether nothing of a period is still to be validated: no run of it is busy with bytes whose verdict is open or out of date.</summary>
    /// <param name="ledger">The ledger.</param>
    /// <param name="period">The period.</param>
    public static bool IsSettled(Ledger ledger, string period)
    {
        ArgumentNullException.ThrowIfNull(ledger);
        if (!ledger.IsActive(period) || ledger.Current(period) is not { } current)
        {
            return true;
        }

        return current.Verdict == Verdict.Accepted
            && (period == PeriodOrder.Initial || current.CheckedAgainst == ledger.InForce(PeriodOrder.Initial)?.Sha256);
    }

    // A period without an active run (failed, cancelled) owes nothing: others go on.
    private static bool OwesPublication(Ledger ledger, string period) =>
        period != PeriodOrder.Initial
        && ledger.IsActive(period)
        && ledger.InForce(period) is { } drop
        && !LedgerHistory.IsPublished(ledger, drop);

    private static Publication? OwnClaim(Ledger ledger, LedgerRun run) =>
        ledger.Publications.LastOrDefault(p => p.RunId == run.RunId && !p.Complete);

    private static IEnumerable<string> Earlier(Ledger ledger, LedgerDrop drop) =>
        ledger.Periods.Where(p => PeriodOrder.IsBefore(p, drop.Period));

    // A blob that lies in the input container and that no run has read yet will change the data: its event is on the way.
    private static string? Unread(Ledger ledger, string period, IReadOnlyDictionary<string, string>? input) =>
        input?.Where(blob => !PeriodOrder.IsBefore(period, blob.Key[(blob.Key.IndexOf('/', StringComparison.Ordinal) + 1)..])
                && !IsReadSide(ledger, blob.Key, blob.Value)
                && !ledger.HasDrop(blob.Key, blob.Value)
                && !ledger.Runs.Any(r => r.Period == blob.Key && r.ETag == blob.Value && r.State != RunState.Active))
            .Select(blob => blob.Key)
            .Order(PeriodOrder.Instance)
            .FirstOrDefault();

    private static bool IsReadSide(Ledger ledger, string name, string etag) =>
        name.Split('/') is [var source, var day] && SideHistory.Find(ledger, source, day, etag) is not null;

    private static NextTurn Wait(string what) => new() { Turn = Turn.Wait, Reason = what };

    private static NextTurn End(RunState state, Sentence reason) => new() { Turn = Turn.End, State = state, Reason = reason.ToString(), Said = reason };
}
