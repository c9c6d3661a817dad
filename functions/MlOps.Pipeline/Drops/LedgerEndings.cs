using MlOps.Pipeline.Wording;

namespace MlOps.Pipeline.Drops;

/// <summary>How verdicts, publications and ends of runs enter the ledger, and which runs they call for.</summary>
public static class LedgerEndings
{
    /// <summary>Records the verdict on a run's drop. Recording it again changes nothing.</summary>
    /// <param name="ledger">The ledger.</param>
    /// <param name="runId">The run that validated.</param>
    /// <param name="accepted">The verdict.</param>
    /// <param name="checkedAgainst">SHA-256 of the history whose schema was used; empty for the history itself.</param>
    /// <param name="rows">Data rows.</param>
    /// <param name="hasLabel">Whether the file carries the label.</param>
    public static Ledger Judge(Ledger ledger, string runId, bool accepted, string checkedAgainst, long rows, bool hasLabel)
    {
        ArgumentNullException.ThrowIfNull(ledger);
        if (ledger.FindRun(runId) is not { State: RunState.Active } run || ledger.DropOf(run) is not { } drop)
        {
            return ledger;
        }

        return ledger.With(drop with
        {
            Verdict = accepted ? Verdict.Accepted : Verdict.Rejected, CheckedAgainst = checkedAgainst, Rows = rows, HasLabel = hasLabel,
        });
    }

    /// <summary>
    /// Takes the turn to publish. From here on the publication will be carried out, by this run or by the one that takes it over.
    /// Predictions whose bytes are published already (late labels, a rerun) keep their revision and as-of time.
    /// </summary>
    /// <param name="ledger">The ledger; <see cref="LedgerTurns.Next"/> must have said <see cref="Turn.Publish"/> for the run.</param>
    /// <param name="runId">The run.</param>
    /// <param name="historyHash">Hash of the data that the predictions rest on.</param>
    /// <param name="predictionsSha256">SHA-256 of the predictions.</param>
    /// <param name="now">As-of time.</param>
    public static Ledger Claim(Ledger ledger, string runId, string historyHash, string predictionsSha256, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(ledger);
        var run = ledger.FindRun(runId) ?? throw new InvalidOperationException($"Run {runId} is not in the ledger of {ledger.Pipeline}.");
        var own = ledger.Publications.FirstOrDefault(p => p.RunId == runId && !p.Complete);
        if (own?.HistoryHash == historyHash)
        {
            return ledger;
        }

        var former = ledger.Published(run.Period);
        var isSame = former?.PredictionsSha256 == predictionsSha256;
        var next = 1 + ledger.Publications.Where(p => p.Period == run.Period).Select(p => p.Revision).DefaultIfEmpty().Max();
        return ledger.With(new Publication
        {
            Period = run.Period,
            DropRevision = run.Revision,
            Revision = isSame ? former!.Revision : own?.Revision ?? next,
            RunId = runId,
            HistoryHash = historyHash,
            PredictionsSha256 = predictionsSha256,
            AsOf = isSame ? former!.AsOf : now,
        });
    }

    /// <summary>Records that every file of a run's publication is written.</summary>
    /// <param name="ledger">The ledger.</param>
    /// <param name="runId">The run.</param>
    public static Ledger Complete(Ledger ledger, string runId)
    {
        ArgumentNullException.ThrowIfNull(ledger);
        return ledger.Publications.LastOrDefault(p => p.RunId == runId && !p.Complete) is { } claim
            ? ledger.With(claim with { Complete = true })
            : ledger;
    }

    /// <summary>Ends a run and adds the runs that its end calls for. Ending it again adds only what is still missing.</summary>
    /// <param name="ledger">The ledger.</param>
    /// <param name="runId">The run.</param>
    /// <param name="state">How it ended.</param>
    /// <param name="reason">Why, in a sentence.</param>
    /// <param name="starved">Whether it only waited too long for something.</param>
    /// <param name="restate">Whether published periods are restated when their history changes.</param>
    /// <param name="hasDefinition">Whether the pipeline has a definition, without which no run can go on.</param>
    /// <param name="now">Time to record.</param>
    /// <param name="said">The reason as a code with arguments; <see langword="null"/> where there is none.</param>
    public static Ledger End(
        Ledger ledger, string runId, RunState state, string reason, bool starved, bool restate, bool hasDefinition, DateTimeOffset now, Sentence? said = null)
    {
        ArgumentNullException.ThrowIfNull(ledger);
        if (ledger.FindRun(runId) is { State: RunState.Active } run)
        {
            ledger = ledger.With(run with { State = state, Reason = reason, Said = said, Starved = starved, WaitsFor = null, EndedAt = now, Lacked = starved ? Side(run.WaitsFor) : null });
        }

        return AddDueRuns(ledger, restate, hasDefinition, now);
    }

