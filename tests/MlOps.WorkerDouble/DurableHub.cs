using DurableTask.Core;
using Grpc.Core;
using Microsoft.DurableTask.Protobuf;
using Microsoft.DurableTask.Testing.Sidecar.Grpc;
using Microsoft.Extensions.Options;

namespace MlOps.WorkerDouble;

/// <summary>
/// The durable service of the host, on the framework's own test service. As in the host's extension, an id whose instance has ended may
/// be started anew where the caller does not say which states forbid it, and one that has not ended is refused.
/// </summary>
internal sealed class DurableHub(
    IHostApplicationLifetime lifetime, ILoggerFactory logging, IOrchestrationService service, IOrchestrationServiceClient client)
    : TaskHubGrpcServer(lifetime, logging, service, client, Options.Create(new TaskHubGrpcServerOptions()))
{
    private static readonly Microsoft.DurableTask.Protobuf.OrchestrationStatus[] Ended =
        [Microsoft.DurableTask.Protobuf.OrchestrationStatus.Completed, Microsoft.DurableTask.Protobuf.OrchestrationStatus.Failed, Microsoft.DurableTask.Protobuf.OrchestrationStatus.Terminated, Microsoft.DurableTask.Protobuf.OrchestrationStatus.Canceled];

    public override Task<CreateInstanceResponse> StartInstance(CreateInstanceRequest request, ServerCallContext context)
    {
        if (request.OrchestrationIdReusePolicy is null)
        {
            request.OrchestrationIdReusePolicy = new OrchestrationIdReusePolicy();
            request.OrchestrationIdReusePolicy.ReplaceableStatus.AddRange(Ended);
        }

        return base.StartInstance(request, context);
    }
}
