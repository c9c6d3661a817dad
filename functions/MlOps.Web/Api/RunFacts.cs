using MlOps.Pipeline.Drops;
using MlOps.Pipeline.Orchestrations;
using MlOps.Pipeline.Registry;
using MlOps.Pipeline.Wording;
using MlOps.Web.Runs;

namespace MlOps.Web.Api;

/// <summary>A run in a list.</summary>
/// <param name="RunId">Id.</param>
/// <param name="Pipeline">Pipeline's name.</param>
/// <param name="Period">Period of its file.</param>
/// <param name="Revision">Revision of its file; 0 where the file was not read.</param>
/// <param name="State">Where it stands.</param>
/// <param name="Kind">Why it was started.</param>
/// <param name="StartedAt">When it began.</param>
/// <param name="EndedAt">When it ended.</param>
/// <param name="WaitsFor">What it waits for now.</param>
/// <param name="Reason">Why it ended so.</param>
/// <param name="Parent">The run that it repeats.</param>
/// <param name="Said">The reason, or what it waits for, as a code with arguments.</param>
/// <param name="Tags">Tags that people have put on it.</param>
/// <param name="Note">Their note.</param>
internal sealed record RunFacts(
    string RunId, string Pipeline, string Period, int Revision, RunState State, RunKind Kind, DateTimeOffset StartedAt, DateTimeOffset? EndedAt,
    string? WaitsFor, string? Reason, string? Parent, Sentence? Said, IReadOnlyList<string> Tags, string? Note)
{
    public static RunFacts Of(string pipeline, LedgerRun run, Tagging? tagging = null) => new(
        run.RunId, pipeline, run.Period, run.Revision, run.State, run.Kind, run.StartedAt, run.EndedAt, run.WaitsFor, run.Reason, run.Parent,
        run.Said ?? (run.WaitsFor is { } waits ? Sentence.Of("stands-waits", ("what", WaitWords.Of(waits))) : null),
        tagging?.Tags ?? [], tagging?.Note);
}

/// <summary>A run with everything that is known of it.</summary>
/// <param name="Run">As in the list.</param>
/// <param name="Stage">What it does now, while it is active.</param>
/// <param name="Document">Steps, metrics, warnings, outputs; there from the run's end on.</param>
/// <param name="Live">What it tells of itself while it is active.</param>
/// <param name="Left">How long it will go on yet by what earlier runs took; <see langword="null"/> where none says.</param>
internal sealed record RunDetails(RunFacts Run, string? Stage, RunDocument? Document, LiveRun? Live, TimeLeft? Left = null);

/// <summary>How a period stands.</summary>
/// <param name="Period">The period.</param>
/// <param name="Standing">Whether its newest file has been dealt with.</param>
/// <param name="State">In a word: the run's state, or what there is instead of a run.</param>
/// <param name="Reason">In a sentence.</param>
/// <param name="RunId">The run that tells.</param>
/// <param name="PredictionRevision">Revision of its newest predictions; <see langword="null"/> where there are none.</param>
/// <param name="PredictedAt">As-of time of these.</param>
/// <param name="Said">The reason as a code with arguments.</param>
internal sealed record PeriodFacts(
    string Period, Standing Standing, string State, string Reason, string? RunId, int? PredictionRevision, DateTimeOffset? PredictedAt, Sentence? Said)
{
    public static PeriodFacts Of(PeriodStanding standing, Ledger ledger)
    {
        var published = ledger.Published(standing.Period);
        return new PeriodFacts(
            standing.Period, standing.Standing, standing.State, standing.Reason, standing.Run?.RunId, published?.Revision, published?.AsOf, standing.Said);
    }
}
