using Microsoft.DurableTask;
using MlOps.Pipeline.Drops;
using MlOps.Pipeline.Notifications;
using MlOps.Pipeline.Registry;
using MlOps.Pipeline.Steps.Evaluate;
using MlOps.Pipeline.Wording;

namespace MlOps.Pipeline.Orchestrations;

/// <summary>Words for the end of a run, for the person who is told of it.</summary>
internal static class RunFailure
{
    /// <summary>What a run without a usable definition failed at.</summary>
    public const string DefinitionStep = "definition";

    /// <summary>The innermost message is the cause; what wraps it only says where.</summary>
    public static string CauseOf(TaskFailureDetails failure)
    {
        while (failure.InnerFailure is { } inner && !IsSaid(inner))
        {
            failure = inner;
        }

        // Messages of storage errors go on for many lines of headers; the first says what happened.
        var message = failure.ErrorMessage;
        if (failure.ErrorType == "Azure.RequestFailedException" && message.IndexOf('\n', StringComparison.Ordinal) is > 0 and var end)
        {
            message = message[..end].TrimEnd();
        }

        return message.Length <= 2000 ? message : message[..2000] + " …";
    }

    /// <summary>The cause as a code with arguments; <see langword="null"/> where the failure carries none.</summary>
    public static Sentence? SaidOf(TaskFailureDetails failure)
    {
        for (var one = failure; one is not null; one = one.InnerFailure)
        {
            if (IsSaid(one))
            {
                return SaidException.Read(one.ErrorMessage);
            }

            if (one.ErrorType == typeof(OutOfMemoryException).FullName)
            {
                return Sentence.Of("run-memory");
            }

            if (one.ErrorType == typeof(IOException).FullName && one.ErrorMessage.Contains("No space left on device", StringComparison.Ordinal))
            {
                return Sentence.Of("run-disk");
            }

            if (one.ErrorType == typeof(IOException).FullName && one.ErrorMessage.Contains("Too many open files", StringComparison.Ordinal))
            {
                return Sentence.Of("run-files");
            }
        }

        return null;
    }

    /// <summary>What happened, in a sentence.</summary>
    public static Sentence Summarize(RunDocument run) => run.State switch
    {
        RunState.Succeeded when run.Period == PeriodOrder.Initial => Sentence.Of("notice-history", ("file", run.File), ("rows", run.Rows)),
        RunState.Succeeded => Sentence.Of("notice-published", ("period", run.Period), ("revision", run.PredictionRevision), ("decision", Decision(run)), ("more", More(run))),
        RunState.Rejected => Sentence.Of("notice-refused", ("file", run.File), ("count", run.ErrorCount), ("first", First(run)), ("kept", run.RejectedFile ?? "")),
        RunState.Failed => Sentence.Of("notice-failed", ("file", run.File), ("reason", Why(run))),
        _ => Sentence.Of("notice-other", ("file", run.File), ("reason", Why(run))),
    };

    /// <summary>The command that helps next.</summary>
    public static string? NextCommand(RunDocument run) => run.State switch
    {
        RunState.Succeeded when run.Period != PeriodOrder.Initial => $"mlops get {run.Pipeline} {run.Period}",
        RunState.Rejected => $"mlops put {run.Pipeline} {FileName(run)}",
        RunState.Failed when run.RejectedFile is { } deadLetter => $"mlops replay {deadLetter}",
        RunState.Failed => $"mlops rerun {run.RunId}",
        _ => $"mlops run {run.RunId}",
    };

    /// <summary>The notice of a run that has ended.</summary>
    public static Notice NoticeOf(RunDocument run) => new()
    {
        RunId = run.RunId,
        Pipeline = run.Pipeline,
        Period = run.Period,
        File = run.File,
        State = run.State,
        Summary = Summarize(run).ToString(),
        Said = Summarize(run),
        Step = run.FailedStep,
        Cause = run.Cause,
        CauseSaid = run.CauseSaid,
        ErrorCount = run.ErrorCount,
        Errors = run.State == RunState.Rejected ? run.Errors : [],
        RejectedFile = run.RejectedFile,
        Outputs = run.Outputs,
        Metrics = run.Metrics,
        Command = NextCommand(run),
        TraceParent = run.TraceParent,
        Time = run.EndedAt ?? run.StartedAt,
    };

    /// <summary>A span of time in words.</summary>
    public static Sentence Spell(TimeSpan time) => time switch
    {
        { TotalDays: >= 1 } => Sentence.Of("days", ("count", $"{time.TotalDays:0.##}")),
        { TotalHours: >= 1 } => Sentence.Of("hours", ("count", $"{time.TotalHours:0.##}")),
        { TotalMinutes: >= 1 } => Sentence.Of("minutes", ("count", $"{time.TotalMinutes:0.##}")),
        _ => Sentence.Of("seconds", ("count", $"{time.TotalSeconds:0.##}")),
    };

    private static object Decision(RunDocument run) => run.Promotion switch
    {
        { IsNobodysChampion: true } promotion => And(Sentence.Of("no-champion-predicts", ("pipeline", run.Pipeline), ("version", promotion.Version), ("reason", promotion.Verdict.Told))),
        { Approval: ApprovalState.Approved } promotion => And(Sentence.Of("notice-new-champion", ("version", promotion.Version), ("reason", promotion.Verdict.Told))),
        { Approval: not null } promotion => And(Sentence.Of("notice-champion-stays", ("version", promotion.Version), ("reason", promotion.Verdict.Told))),
        _ => "",
    };

    private static Sentence And(object sentence) => Sentence.Of("and-sentence", ("sentence", sentence));

    private static object Why(RunDocument run) => (object?)run.Said ?? run.Reason;

    // What to expect, and what makes it doubtful.
    private static object More(RunDocument run)
    {
        Sentence[] more =
        [
            .. run.Expected is { } expected ? [And(expected.Said)] : Array.Empty<Sentence>(),
            .. run.Expected?.Outcome is { } outcome ? [And(outcome)] : Array.Empty<Sentence>(),
            .. run.Warnings.Where(w => w.Code == PerfectMetrics.Code).Take(1).Select(w => And(w.Told)),
        ];
        return more.Length == 0 ? "" : Sentences.Join(more);
    }

    private static bool IsSaid(TaskFailureDetails failure) => failure.ErrorType == typeof(SaidException).FullName;

    private static object First(RunDocument run) => run.Errors is [var first, ..] ? Sentence.Of("notice-first", ("error", first.Told)) : "";

    private static string FileName(RunDocument run) => run.File[(run.File.LastIndexOf('/') + 1)..];
}
