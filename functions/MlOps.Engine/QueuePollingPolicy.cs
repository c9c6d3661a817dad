using System.Collections.Concurrent;
using System.Text;
using Azure.Core;
using Azure.Core.Pipeline;

namespace MlOps.Engine;

/// <summary>
/// Spares the service looks into a queue that this process has just found empty and into which it has put nothing since. The engine looks
/// 50 ms after each message and then ever more seldom, and it is told when this process sends a message: four of five of its looks find
/// nothing, and they were a quarter of all requests of a run. What others send is seen within the longest pause between two looks, as before.
/// </summary>
/// <param name="rest">How long a queue that was found empty is not asked again. Not above half of the longest pause between two looks.</param>
/// <param name="time">Clock.</param>
internal sealed class QueuePollingPolicy(TimeSpan rest, TimeProvider time) : HttpPipelinePolicy
{
    private const string Messages = "/messages";
    private static readonly byte[] Message = Encoding.ASCII.GetBytes("<QueueMessage>");

    private readonly ConcurrentDictionary<string, Queue> queues = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public override async ValueTask ProcessAsync(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline)
    {
        var uri = message.Request.Uri;
        var at = uri.Path.LastIndexOf(Messages, StringComparison.Ordinal);
        if (at < 0 || message.Request.Method == RequestMethod.Delete)
        {
            await ProcessNextAsync(message, pipeline);
            return;
        }

        var queue = queues.GetOrAdd(uri.Path[..at], _ => new Queue());
        if (message.Request.Method != RequestMethod.Get)
        {
            try
            {
                // A message is put in, or one that was taken is given back.
                await ProcessNextAsync(message, pipeline);
            }
            finally
            {
                queue.Changed();
            }
        }
        else if (uri.Query.Contains("peekonly", StringComparison.Ordinal))
        {
            await ProcessNextAsync(message, pipeline);
        }
        else if (queue.IsEmpty(time.GetTimestamp(), rest, time))
        {
            message.Response = new EmptyQueueResponse(message.Request.ClientRequestId);
        }
        else
        {
            // What is put in while the answer is on its way may not be in it.
            var version = queue.Version;
            await ProcessNextAsync(message, pipeline);
            if (HasNoMessage(message.Response))
            {
                queue.FoundEmpty(version, time.GetTimestamp());
            }
        }
    }

    /// <inheritdoc/>
    public override void Process(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline) => ProcessNext(message, pipeline);

    // The body is in memory: the pipeline reads it before it hands it up.
    private static bool HasNoMessage(Azure.Response response)
    {
        if (response is not { Status: 200, ContentStream: MemoryStream { Length: < 1000 } body })
        {
            return false;
        }

        return body.ToArray().AsSpan().IndexOf(Message) < 0;
    }

    private sealed class Queue
    {
        private readonly Lock gate = new();
        private long version;
        private long emptyVersion = -1;
        private long emptySince;

        public long Version => Interlocked.Read(ref version);

        public void Changed() => Interlocked.Increment(ref version);

        public void FoundEmpty(long asOf, long now)
        {
            lock (gate)
            {
                (emptyVersion, emptySince) = (asOf, now);
            }
        }

        public bool IsEmpty(long now, TimeSpan rest, TimeProvider time)
        {
            lock (gate)
            {
                return emptyVersion == Version && time.GetElapsedTime(emptySince, now) < rest;
            }
        }
    }
}
