using Microsoft.Extensions.Logging;
using MlOps.Pipeline.Definitions;
using MlOps.Pipeline.Drops;
using MlOps.Pipeline.Registry;
using MlOps.Pipeline.Steps.Performance;
using MlOps.Storage;

namespace MlOps.Pipeline.Orchestrations;

/// <summary>
/// The lines that operators' alerts stand on: each has a name (<see cref="EventId.Name"/>) and fields. infra/alerts asks for them by
/// these names, and tests run those queries over what is written here.
/// </summary>
public static class RunLog
{
    /// <summary>A run has come to a stage.</summary>
    public const string Stage = "run.stage";

    /// <summary>A run has ended.</summary>
    public const string Ended = "run.ended";

    /// <summary>The platform has lost a run.</summary>
    public const string Lost = "run.lost";

    /// <summary>A period is more than a day late.</summary>
    public const string Missing = "period.missing";

    /// <summary>Writes that a run has come to a stage.</summary>
    /// <param name="logger">Takes the line; in an orchestrator the replay-safe one.</param>
    /// <param name="run">The run.</param>
    /// <param name="stage">What begins.</param>
    public static void WriteStage(ILogger logger, RunDocument run, string stage)
    {
        ArgumentNullException.ThrowIfNull(run);
        Write(logger, LogLevel.Information, Stage, $"run {run.RunId}: {stage}", [.. Of(run), new("stage", stage)]);
    }

    /// <summary>Writes that a run has ended, and how.</summary>
    /// <param name="logger">Takes the line.</param>
    /// <param name="run">The run as it ended.</param>
    /// <param name="refusals">Periods in a row, this one included, whose model was refused by the gate.</param>
    public static void WriteEnded(ILogger logger, RunDocument run, int refusals)
    {
        ArgumentNullException.ThrowIfNull(run);
        var level = run.State == RunState.Failed ? LogLevel.Error : LogLevel.Information;
        Write(logger, level, Ended, $"run {run.RunId} ended: {run.State.ToString().ToLowerInvariant()}. {run.Reason}",
        [
            .. Of(run),
            new("state", run.State.ToString().ToLowerInvariant()),
            new("kind", run.Kind.ToString().ToLowerInvariant()),
            new("seconds", ((run.EndedAt ?? run.StartedAt) - run.StartedAt).TotalSeconds),
            new("rows", run.Rows),
            new("step", run.FailedStep),
            new("cause", run.Cause),
            new("deadLetter", run.State == RunState.Failed ? run.RejectedFile : null),
            new("model", run.ModelVersion),
            new("promoted", run.Promotion?.Promoted),
            new("refusals", refusals),
            new("columns", run.Monitor?.Columns ?? 0),
            new("fell", run.Warnings.Count(w => PerformanceAlerts.Codes.Contains(w.Code))),
            new("drifted", run.Monitor?.Drifted.Count ?? 0),
            new("incidents", run.Monitor?.Incidents.Count ?? 0),
        ]);
    }

    /// <summary>Writes that the platform has lost a run.</summary>
    /// <param name="logger">Takes the line.</param>
    /// <param name="pipeline">Pipeline's name.</param>
    /// <param name="run">The run.</param>
    /// <param name="successor">The run that took over; <see langword="null"/> where none does.</param>
    public static void WriteLost(ILogger logger, PipelineName pipeline, LedgerRun run, string? successor)
    {
        ArgumentNullException.ThrowIfNull(run);
        Write(logger, successor is null ? LogLevel.Error : LogLevel.Warning, Lost, $"the platform lost run {run.RunId}; {successor ?? "nothing"} takes over",
            [new("pipeline", pipeline.Value), new("period", run.Period), new("run", run.RunId), new("successor", successor)]);
    }

    /// <summary>Writes that a period is late.</summary>
    /// <param name="logger">Takes the line.</param>
    /// <param name="pipeline">Pipeline's name.</param>
    /// <param name="missing">The period.</param>
    public static void WriteMissing(ILogger logger, PipelineName pipeline, OverduePeriod missing)
    {
        ArgumentNullException.ThrowIfNull(missing);
        Write(logger, LogLevel.Warning, Missing, $"{pipeline}/{missing.Period}.csv was expected by {missing.ExpectedBy:yyyy-MM-dd HH:mm}Z and is not there",
            [new("pipeline", pipeline.Value), new("period", missing.Period.Value), new("expectedBy", missing.ExpectedBy.UtcDateTime.ToString("O"))]);
    }

    /// <summary>Periods in a row, the latest included, whose model the gate refused; a promotion or a move by hand ends the row.</summary>
    /// <param name="aliases">Decisions of the pipeline.</param>
    /// <param name="run">The run.</param>
    public static int Refusals(Aliases aliases, RunDocument run)
    {
        ArgumentNullException.ThrowIfNull(aliases);
        ArgumentNullException.ThrowIfNull(run);
        return run.Promotion is not { Promoted: false, Champion: not null } || run.Promotion.Verdict.Rule == PromoteRule.Manual
            ? 0
            : aliases.History.Reverse().TakeWhile(r => r.Challenger is not null && r.Champion != r.Challenger).DistinctBy(r => r.Period).Count();
    }

    private static IEnumerable<KeyValuePair<string, object?>> Of(RunDocument run) =>
    [
        new("pipeline", run.Pipeline), new("period", run.Period), new("run", run.RunId), new("file", run.File), new("traceparent", run.TraceParent),
    ];

    private static void Write(ILogger logger, LogLevel level, string name, string text, IReadOnlyList<KeyValuePair<string, object?>> fields) =>
        logger.Log(level, new EventId(0, name), fields, null, (_, _) => text);
}
