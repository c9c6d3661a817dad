using System.Diagnostics.Metrics;
using System.Text.Json;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Storage.Blobs;

namespace MlOps.Benchmarks.Load;

/// <summary>Requests of this process to the emulator's services, counted where they leave it; those of one client apart, which only watches.</summary>
internal sealed class StorageRequests : IDisposable
{
    private readonly MeterListener listener;
    private long blob;
    private long queue;
    private long table;
    private long own;

    /// <summary>Listens.</summary>
    /// <param name="ports">The emulator's ports, as its note in the data folder has them.</param>
    public StorageRequests(JsonElement ports)
    {
        var (blobPort, queuePort, tablePort) = (ports.GetProperty("blob").GetInt32(), ports.GetProperty("queue").GetInt32(), ports.GetProperty("table").GetInt32());
        listener = new MeterListener
        {
            InstrumentPublished = (instrument, of) =>
            {
                if (instrument is { Meter.Name: "System.Net.Http", Name: "http.client.request.duration" })
                {
                    of.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<double>((_, _, tags, _) =>
        {
            foreach (var tag in tags)
            {
                if (tag is { Key: "server.port", Value: int port })
                {
                    Interlocked.Add(ref blob, port == blobPort ? 1 : 0);
                    Interlocked.Add(ref queue, port == queuePort ? 1 : 0);
                    Interlocked.Add(ref table, port == tablePort ? 1 : 0);
                }
            }
        });
        listener.Start();
    }

    public long Blob => blob - own;

    public long Queue => queue;

    public long Table => table;

    public long All => Blob + Queue + Table;

    /// <summary>Counts from now on.</summary>
    public void Begin() => (blob, queue, table, own) = (0, 0, 0, 0);

    /// <summary>Options of the client that only watches.</summary>
    public BlobClientOptions NotCounted()
    {
        var options = new BlobClientOptions();
        options.AddPolicy(new Watching(this), HttpPipelinePosition.PerRetry);
        return options;
    }

    public void Dispose() => listener.Dispose();

    private sealed class Watching(StorageRequests requests) : HttpPipelineSynchronousPolicy
    {
        public override void OnSendingRequest(HttpMessage message) => Interlocked.Increment(ref requests.own);
    }
}
