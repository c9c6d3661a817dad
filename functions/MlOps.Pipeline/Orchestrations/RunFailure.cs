using Microsoft.DurableTask;
using MlOps.Pipeline.Drops;
using MlOps.Pipeline.Notifications;
using MlOps.Pipeline.Registry;
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
        while (failure.InnerFailure is { } inner)
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

    /// <summary>What happened, in a sentence.</summary>
    public static string Summarize(RunDocument run) => run.State switch
    {
        RunState.Succeeded when run.Period == PeriodOrder.Initial => $"{run.File} is accepted as the history: {run.Rows} rows.",
        RunState.Succeeded => $"Predictions for {run.Period} are published (revision {run.PredictionRevision}).{Decision(run)}",
        RunState.Rejected => $"{run.File} was refused with {run.ErrorCount} error(s){First(run)}. The file is kept in the container rejected as {run.RejectedFile}.",
        RunState.Failed => $"The run for {run.File} failed. {run.Reason}",
        _ => $"{run.File}: {run.Reason}",
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
        Summary = Summarize(run),
        Step = run.FailedStep,
        Cause = run.Cause,
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
    public static string Spell(TimeSpan time) => time switch
    {
        { TotalDays: >= 1 } => $"{time.TotalDays:0.##} days",
        { TotalHours: >= 1 } => $"{time.TotalHours:0.##} hours",
        { TotalMinutes: >= 1 } => $"{time.TotalMinutes:0.##} minutes",
        _ => $"{time.TotalSeconds:0.##} seconds",
    };

    private static string Decision(RunDocument run) => run.Promotion switch
    {
        { IsNobodysChampion: true } promotion => " " + Sentence.Of("no-champion-predicts", ("pipeline", run.Pipeline), ("version", promotion.Version), ("reason", promotion.Verdict.Reason)),
        { Approval: ApprovalState.Approved } promotion => $" Model {promotion.Version} is the new champion: {promotion.Verdict.Reason}.",
        { Approval: not null } promotion => $" The champion {promotion.Version} stays: {promotion.Verdict.Reason}.",
        _ => "",
    };

    private static string First(RunDocument run) => run.Errors is [var first, ..] ? $", the first: {first.Message}".TrimEnd('.') : "";

    private static string FileName(RunDocument run) => run.File[(run.File.LastIndexOf('/') + 1)..];
}
