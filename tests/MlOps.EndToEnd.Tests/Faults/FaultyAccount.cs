using System.Collections.Concurrent;
using System.Globalization;
using Azure;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Data.Tables;
using Azure.Storage.Blobs;

namespace MlOps.EndToEnd.Tests.Faults;

/// <summary>
/// Stands in the pipeline of every storage client of one system, ours and the engine's: notes each access, and lets those fail that
/// it is told to.
/// </summary>
/// <param name="connection">The account, to race against.</param>
/// <param name="own">Texts that only this system has in its addresses.</param>
/// <param name="serviceOf">The service that listens on a port.</param>
internal sealed class FaultyAccount(string connection, IReadOnlyList<string> own, Func<int, string> serviceOf)
{
    private const string Planned = "planned fault";
    private const string Done = "done";
    private readonly ConcurrentDictionary<string, int> counts = new();
    private readonly ConcurrentQueue<Access> accesses = new();
    private readonly ConcurrentQueue<(Access Access, FaultKind Kind)> faults = new();
    private volatile bool isArmed;

    /// <summary>Which access fails, and how; <see langword="null"/> for none.</summary>
    public Func<Access, FaultKind?> Plan { get; set; } = _ => null;

    /// <summary>Accesses since <see cref="Arm"/>, in order.</summary>
    public IReadOnlyCollection<Access> Accesses => accesses;

    /// <summary>Those that have failed.</summary>
    public IReadOnlyCollection<(Access Access, FaultKind Kind)> Faults => faults;

    /// <summary>Puts itself into a client that is about to be made.</summary>
    public void Into(ClientOptions options)
    {
        options.AddPolicy(new WholeCall(this), HttpPipelinePosition.PerCall);
        options.AddPolicy(new EachTry(this), HttpPipelinePosition.PerRetry);
    }

    /// <summary>Begins to count and to fail.</summary>
    public void Arm() => isArmed = true;

    /// <summary>Lets everything through from now on.</summary>
    public void Disarm() => isArmed = false;

    private FaultKind? Decide(HttpMessage message)
    {
        if (!isArmed)
        {
            return null;
        }

        var shape = Access.ShapeOf(message.Request, own, serviceOf);
        var access = new Access(shape, counts.AddOrUpdate(shape, 1, (_, n) => n + 1));
        accesses.Enqueue(access);
        if (Plan(access) is not { } kind)
        {
            return null;
        }

        faults.Enqueue((access, kind));
        return kind;
    }

    /// <summary>Another writer: what is there is written again as it is, so that only its ETag changes.</summary>
    private async Task TouchAsync(Request request)
    {
        try
        {
            var uri = request.Uri.ToUri();
            if (serviceOf(uri.Port) == "blob")
            {
                var name = new BlobUriBuilder(uri);
                var blob = new BlobClient(connection, name.BlobContainerName, name.BlobName);
                await blob.SetMetadataAsync((await blob.GetPropertiesAsync()).Value.Metadata);
            }
            else if (Entity(uri) is var (table, partition, row))
            {
                await new TableClient(connection, table).UpdateEntityAsync(new TableEntity(partition, row), ETag.All, TableUpdateMode.Merge);
            }
        }
        catch (RequestFailedException)
        {
            // It is leased, or gone: then the condition decides without a race.
        }
    }

    // …/devstoreaccount1/Table(PartitionKey='…',RowKey='…')
    private static (string Table, string Partition, string Row)? Entity(Uri uri)
    {
        var parts = Uri.UnescapeDataString(uri.AbsolutePath).Split('/')[^1].Split(["(PartitionKey='", "',RowKey='", "')"], StringSplitOptions.None);
        return parts.Length == 4 ? (parts[0], parts[1], parts[2]) : null;
    }

    private static void Drop(HttpMessage message)
    {
        if (message.HasResponse)
        {
            message.Response.Dispose();
        }
    }

    /// <summary>A call as its caller sees it: whatever the client tries by itself is inside.</summary>
    private sealed class WholeCall(FaultyAccount of) : HttpPipelinePolicy
    {
        public override void Process(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline) =>
            throw new NotSupportedException("Nothing may wait for storage on its thread.");

        public override async ValueTask ProcessAsync(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline)
        {
            var kind = of.Decide(message);
            if (kind == FaultKind.NotReached)
            {
                // What the clients throw when all their tries were in vain.
                throw new AggregateException(
                    "Retry failed after 5 tries.",
                    new RequestFailedException(0, "Connection refused", null, new HttpRequestException("Connection refused")));
            }

            message.SetProperty(Planned, kind is { } planned ? planned : Done);
            await ProcessNextAsync(message, pipeline);
            if (kind == FaultKind.AnswerLost)
            {
                Drop(message);
                throw new RequestFailedException(0, "The response ended prematurely.", null, new IOException("The response ended prematurely."));
            }

            if (kind == FaultKind.TimedOut)
            {
                Drop(message);
                throw new TaskCanceledException("The operation was cancelled because it exceeded the configured timeout of 0:01:40.");
            }
        }
    }

    /// <summary>One try, behind which the client tries again by itself.</summary>
    private sealed class EachTry(FaultyAccount of) : HttpPipelinePolicy
    {
        public override void Process(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline) => ProcessNext(message, pipeline);

        public override async ValueTask ProcessAsync(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline)
        {
            var kind = message.TryGetProperty(Planned, out var value) ? value as FaultKind? : null;
            message.SetProperty(Planned, Done);
            switch (kind)
            {
                case FaultKind.Busy:
                    message.Response = new BusyResponse();
                    return;
                case FaultKind.RefusedOnce:
                    throw new IOException("Connection refused");
                case FaultKind.SentTwice:
                    await ProcessNextAsync(message, pipeline);
                    Drop(message);
                    throw new IOException("The response ended prematurely.");
                case FaultKind.Raced when message.Request.Headers.TryGetValue("If-None-Match", out var none) && none == "*":
                    // Another writer of the same.
                    await ProcessNextAsync(message, pipeline);
                    Drop(message);
                    break;
                case FaultKind.Raced:
                    await of.TouchAsync(message.Request);
                    break;
                default:
                    break;
            }

            await ProcessNextAsync(message, pipeline);
        }
    }

    /// <summary>503, to be asked again in a second.</summary>
    private sealed class BusyResponse : Response
    {
        private static readonly Dictionary<string, string> All = new(StringComparer.OrdinalIgnoreCase)
        {
            ["Retry-After"] = 1.ToString(CultureInfo.InvariantCulture),
            ["x-ms-error-code"] = "ServerBusy",
        };

        public override int Status => 503;

        public override bool IsError => true;

        public override string ReasonPhrase => "The server is busy.";

        public override Stream? ContentStream { get; set; } = new MemoryStream();

        public override string ClientRequestId { get; set; } = "";

        public override void Dispose()
        {
        }

        protected override bool TryGetHeader(string name, out string value) => All.TryGetValue(name, out value!);

        protected override bool TryGetHeaderValues(string name, out IEnumerable<string> values)
        {
            var has = All.TryGetValue(name, out var value);
            values = has ? [value!] : [];
            return has;
        }

        protected override bool ContainsHeader(string name) => All.ContainsKey(name);

        protected override IEnumerable<HttpHeader> EnumerateHeaders() => All.Select(h => new HttpHeader(h.Key, h.Value));
    }
}
