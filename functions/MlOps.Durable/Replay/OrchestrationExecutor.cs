using Microsoft.Extensions.Logging;
using MlOps.Durable.History;

namespace MlOps.Durable.Replay;

/// <summary>The replay executor: history and new events in, actions out. It performs nothing and remembers nothing.</summary>
internal sealed class OrchestrationExecutor(DurableTaskRegistry registry, IServiceProvider services, ILoggerFactory loggerFactory)
{
    /// <summary>Runs one turn.</summary>
    /// <param name="request">The history of earlier turns and the new batch.</param>
    /// <returns>The actions that are still to be carried out, in the order of their ids, and the custom status.</returns>
    /// <exception cref="InvalidOperationException">The request has no start event.</exception>
    public OrchestratorResponse Execute(OrchestratorRequest request)
    {
        if (request.Properties.TryGetValue("IncludeState", out var includeState) && !includeState.BoolValue && includeState.KindCase == Google.Protobuf.WellKnownTypes.Value.KindOneofCase.BoolValue)
        {
            // Only in extended sessions, which keep no state here: ask for the whole history.
            return new OrchestratorResponse { InstanceId = request.InstanceId, RequiresHistory = true };
        }

        var defaultVersion = request.Properties.TryGetValue("defaultVersion", out var version) ? version.StringValue : "";
        var session = Open(request.InstanceId, defaultVersion);
        session.Process(request.PastEvents, replaying: true);
        session.Process(request.NewEvents, replaying: false);
        return session.Respond();
    }

    /// <summary>Opens an execution whose events come bit by bit. Feeding it all of a history gives what <see cref="Execute"/> gives.</summary>
    /// <param name="instanceId">The instance.</param>
    /// <param name="defaultVersion">Version of sub-orchestrations that name none.</param>
    public ReplaySession Open(string instanceId, string defaultVersion = "") =>
        new(instanceId, defaultVersion, registry, services, loggerFactory);
}
