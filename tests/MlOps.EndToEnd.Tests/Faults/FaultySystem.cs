using Azure.Core;
using Azure.Data.Tables;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using MlOps.Cli.Hosting;
using MlOps.EndToEnd.Tests.Arrival;
using MlOps.Engine;
using MlOps.Pipeline.Artifacts;
using MlOps.Storage;
using MlOps.Testing;

namespace MlOps.EndToEnd.Tests.Faults;

/// <summary>
/// The whole of the product in this process, as <c>mlops up</c> puts it together, on an account that fails as it is told to. What the test
/// itself asks goes another way, which never fails.
/// </summary>
internal sealed class FaultySystem : IAsyncDisposable
{
    // What `up` does every minute.
    private static readonly TimeSpan SweepInterval = TimeSpan.FromSeconds(15);

    private readonly AzuriteFixture azurite;
    private readonly string prefix;
    private readonly string hub;
    private readonly TemporaryFolder folder;
    private readonly PipelineHost host;
    private readonly LocalEventSource source;
    private readonly CancellationTokenSource stop = new();
    private readonly Task loops;

    private FaultySystem(AzuriteFixture azurite, string prefix, string hub, TemporaryFolder folder, FaultyAccount faults, StorageAccount faulty, PipelineHost host, LogLines log)
    {
        this.azurite = azurite;
        this.prefix = prefix;
        this.hub = hub;
        this.folder = folder;
        this.host = host;
        Faults = faults;
        Log = log;
        Calm = new StorageAccount(azurite.Service, prefix);
        source = new LocalEventSource(faulty, host.Receiver.ReceiveAsync, TimeProvider.System, host.Services.GetRequiredService<ILogger<LocalEventSource>>());
        Task[] both = [Task.Run(() => source.RunAsync(TimeSpan.FromSeconds(5), stop.Token)), Task.Run(SweepAsync)];
        loops = Task.WhenAll(both);
        FirstEnd = Task.WhenAny(both);
    }

    public FaultyAccount Faults { get; }

    public LogLines Log { get; }

    /// <summary>The same account without faults.</summary>
    public StorageAccount Calm { get; }

    /// <summary>Completes when a loop of the system has ended, which none may while it runs.</summary>
    public Task<Task> FirstEnd { get; }

    public static async Task<FaultySystem> StartAsync(AzuriteFixture azurite, string definition)
    {
        var prefix = azurite.NewPrefix();
        var calm = new StorageAccount(azurite.Service, prefix);
        await calm.EnsureContainersAsync();
        await calm.Definitions.GetBlobClient(ArrivalSystem.Pipeline + ".yaml").UploadAsync(BinaryData.FromString(definition));
        var folder = new TemporaryFolder();
        var hub = TestHub.Options(folder.Path, prefix);
        var faults = new FaultyAccount(azurite.ConnectionString, [hub.HubName, prefix], azurite.ServiceOn);

        // As the program makes its client, but for the length of its pauses.
        var options = new BlobClientOptions { Retry = { MaxRetries = 4, Mode = RetryMode.Exponential, Delay = TimeSpan.FromMilliseconds(50) } };
        StorageAccount.Metered(options);
        faults.Into(options);
        var faulty = new StorageAccount(new BlobServiceClient(azurite.ConnectionString, options), prefix);
        var log = new LogLines();
        var logging = LoggerFactory.Create(builder =>
            builder.AddProvider(log).SetMinimumLevel(LogLevel.Information).AddFilter("DurableTask", LogLevel.Warning).AddFilter("Azure", LogLevel.Warning));
        var host = await PipelineHost.StartAsync(
            new ConnectedAccount(faulty, TaskHubAccount.FromConnectionString(azurite.ConnectionString, faults.Into)), hub, logging, CancellationToken.None,
            services => services.AddSingleton(new StepOptions(1)));
        return new FaultySystem(azurite, prefix, hub.HubName, folder, faults, faulty, host, log);
    }

    /// <summary>Drops a file as upstream does.</summary>
    public async Task DropAsync(string period, byte[] bytes)
    {
        await Calm.Input.GetBlobClient($"{ArrivalSystem.Pipeline}/{period}.csv").UploadAsync(new BinaryData(bytes), overwrite: true);
        source.Hint();
    }

    public async ValueTask DisposeAsync()
    {
        Faults.Disarm();
        await stop.CancelAsync();
        await loops.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await host.DisposeAsync();
        folder.Dispose();
        stop.Dispose();
    }

    /// <summary>Takes away all that the system has left in the account.</summary>
    public async Task RemoveAsync()
    {
        foreach (var container in new[] { Calm.Input, Calm.Output, Calm.Rejected, Calm.Artifacts, Calm.Definitions, Calm.Notifications })
        {
            await container.DeleteIfExistsAsync();
        }

        var lower = hub.ToLowerInvariant();
        await foreach (var container in azurite.Service.GetBlobContainersAsync(BlobContainerTraits.None, BlobContainerStates.None, lower, default))
        {
            await azurite.Service.DeleteBlobContainerAsync(container.Name);
        }

        var queues = new QueueServiceClient(azurite.ConnectionString);
        await foreach (var queue in queues.GetQueuesAsync(QueueTraits.None, lower))
        {
            await queues.DeleteQueueAsync(queue.Name);
        }

        var tables = new TableServiceClient(azurite.ConnectionString);
        foreach (var table in new[] { "History", "Instances", "Partitions" })
        {
            await tables.DeleteTableAsync(hub + table);
        }
    }

    private async Task SweepAsync()
    {
        try
        {
            while (true)
            {
                await Task.Delay(SweepInterval, stop.Token);
                await SweepOnceAsync();
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The system stops.
        }
    }

    private async Task SweepOnceAsync()
    {
        try
        {
            await host.Sweep.RunAsync(null, stop.Token);
        }
        catch (Exception) when (!stop.IsCancellationRequested)
        {
            // As in the server: the next one looks again.
        }
    }
}
