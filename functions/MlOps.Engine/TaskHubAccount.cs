using Azure.Core;
using Azure.Data.Tables;
using Azure.Storage.Blobs;
using Azure.Storage.Queues;
using DurableTask.AzureStorage;

namespace MlOps.Engine;

/// <summary>The storage account of a task hub: how its blob, queue and table services are reached.</summary>
public sealed class TaskHubAccount
{
    private readonly Func<QueueClientOptions, StorageAccountClientProvider> clients;

    private TaskHubAccount(Func<QueueClientOptions, StorageAccountClientProvider> clients) => this.clients = clients;

    /// <summary>By connection string, which must name the queue and table services too, or an account from which they follow.</summary>
    /// <param name="connectionString">The connection string.</param>
    /// <exception cref="FormatException">It is not one.</exception>
    public static TaskHubAccount FromConnectionString(string connectionString) =>
        new(queues => new StorageAccountClientProvider(
            StorageServiceClientProvider.ForBlob(connectionString),
            StorageServiceClientProvider.ForQueue(connectionString, queues),
            StorageServiceClientProvider.ForTable(connectionString)));

    /// <summary>By connection string, with something between the engine and the account, such as a meter.</summary>
    /// <param name="connectionString">The connection string.</param>
    /// <param name="configure">Told the options of each client before it is made: here policies are added.</param>
    public static TaskHubAccount FromConnectionString(string connectionString, Action<ClientOptions> configure) => new(queues =>
    {
        configure(queues);
        return new StorageAccountClientProvider(
            new Configured<BlobServiceClient, BlobClientOptions>(() => new(), options => new(connectionString, options), configure),
            StorageServiceClientProvider.ForQueue(connectionString, queues),
            new Configured<TableServiceClient, TableClientOptions>(() => new(), options => new(connectionString, options), configure));
    });

    /// <summary>By identity. The three services of an account lie side by side: <c>https://name.blob.…</c>, <c>https://name.queue.…</c>, <c>https://name.table.…</c>.</summary>
    /// <param name="blobService">Address of the blob service.</param>
    /// <param name="credential">The identity.</param>
    /// <exception cref="ArgumentException">The address is not that of a blob service.</exception>
    public static TaskHubAccount FromIdentity(Uri blobService, TokenCredential credential)
    {
        ArgumentNullException.ThrowIfNull(blobService);
        var (queueService, tableService) = (Beside(blobService, "queue"), Beside(blobService, "table"));
        return new(queues => new StorageAccountClientProvider(
            StorageServiceClientProvider.ForBlob(blobService, credential),
            StorageServiceClientProvider.ForQueue(queueService, credential, queues),
            StorageServiceClientProvider.ForTable(tableService, credential)));
    }

    /// <summary>The clients of one opened hub.</summary>
    /// <param name="maxPollingInterval">Longest pause between two looks into a queue.</param>
    internal StorageAccountClientProvider Clients(TimeSpan maxPollingInterval)
    {
        var queues = new QueueClientOptions();
        queues.AddPolicy(new QueuePollingPolicy(maxPollingInterval / 2, TimeProvider.System), HttpPipelinePosition.PerCall);
        return clients(queues);
    }

    private static Uri Beside(Uri blobService, string service)
    {
        const string blob = ".blob.";
        var at = blobService.Host.IndexOf(blob, StringComparison.OrdinalIgnoreCase);
        return at > 0
            ? new UriBuilder(blobService) { Host = $"{blobService.Host[..at]}.{service}.{blobService.Host[(at + blob.Length)..]}" }.Uri
            : throw new ArgumentException($"'{blobService}' is not the address of a blob service such as https://name.blob.core.windows.net/: the addresses of its queue and table services do not follow from it.", nameof(blobService));
    }

    private sealed class Configured<TClient, TOptions>(Func<TOptions> options, Func<TOptions, TClient> open, Action<TOptions> configure)
        : IStorageServiceClientProvider<TClient, TOptions>
        where TOptions : ClientOptions
    {
        public TOptions CreateOptions()
        {
            var made = options();
            configure(made);
            return made;
        }

        public TClient CreateClient(TOptions options) => open(options);
    }
}
