using System.Diagnostics;
using MlOps.Pipeline.Orchestrations;

namespace MlOps.Pipeline.Arrival;

/// <summary>Tells of events as spans, in the trace of the run that they start.</summary>
internal static class EventTelemetry
{
    /// <summary>Tells of an event that was received, as the run's trace begins with it: https://opentelemetry.io/docs/specs/semconv/cloudevents/cloudevents-spans/.</summary>
    /// <param name="received">The event.</param>
    /// <param name="runId">The run.</param>
    /// <param name="started">Whether it started the run.</param>
    public static void TellReceived(BlobCreatedEvent received, string runId, bool started)
    {
        if (ActivityContext.TryParse(RunTrace.Of(received.TraceParent, runId), null, isRemote: true, out var parent))
        {
            using var span = RunTelemetry.Source.StartActivity("receive BlobCreated", ActivityKind.Consumer, parent);
            span?.SetTag("faas.trigger", "pubsub").SetTag("cloudevents.event_id", received.Id).SetTag("cloudevents.event_type", BlobCreatedEvent.EventType)
                .SetTag("cloudevents.event_spec_version", "1.0").SetTag("cloudevents.event_subject", $"/blobServices/default/containers/{received.Container}/blobs/{received.BlobName}")
                .SetTag("mlops.run", runId).SetTag("mlops.started", started);
        }
    }
}
