using System.Diagnostics;
using System.Diagnostics.Metrics;
using MlOps.Pipeline.Artifacts;

namespace MlOps.Pipeline.Orchestrations;

/// <summary>
/// Tells of a run that has ended as spans (run, its steps, its trials) and metrics. It is told at the end, from the run's document,
/// because the steps of one run may have run in several processes, some of which are gone. At least once, as everything at the end.
/// </summary>
public static class RunTelemetry
{
    /// <summary>Name of the activity source and of the meter.</summary>
    public const string SourceName = "MlOps";

    internal static readonly ActivitySource Source = new(SourceName);
    private static readonly Meter Meter = new(SourceName);
    private static readonly Counter<long> Runs = Meter.CreateCounter<long>("mlops.runs", "{run}", "Runs that have ended, by state.");
    private static readonly Counter<long> Rows = Meter.CreateCounter<long>("mlops.rows", "{row}", "Rows of files whose predictions were published.");
    private static readonly Histogram<double> RunSeconds = Meter.CreateHistogram<double>("mlops.run.duration", "s", "From the begin of a run to its end.");
    private static readonly Histogram<double> StepSeconds = Meter.CreateHistogram<double>("mlops.step.duration", "s", "Time of a step, skipped ones included.");

    /// <summary>Tells of one run.</summary>
    /// <param name="run">The run as it ended.</param>
    public static void Tell(RunDocument run)
    {
        ArgumentNullException.ThrowIfNull(run);
        var ended = run.EndedAt ?? run.StartedAt;
        var state = run.State.ToString().ToLowerInvariant();
        TagList tags = [new("mlops.pipeline", run.Pipeline), new("mlops.state", state)];
        Runs.Add(1, tags);
        RunSeconds.Record((ended - run.StartedAt).TotalSeconds, tags);
        if (run.Outputs.Count > 0)
        {
            Rows.Add(run.Rows, new KeyValuePair<string, object?>("mlops.pipeline", run.Pipeline));
        }

        foreach (var step in run.Steps)
        {
            TagList of = [new("mlops.pipeline", run.Pipeline), new("mlops.step", step.Name), new("mlops.skipped", step.Skipped)];
            StepSeconds.Record(step.Seconds, of);
        }

        Spans(run, ended, state);
    }

    private static void Spans(RunDocument run, DateTimeOffset ended, string state)
    {
        if (!ActivityContext.TryParse(run.TraceParent, null, isRemote: true, out var parent)
            || Source.StartActivity($"run {run.Pipeline}", ActivityKind.Consumer, parent, startTime: run.StartedAt) is not { } span)
        {
            return;
        }

        span.SetTag("faas.trigger", "pubsub").SetTag("faas.invocation_id", run.RunId).SetTag("cloudevents.event_subject", run.File)
            .SetTag("mlops.pipeline", run.Pipeline).SetTag("mlops.period", run.Period).SetTag("mlops.run", run.RunId).SetTag("mlops.state", state);
        span.SetStatus(run.Cause is null ? ActivityStatusCode.Ok : ActivityStatusCode.Error, run.Cause);
        foreach (var step in run.Steps)
        {
            Child($"step {step.Name}", step, span.Context, ended);
        }

        for (var i = 0; i < run.TrialSteps.Count; i++)
        {
            Child($"trial {i}", run.TrialSteps[i], span.Context, ended);
        }

        span.SetEndTime(ended.UtcDateTime);
        span.Stop();
    }

    private static void Child(string name, StepOutcome step, ActivityContext parent, DateTimeOffset ended)
    {
        var began = step.StartedAt ?? ended - TimeSpan.FromSeconds(step.Seconds);
        using var span = Source.StartActivity(name, ActivityKind.Internal, parent, startTime: began);
        span?.SetTag("mlops.step", step.Name).SetTag("mlops.key", step.Key).SetTag("mlops.skipped", step.Skipped).SetTag("mlops.reason", step.Reason)
            .SetEndTime(began.UtcDateTime.AddSeconds(step.Seconds));
    }
}
