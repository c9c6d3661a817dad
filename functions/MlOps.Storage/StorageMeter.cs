using Azure.Core;
using Azure.Core.Pipeline;

namespace MlOps.Storage;

/// <summary>What a step took from the storage account.</summary>
/// <param name="Operations">Requests, repeated ones included.</param>
/// <param name="BytesRead">Bytes of the answers.</param>
/// <param name="BytesWritten">Bytes of the requests.</param>
public sealed record StorageUsage(long Operations, long BytesRead, long BytesWritten);

/// <summary>Counts the requests that are made in a flow of control, for the record of what a run costs.</summary>
public sealed class StorageMeter : IDisposable
{
    private static readonly AsyncLocal<StorageMeter?> Current = new();

    private readonly StorageMeter? outer = Current.Value;
    private long operations;
    private long read;
    private long written;

    private StorageMeter() => Current.Value = this;

    /// <summary>What was counted so far.</summary>
    public StorageUsage Usage => new(Interlocked.Read(ref operations), Interlocked.Read(ref read), Interlocked.Read(ref written));

    /// <summary>The policy that counts; without it in a client's pipeline its requests are not seen.</summary>
    public static HttpPipelinePolicy Policy { get; } = new Counting();

    /// <summary>Begins to count, in this flow and what it calls; a meter around it is not told.</summary>
    public static StorageMeter Begin() => new();

    /// <inheritdoc/>
    public void Dispose() => Current.Value = outer;

    private sealed class Counting : HttpPipelineSynchronousPolicy
    {
        public override void OnSendingRequest(HttpMessage message)
        {
            if (Current.Value is { } meter)
            {
                Interlocked.Increment(ref meter.operations);
                if (message.Request.Content is { } content && content.TryComputeLength(out var length))
                {
                    Interlocked.Add(ref meter.written, length);
                }
            }
        }

        public override void OnReceivedResponse(HttpMessage message)
        {
            if (Current.Value is { } meter && message.Request.Method == RequestMethod.Get && message.Response.Headers.ContentLengthLong is { } length)
            {
                Interlocked.Add(ref meter.read, length);
            }
        }
    }
}
