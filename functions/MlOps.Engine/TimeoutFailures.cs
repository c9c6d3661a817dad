using System.Net;
using Azure;
using Azure.Core;
using Azure.Core.Pipeline;

namespace MlOps.Engine;

/// <summary>
/// A request whose time is up has failed. The clients say it with the exception of what somebody has cancelled, which the engine takes for the
/// end of the process: it drops what it was about, and never comes back to it.
/// </summary>
internal sealed class TimeoutFailures : HttpPipelinePolicy
{
    /// <summary>The one of all clients.</summary>
    public static TimeoutFailures Policy { get; } = new();

    public override void Process(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline) => ProcessNext(message, pipeline);

    public override async ValueTask ProcessAsync(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline)
    {
        try
        {
            await ProcessNextAsync(message, pipeline);
        }
        catch (OperationCanceledException e) when (!message.CancellationToken.IsCancellationRequested)
        {
            throw new RequestFailedException((int)HttpStatusCode.RequestTimeout, e.Message, e);
        }
    }
}
