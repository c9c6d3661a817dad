using System.Collections.Concurrent;
using Azure;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Storage.Blobs;

namespace MlOps.EndToEnd.Tests.Arrival;

/// <summary>Storage that answers some writes with an error, or not at all, as a busy or broken service does.</summary>
/// <param name="concerns">Part of the address of the writes that are concerned.</param>
internal sealed class StorageFault(string concerns) : HttpPipelinePolicy
{
    private readonly ConcurrentQueue<DateTimeOffset> attempts = new();
    private readonly TaskCompletionSource released = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int left;
    private int hangs;

    /// <summary>When the writes were tried.</summary>
    public IReadOnlyList<DateTimeOffset> Attempts => [.. attempts];

    /// <summary>The next writes are answered with 503.</summary>
    public void FailTimes(int count) => left = count;

    /// <summary>The next write is never answered, until released.</summary>
    public void Hang() => hangs = 1;

    public void Release() => released.TrySetResult();

    /// <summary>Options of a client that meets the fault; it does not retry by itself.</summary>
    public BlobClientOptions Options()
    {
        var options = new BlobClientOptions();
        options.Retry.MaxRetries = 0;
        options.AddPolicy(this, HttpPipelinePosition.PerCall);
        return options;
    }

    public override void Process(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline) => ProcessNext(message, pipeline);

    public override async ValueTask ProcessAsync(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline)
    {
        if (message.Request.Method == RequestMethod.Put && message.Request.Uri.ToUri().AbsolutePath.Contains(concerns, StringComparison.Ordinal))
        {
            attempts.Enqueue(DateTimeOffset.UtcNow);
            if (Interlocked.Exchange(ref hangs, 0) == 1)
            {
                await released.Task.WaitAsync(message.CancellationToken);
            }

            if (Interlocked.Decrement(ref left) >= 0)
            {
                throw new RequestFailedException(503, "The server is busy.\nStatus: 503 (The server is busy.)\nErrorCode: ServerBusy");
            }
        }

        await ProcessNextAsync(message, pipeline);
    }
}
