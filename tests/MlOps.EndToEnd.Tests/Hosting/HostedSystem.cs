using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using MlOps.Cli.Hosting;
using MlOps.Durable.Functions;
using MlOps.EndToEnd.Tests.Arrival;
using MlOps.HostDouble;
using MlOps.Pipeline.Artifacts;
using MlOps.Testing;

namespace MlOps.EndToEnd.Tests.Hosting;

/// <summary>The pipelines under the double of the Functions host, on an account of their own. Event Grid is the tests' part.</summary>
internal sealed class HostedSystem : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);

    private readonly FunctionsHostDouble host;
    private readonly Func<ValueTask> dispose;

    private HostedSystem(StorageAccount account, FunctionsHostDouble host, Func<ValueTask> dispose)
    {
        Account = account;
        this.host = host;
        this.dispose = dispose;
    }

    public StorageAccount Account { get; }

    public FunctionsHostDouble Host => host;

    /// <summary>HTTP triggers, where the handler is a process.</summary>
    public HttpFront? Http { get; private init; }

    /// <summary>Handler in this process, containers under a prefix of their own: many runs in a short time.</summary>
    public static async Task<HostedSystem> StartInProcessAsync(AzuriteFixture azurite, Func<PlannedInvocation, Fault>? faults = null)
    {
        var account = new StorageAccount(azurite.ConnectionString, azurite.NewPrefix());
        await PrepareAsync(account);
        var http = new HttpClient();
        var options = new FunctionsHandlerOptions { Payloads = new BlobPayloadStore(account.Journal), PayloadThreshold = 2000 };
        var client = new FunctionsDurableTaskClient(http, options);
        var logging = LoggerFactory.Create(_ => { });
        var services = PipelineFunctions.Services(account, client, logging);
        var handler = PipelineFunctions.Create(services, client, options, logging);
        return await StartAsync(account, new InProcessHandler(handler), handler.Functions.Select(function => function.Name), faults, async () =>
        {
            await services.DisposeAsync();
            handler.Dispose();
            http.Dispose();
            logging.Dispose();
        });
    }

    /// <summary>Handler in a process of its own, started as the host starts it.</summary>
    public static async Task<HostedSystem> StartProcessAsync(AzuriteFixture azurite, string folder, Func<PlannedInvocation, Fault>? faults = null, bool signIn = true)
    {
        var account = new StorageAccount(azurite.ConnectionString);
        await PrepareAsync(account);
        FunctionsLayout.Write(folder, "mlops", PipelineFunctions.Definitions);
        var functions = Directory.EnumerateFiles(folder, "function.json", SearchOption.AllDirectories).Select(file => Path.GetFileName(Path.GetDirectoryName(file)!)).ToList();
        var settings = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["MLOPS_CONNECTION"] = azurite.ConnectionString,
            ["WEBSITE_AUTH_ENABLED"] = signIn ? "True" : "False",
            ["WEBSITE_HOSTNAME"] = "double.example.net",
        };
        var process = new HandlerProcess("dotnet", [Path.Combine(AppContext.BaseDirectory, "mlops.dll"), "handler"], folder, settings);
        var front = new HttpFront(process, folder);
        var system = await StartAsync(account, process, functions, faults, () =>
        {
            front.Dispose();
            return ValueTask.CompletedTask;
        });
        return new HostedSystem(account, system.host, system.dispose) { Http = front };
    }

    /// <summary>Drops a file, as upstream does, and delivers its event.</summary>
    public async Task DropAsync(string period)
    {
        var bytes = SmallCase.File(period);
        var name = $"{ArrivalSystem.Pipeline}/{period}.csv";
        var put = await Account.Input.GetBlobClient(name).UploadAsync(new BinaryData(bytes), overwrite: true);
        var e = new
        {
            topic = "/subscriptions/0/resourceGroups/rg/providers/Microsoft.Storage/storageAccounts/acct",
            subject = $"/blobServices/default/containers/{Account.Input.Name}/blobs/{name}",
            eventType = "Microsoft.Storage.BlobCreated",
            id = Guid.NewGuid().ToString(),
            data = new
            {
                api = "PutBlob",
                eTag = put.Value.ETag.ToString(),
                contentType = "text/csv",
                contentLength = bytes.Length,
                blobType = "BlockBlob",
                url = $"https://acct.blob.core.windows.net/{Account.Input.Name}/{name}",
                sequencer = "00000000000004420000000000028963",
            },
            dataVersion = "",
            metadataVersion = "1",
            eventTime = DateTime.UtcNow.ToString("O"),
        };
        Assert.True(await host.RaiseEventGridAsync(PipelineFunctions.OnBlobCreated, JsonSerializer.Serialize(e)));
    }

    /// <summary>Lets everything come to its end, with as many sweeps as it takes, as the timer would bring them.</summary>
    public async Task SettleAsync(string period)
    {
        for (var sweep = 0; ; sweep++)
        {
            await host.WaitUntilIdleAsync(Limit);
            if (await Account.Output.GetBlobClient($"{ArrivalSystem.Pipeline}/pred_{period}.manifest.json").ExistsAsync() || sweep == 8)
            {
                return;
            }

            await host.FireTimerAsync(PipelineFunctions.SweepTimer);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await host.DisposeAsync();
        await dispose();
    }

    private static async Task PrepareAsync(StorageAccount account)
    {
        await account.EnsureContainersAsync();
        await account.Definitions.GetBlobClient(ArrivalSystem.Pipeline + ".yaml").UploadAsync(BinaryData.FromString(SmallCase.Definition), overwrite: true);
    }

    private static async Task<HostedSystem> StartAsync(
        StorageAccount account, IHandlerTransport handler, IEnumerable<string> functions, Func<PlannedInvocation, Fault>? faults, Func<ValueTask> dispose)
    {
        var options = new HostDoubleOptions
        {
            Faults = faults ?? (_ => Fault.None),
            TimerFunctions = new Dictionary<string, TimeSpan>(StringComparer.Ordinal) { [PipelineFunctions.SweepTimer] = TimeSpan.FromMinutes(5) },
            SlowStart = TimeSpan.FromMilliseconds(50),
            FaultDelay = TimeSpan.FromMilliseconds(10),
        };
        var host = new FunctionsHostDouble(handler, functions, options);
        await host.StartAsync();
        return new HostedSystem(account, host, dispose);
    }
}
