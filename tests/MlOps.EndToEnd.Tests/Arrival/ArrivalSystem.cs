using System.Text.Json;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using MlOps.Cli.Hosting;
using MlOps.Engine;
using MlOps.Pipeline.Arrival;
using MlOps.Pipeline.Artifacts;
using MlOps.Pipeline.Drops;
using MlOps.Pipeline.Notifications;
using MlOps.Pipeline.Orchestrations;
using MlOps.Storage;
using MlOps.Testing;

namespace MlOps.EndToEnd.Tests.Arrival;

/// <summary>
/// The whole of the product in this process, on an account of its own: event source, receiver, worker, every step.
/// Nothing is replaced; only the sweep's timer is left to the tests.
/// </summary>
internal sealed class ArrivalSystem : IAsyncDisposable
{
    public const string Pipeline = "credit";

    // A hint may be lost with an emulator that is stopped.
    private static readonly TimeSpan Unhinted = TimeSpan.FromSeconds(2);

    private readonly TimeSpan limit;
    private readonly CancellationTokenSource stop = new();
    private readonly PipelineHost host;
    private readonly TemporaryFolder folder;
    private readonly AzuriteFixture azurite;
    private readonly LocalEventSource events;
    private readonly Task source;

    private ArrivalSystem(AzuriteFixture azurite, StorageAccount account, PipelineHost host, TemporaryFolder folder, LogLines log, bool withEvents, TimeSpan limit)
    {
        Account = account;
        this.azurite = azurite;
        this.host = host;
        this.folder = folder;
        Log = log;
        this.limit = limit;
        events = new LocalEventSource(account, Receiver.ReceiveAsync, TimeProvider.System, Get<ILogger<LocalEventSource>>());
        azurite.Tell(Hint);
        source = withEvents ? events.RunAsync(Unhinted, stop.Token) : Task.CompletedTask;
    }

    public StorageAccount Account { get; }

    public LogLines Log { get; }

    public DropReceiver Receiver => Get<DropReceiver>();

    public DurableTaskClient Client => host.Client;

    public static PipelineName Name => PipelineName.Parse(Pipeline);

    public static async Task<ArrivalSystem> StartAsync(
        AzuriteFixture azurite, bool withEvents = true, string? prefix = null, int threads = 0, Uri? webhook = null, string? definition = SmallCase.Definition,
        ILoggerProvider? logs = null, BlobClientOptions? storage = null, TimeSpan? limit = null, string? hub = null)
    {
        var account = new StorageAccount(new BlobServiceClient(azurite.ConnectionString, StorageAccount.Metered(storage ?? new BlobClientOptions())), prefix ?? azurite.NewPrefix());
        await account.EnsureContainersAsync();
        if (definition is not null)
        {
            await account.Definitions.GetBlobClient(Pipeline + ".yaml").UploadAsync(BinaryData.FromString(definition), overwrite: true);
        }

        var log = new LogLines();
        var logging = LoggerFactory.Create(builder =>
        {
            builder.AddProvider(log).SetMinimumLevel(LogLevel.Information).AddFilter("DurableTask", LogLevel.Warning).AddFilter("Azure", LogLevel.Warning);
            if (logs is not null)
            {
                builder.AddProvider(logs);
            }
        });
        var folder = new TemporaryFolder();
        var host = await PipelineHost.StartAsync(
            new ConnectedAccount(account, TaskHubAccount.FromConnectionString(azurite.ConnectionString)),
            TestHub.Options(folder.Path, hub ?? account.Artifacts.Name),
            logging,
            CancellationToken.None,
            services => services.AddSingleton(new StepOptions(threads)).AddSingleton(new NotificationSettings(webhook is null ? [] : [webhook])));
        return new ArrivalSystem(azurite, account, host, folder, log, withEvents, limit ?? Patience.Limit);
    }

    public T Get<T>()
        where T : notnull => host.Services.GetRequiredService<T>();

    /// <summary>Drops a file as upstream does, with any storage client; returns its ETag.</summary>
    public async Task<string> DropAsync(string period, byte[] bytes)
    {
        var put = await Account.Input.GetBlobClient($"{Pipeline}/{period}.csv").UploadAsync(new BinaryData(bytes), overwrite: true);
        return put.Value.ETag.ToString().Trim('"');
    }

