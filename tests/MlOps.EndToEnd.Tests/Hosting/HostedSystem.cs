using System.Text.Json;
using DurableTask.Core;
using DurableTask.Core.Query;
using MlOps.EndToEnd.Tests.Arrival;
using MlOps.Storage;
using MlOps.Testing;
using MlOps.WorkerDouble;

namespace MlOps.EndToEnd.Tests.Hosting;

/// <summary>The published app in its worker under the double of the Functions host, on an account of its own. Event Grid is the tests' part.</summary>
internal sealed class HostedSystem : IAsyncDisposable
{
    public const string OnBlobCreated = "OnBlobCreated";
    public const string SweepDrops = "SweepDrops";

    private readonly AzuriteFixture azurite;

    private HostedSystem(AzuriteFixture azurite, StorageAccount account, WorkerHost host)
    {
        this.azurite = azurite;
        Account = account;
        Host = host;
        Http = new HttpFront(host);
    }

    public StorageAccount Account { get; }

    public WorkerHost Host { get; }

    public HttpFront Http { get; }

    public static async Task<HostedSystem> StartAsync(PublishedApp published, Func<PlannedInvocation, Fault>? faults = null, bool signIn = true, IReadOnlyDictionary<string, string>? more = null)
    {
        // The app knows no prefixes: an emulator for each.
        var azurite = new AzuriteFixture();
        await azurite.InitializeAsync();
        try
        {
            var account = new StorageAccount(azurite.ConnectionString);
            await account.EnsureContainersAsync();
            await account.Definitions.GetBlobClient(ArrivalSystem.Pipeline + ".yaml").UploadAsync(BinaryData.FromString(SmallCase.Definition), overwrite: true);
            var settings = new Dictionary<string, string>
            {
                ["AzureWebJobsStorage"] = azurite.ConnectionString,
                ["MLOPS_CONNECTION"] = azurite.ConnectionString,
                ["WEBSITE_AUTH_ENABLED"] = signIn ? "True" : "False",
                ["WEBSITE_HOSTNAME"] = "double.example.net",
            };
            foreach (var (name, value) in more ?? new Dictionary<string, string>())
            {
                settings[name] = value;
            }

            return new HostedSystem(azurite, account, await WorkerHost.StartAsync(published.Folder, settings, faults));
        }
        catch
        {
            await azurite.DisposeAsync();
            throw;
        }
    }

    /// <summary>Puts a file as upstream does, and gives the event that Event Grid makes of it.</summary>
    public async Task<string> PutAsync(string period)
    {
        var bytes = SmallCase.File(period);
        var name = $"{ArrivalSystem.Pipeline}/{period}.csv";
        var put = await Account.Input.GetBlobClient(name).UploadAsync(new BinaryData(bytes), overwrite: true);
        return JsonSerializer.Serialize(new
        {
            specversion = "1.0",
            id = Guid.NewGuid().ToString(),
            source = "/subscriptions/0/resourceGroups/rg/providers/Microsoft.Storage/storageAccounts/acct",
            subject = $"/blobServices/default/containers/{Account.Input.Name}/blobs/{name}",
            type = "Microsoft.Storage.BlobCreated",
            time = DateTime.UtcNow,
            data = new
            {
                api = "PutBlob",
                eTag = put.Value.ETag.ToString().Trim('"'),
                contentType = "text/csv",
                contentLength = bytes.Length,
                blobType = "BlockBlob",
                url = $"{Account.Input.Uri}/{name}",
                sequencer = "00000000000004420000000000028963",
            },
        });
    }

    /// <summary>Drops a file, and delivers its event.</summary>
    public async Task DropAsync(string period) => await Host.DeliverAsync(OnBlobCreated, await PutAsync(period));

    /// <summary>Waits until a period's predictions are there and every orchestration has ended, with the sweeps that the timer would bring.</summary>
    public async Task SettleAsync(string period)
    {
        using var over = new CancellationTokenSource(Patience.Limit);
        for (var look = 1; ; look++)
        {
            var instances = await InstancesAsync();
            if (instances.Count > 0 && instances.All(i => IsOver(i.OrchestrationStatus))
                && await Account.Output.GetBlobClient($"{ArrivalSystem.Pipeline}/pred_{period}.manifest.json").ExistsAsync())
            {
                return;
            }

            if (over.IsCancellationRequested)
            {
                Assert.Fail($"No predictions of {period}.\n{string.Join('\n', instances.Select(i => $"{i.Name} {i.OrchestrationInstance.InstanceId} {i.OrchestrationStatus} {i.Status} {i.FailureDetails}"))}\n{string.Join('\n', Host.Log.TakeLast(60))}");
            }

            await Task.Delay(Patience.Pause);
            if (look % 30 == 0)
            {
                await Sweep();
            }
        }
    }

    public async Task<IReadOnlyList<OrchestrationState>> InstancesAsync() =>
        [.. (await ((IOrchestrationServiceQueryClient)Host.Hub).GetOrchestrationWithQueryAsync(new OrchestrationQuery { FetchInputsAndOutputs = true, PageSize = 1000 }, CancellationToken.None)).OrchestrationState];

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await Host.DisposeAsync();
        await azurite.DisposeAsync();
    }

    // A timer that fails fires again later.
    private async Task Sweep()
    {
        try
        {
            await Host.FireTimerAsync(SweepDrops);
        }
        catch (Exception e) when (e is WorkerExitedException or InvocationFailedException)
        {
            // The next one looks again.
        }
    }

    private static bool IsOver(OrchestrationStatus status) =>
        status is OrchestrationStatus.Completed or OrchestrationStatus.Failed or OrchestrationStatus.Terminated or OrchestrationStatus.Canceled;
}
