using Azure.Core;
using Azure.Data.Tables;
using Azure.Storage.Blobs;
using Azure.Storage.Queues;
using DurableTask.AzureStorage;

namespace MlOps.Engine;

/// <summary>The storage account of a task hub: how its blob, queue and table services are reached.</summary>
public sealed class TaskHubAccount
{
    private readonly Func<TimeSpan, StorageAccountClientProvider> clients;

    private TaskHubAccount(Func<TimeSpan, StorageAccountClientProvider> clients) => this.clients = clients;

    /// <summary>By connection string, which must name the queue and table services too, or an account from which they follow.</summary>
    /// <param name="connectionString">The connection string.</param>
    /// <param name="configure">Told the options of each client before it is made, to put something between the engine and the account, such as a meter.</param>
    /// <exception cref="FormatException">It is not one.</exception>
    public static TaskHubAccount FromConnectionString(string connectionString, Action<ClientOptions>? configure = null) => Of(
        options => new BlobServiceClient(connectionString, options),
        options => new QueueServiceClient(connectionString, options),
        options => new TableServiceClient(connectionString, options),
        configure);

    /// <summary>By identity. The three services of an account lie side by side: <c>https://name.blob.…</c>, <c>https://name.queue.…</c>, <c>https://name.table.…</c>.</summary>
    /// <param name="blobService">Address of the blob service.</param>
    /// <param name="credential">The identity.</param>
    /// <exception cref="ArgumentException">The address is not that of a blob service.</exception>
    public static TaskHubAccount FromIdentity(Uri blobService, TokenCredential credential)
    {
        ArgumentNullException.ThrowIfNull(blobService);
        var (queues, tables) = (Beside(blobService, "queue"), Beside(blobService, "table"));
        return Of(
            options => new BlobServiceClient(blobService, credential, options),
            options => new QueueServiceClient(queues, credential, options),
            options => new TableServiceClient(tables, credential, options),
            configure: null);
    }

    /// <summary>The clients of one opened hub.</summary>
    /// <param name="maxPollingInterval">Longest pause between two looks into a queue.</param>
    internal StorageAccountClientProvider Clients(TimeSpan maxPollingInterval) => clients(maxPollingInterval);

    private static TaskHubAccount Of(
        Func<BlobClientOptions, BlobServiceClient> blobs, Func<QueueClientOptions, QueueServiceClient> queues, Func<TableClientOptions, TableServiceClient> tables,
        Action<ClientOptions>? configure) => new(maxPollingInterval =>
    {
        // One for all queues of the hub, since it remembers when each was looked into.
        var polling = new QueuePollingPolicy(maxPollingInterval / 2, TimeProvider.System);
        return new StorageAccountClientProvider(
            new Configured<BlobServiceClient, BlobClientOptions>(() => WithTimeouts(new BlobClientOptions()), blobs, configure),
            new Configured<QueueServiceClient, QueueClientOptions>(
                () =>
                {
                    var options = new QueueClientOptions();
                    options.AddPolicy(new MessageUpdates(), HttpPipelinePosition.PerCall);
                    options.AddPolicy(TimeoutFailures.Policy, HttpPipelinePosition.PerCall);
                    options.AddPolicy(polling, HttpPipelinePosition.PerCall);
                    return options;
                },
                queues,
                configure),
            new Configured<TableServiceClient, TableClientOptions>(() => WithTimeouts(new TableClientOptions()), tables, configure));
    });

    private static TOptions WithTimeouts<TOptions>(TOptions options)
        where TOptions : ClientOptions
    {
        options.AddPolicy(TimeoutFailures.Policy, HttpPipelinePosition.PerCall);
        return options;
    }

    private static Uri Beside(Uri blobService, string service)
    {
        const string blob = ".blob.";
        var at = blobService.Host.IndexOf(blob, StringComparison.OrdinalIgnoreCase);
        return at > 0
            ? new UriBuilder(blobService) { Host = $"{blobService.Host[..at]}.{service}.{blobService.Host[(at + blob.Length)..]}" }.Uri
            : throw new ArgumentException($"'{blobService}' is not the address of a blob service such as https://name.blob.core.windows.net/: the addresses of its queue and table services do not follow from it.", nameof(blobService));
    }

    private sealed class Configured<TClient, TOptions>(Func<TOptions> options, Func<TOptions, TClient> open, Action<TOptions>? configure)
        : IStorageServiceClientProvider<TClient, TOptions>
        where TOptions : ClientOptions
    {
        public TOptions CreateOptions()
        {
            var made = options();
            configure?.Invoke(made);
            return made;
        }

        public TClient CreateClient(TOptions options) => open(options);
    }
}