    public Task<string> DropAsync(string period) => DropAsync(period, SmallCase.File(period));

    /// <summary>The event that Event Grid sends for a blob that was just put.</summary>
    public BlobCreatedEvent EventOf(string period, string etag, string api = "PutBlob") => new()
    {
        Id = Guid.NewGuid().ToString(),
        Container = Account.Input.Name,
        BlobName = $"{Pipeline}/{period}.csv",
        Api = api,
        ETag = etag,
        ContentLength = 1,
        Time = DateTimeOffset.UnixEpoch,
    };

    public Task<Ledger> LedgerAsync() => Get<LedgerStore>().ReadAsync(Name);

    /// <summary>Waits until the ledger fulfils a condition.</summary>
    public async Task<Ledger> UntilAsync(Func<Ledger, bool> condition, string what)
    {
        using var over = new CancellationTokenSource(limit);
        while (true)
        {
            var ledger = await LedgerAsync();
            if (condition(ledger))
            {
                return ledger;
            }

            if (over.IsCancellationRequested)
            {
                Assert.Fail($"Not within {limit.TotalMinutes} minutes: {what}.\n{JsonSerializer.Serialize(ledger, ArtifactJson.Indented)}\n{string.Join('\n', Log.All.TakeLast(40))}");
            }

            await Task.Delay(Patience.Pause);
        }
    }

    /// <summary>Waits until these periods have a run and no run goes on any more, and every notice of an ended run is there.</summary>
    public async Task<Ledger> SettledAsync(params string[] periods)
    {
        var ledger = await UntilAsync(
            l => periods.All(p => l.Runs.Any(r => r.Period == p)) && l.Runs.All(r => r.State != RunState.Active),
            "all runs ended");
        foreach (var run in ledger.Runs)
        {
            OrchestrationMetadata instance;
            try
            {
                instance = await Client.WaitForInstanceCompletionAsync(run.RunId).WaitAsync(limit);
            }
            catch (TimeoutException e)
            {
                throw new TimeoutException($"{run.RunId} has ended in the ledger, and its orchestration has not: {(await Client.GetInstanceAsync(run.RunId, true))?.SerializedCustomStatus}\n{string.Join('\n', Log.All.TakeLast(40))}", e);
            }

            Assert.True(instance.RuntimeStatus == OrchestrationRuntimeStatus.Completed, $"{run.RunId}: {instance.FailureDetails}");
        }

        return ledger;
    }

    public Task<RunDocument?> DocumentAsync(string runId) => Get<RunDocuments>().ReadAsync(Name, RunId.Parse(runId));

    /// <summary>The notice of a run as the CloudEvent's data.</summary>
    public async Task<Notice> NoticeAsync(string runId)
    {
        var content = await Account.Notifications.GetBlobClient($"{Pipeline}/{runId}.json").DownloadContentAsync();
        using var json = JsonDocument.Parse(content.Value.Content);
        return json.RootElement.GetProperty("data").Deserialize<Notice>(ArtifactJson.Compact)!;
    }

    public async Task<byte[]> PredictionsAsync(string period) => await ReadAsync(Account.Output, $"{Pipeline}/pred_{period}.csv");

    public async Task<Manifest> ManifestAsync(string period) =>
        JsonSerializer.Deserialize<Manifest>(await ReadAsync(Account.Output, $"{Pipeline}/pred_{period}.manifest.json"), ArtifactJson.Compact)!;

    public static async Task<byte[]> ReadAsync(BlobContainerClient container, string name) =>
        (await container.GetBlobClient(name).DownloadContentAsync()).Value.Content.ToArray();

    public static async Task<IReadOnlyList<string>> NamesAsync(BlobContainerClient container, string prefix = "")
    {
        var names = new List<string>();
        await foreach (var blob in container.GetBlobsAsync(new GetBlobsOptions { Prefix = prefix }))
        {
            names.Add(blob.Name);
        }

        return names;
    }

    public async ValueTask DisposeAsync()
    {
        azurite.TellNoMore(Hint);
        await stop.CancelAsync();
        await source;
        await host.DisposeAsync();
        folder.Dispose();
        stop.Dispose();
    }

    private void Hint(string container)
    {
        if (container == Account.Input.Name)
        {
            events.Hint();
        }
    }
}