    /// <summary>Adds, as active runs that are still to be scheduled, every run that the ledger calls for.</summary>
    /// <param name="ledger">The ledger.</param>
    /// <param name="restate">Whether published periods are restated when their history changes.</param>
    /// <param name="hasDefinition">Whether the pipeline has a definition, without which no run can go on.</param>
    /// <param name="now">Time to record.</param>
    public static Ledger AddDueRuns(Ledger ledger, bool restate, bool hasDefinition, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(ledger);
        foreach (var drop in DueDrops(ledger, restate, hasDefinition).ToList())
        {
            ledger = Repeat(ledger, drop, RunKind.Restate, parent: ledger.LastRunOf(drop)?.RunId, now);
        }

        return ledger;
    }

    /// <summary>Adds one more run of a drop, under an id derived from the ledger alone.</summary>
    /// <param name="ledger">The ledger.</param>
    /// <param name="drop">The drop.</param>
    /// <param name="kind">Why.</param>
    /// <param name="parent">The run that is repeated.</param>
    /// <param name="now">Time to record.</param>
    public static Ledger Repeat(Ledger ledger, LedgerDrop drop, RunKind kind, string? parent, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(ledger);
        ArgumentNullException.ThrowIfNull(drop);
        var runs = ledger.Runs.Where(r => r.Period == drop.Period && r.Revision == drop.Revision).ToList();

        // Runs that were lost before they entered the ledger have used up numbers too: an id is never given twice.
        var attempt = 1 + Math.Max(runs.Count, runs.Select(r => RunIds.AttemptOf(r.RunId, ledger.Pipeline, drop.Period, drop.ETags[0])).DefaultIfEmpty(0).Max());
        return ledger.With(new LedgerRun
        {
            RunId = RunIds.ForRepeat(ledger.Pipeline, drop.Period, drop.ETags[0], attempt),
            Period = drop.Period,
            Revision = drop.Revision,
            ETag = drop.ETags[0],
            Kind = kind,
            Parent = parent,
            StartedAt = now,
        });
    }

    // Which drops need a run although no event will come for them. A run that failed is not repeated by itself, or it would fail for ever.
    private static IEnumerable<LedgerDrop> DueDrops(Ledger ledger, bool restate, bool hasDefinition)
    {
        var initialInForce = ledger.InForce(PeriodOrder.Initial) is not null;

        // A run is in one of few periods, and there are many of both.
        var runs = ledger.Runs.ToLookup(r => r.Period, StringComparer.Ordinal);
        var published = ledger.Publications.Where(p => p.Complete).ToLookup(p => p.Period, StringComparer.Ordinal);
        foreach (var period in ledger.Periods)
        {
            if (runs[period].Any(r => r.State == RunState.Active) || ledger.Current(period) is not { } drop)
            {
                continue;
            }

            var last = runs[period].LastOrDefault(r => r.Revision == drop.Revision && r.State != RunState.Unchanged);
            var due = last switch
            {
                null => false,
                { State: RunState.Superseded or RunState.Duplicate } => !IsDone(ledger, drop, published[period].LastOrDefault()),
                { State: RunState.Failed, Starved: true, Lacked: { } file } => IsThere(ledger, file),
                { State: RunState.Failed, Starved: true } => hasDefinition && (initialInForce || period == PeriodOrder.Initial),
                { State: RunState.Succeeded } => restate && !IsDone(ledger, drop, published[period].LastOrDefault()),
                _ => false,
            };
            if (due)
            {
                yield return drop;
            }
        }
    }

    private static string? Side(string? waitsFor) => waitsFor is not null && waitsFor.EndsWith(".csv", StringComparison.Ordinal) && waitsFor.Split('/') is [_, _] && !waitsFor.Contains(' ', StringComparison.Ordinal) ? waitsFor : null;

    private static bool IsThere(Ledger ledger, string file) => (ledger.Sides ?? []).Any(s => s.Verdict == Verdict.Accepted && $"{s.Source}/{s.Period}.csv" == file);

    private static bool IsDone(Ledger ledger, LedgerDrop drop, Publication? published) => drop.Period == PeriodOrder.Initial
        ? drop.Verdict == Verdict.Accepted
        : LedgerHistory.IsPublished(ledger, drop, published);
}
