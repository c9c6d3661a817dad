using MlOps.Pipeline.Drops;
using MlOps.Pipeline.Wording;

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
/// <param name="Said">The same as a code with arguments; <see langword="null"/> where there is none.</param>
public sealed record PeriodStanding(string Period, Standing Standing, LedgerRun? Run, string Reason, Sentence? Said = null)
{
    /// <summary>The reason as the argument of a sentence.</summary>
    internal object Told => (object?)Said ?? Reason;

    internal static PeriodStanding Of(string period, Standing standing, LedgerRun? run, Sentence said) => new(period, standing, run, said.ToString(), said);

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
public sealed record PipelineFiles(Ledger Ledger, IReadOnlyDictionary<string, string> ETags, IReadOnlyDictionary<string, (string Text, Sentence? Said)> Refusals)
{
    private readonly ILookup<string, LedgerRun> runsOf = Ledger.Runs.ToLookup(run => run.Period, StringComparer.Ordinal);

    /// <summary>Every period that has a file or had one, in order.</summary>
    public IEnumerable<string> Periods => ETags.Keys.Concat(Ledger.Periods).Concat(Refusals.Keys).Distinct().Order(PeriodOrder.Instance);

    /// <summary>How a period stands.</summary>
    public PeriodStanding StandingOf(string period)
    {
        LedgerRun[] runs = [.. runsOf[period]];
        if (runs.LastOrDefault(run => run.State == RunState.Active) is { } active)
        {
            return Working(period, active);
        }

        if (!ETags.TryGetValue(period, out var etag))
        {
            // A refused file is moved away, and an empty one never gets a run of its own.
            return runs is [.., var last] ? Ended(period, last)
                : Refusals.TryGetValue(period, out var refusal) ? new PeriodStanding(period, Standing.Failed, null, refusal.Text, refusal.Said)
                : PeriodStanding.Of(period, Standing.Absent, null, Sentence.Of("stands-absent"));
        }

        return runs.LastOrDefault(run => run.ETag == etag) is { } own
            ? Ended(period, own)
            : PeriodStanding.Of(period, Standing.Pending, null, Sentence.Of("stands-not-begun"));
    }

    private PeriodStanding Working(string period, LedgerRun run)
    {
        if (run.WaitsFor is not { } waits)
        {
            return PeriodStanding.Of(period, Standing.Pending, run, Sentence.Of("stands-in-work"));
        }

        // A period may come before the history, which may be on its way; but a history that was refused will not come by itself.
        if (period != PeriodOrder.Initial && Ledger.InForce(PeriodOrder.Initial) is null
            && StandingOf(PeriodOrder.Initial) is { Standing: Standing.Failed } initial)
        {
            return PeriodStanding.Of(
                period, Standing.Failed, run, Sentence.Of("stands-waits-in-vain", ("file", WaitWords.Of(waits)), ("state", StateWords.Of(initial.State)), ("reason", initial.Told)));
        }

        return PeriodStanding.Of(period, Standing.Pending, run, Sentence.Of("stands-waits", ("what", WaitWords.Of(waits))));
    }

    private PeriodStanding Ended(string period, LedgerRun run)
    {
        // A file that was dropped again with the same bytes stands as its first drop does.
        var telling = run.State == RunState.Unchanged && Ledger.DropOf(run) is { } drop ? Ledger.LastRunOf(drop) ?? run : run;
        var failed = telling.State is RunState.Failed or RunState.Rejected or RunState.Cancelled;
        var (reason, said) = (telling.Reason ?? "", telling.Said);
        if (telling.State == RunState.Duplicate && Ledger.DropOf(telling) is { } copy && Ledger.OriginalOf(copy) is { } original)
        {
            said = Sentence.Of("stands-duplicate", ("original", original), ("period", period));
            reason = said.ToString();
        }

        return new PeriodStanding(period, failed ? Standing.Failed : Standing.Done, telling, reason, said);
    }
}
