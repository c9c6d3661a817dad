using Azure.Core;
using Azure.Data.Tables;
using Azure.Storage.Blobs;
using Azure.Storage.Queues;
using DurableTask.AzureStorage;

namespace MlOps.Engine;

/// <summary>The storage account of a task hub: how its blob, queue and table services are reached.</summary>
public sealed class TaskHubAccount
{
    private TaskHubAccount(StorageAccountClientProvider clients) => Clients = clients;

    internal StorageAccountClientProvider Clients { get; }

    /// <summary>By connection string, which must name the queue and table services too, or an account from which they follow.</summary>
    /// <param name="connectionString">The connection string.</param>
    /// <exception cref="FormatException">It is not one.</exception>
    public static TaskHubAccount FromConnectionString(string connectionString) => new(new StorageAccountClientProvider(connectionString));

    /// <summary>By connection string, with something between the engine and the account, such as a meter.</summary>
    /// <param name="connectionString">The connection string.</param>
    /// <param name="configure">Told the options of each client before it is made: here policies are added.</param>
    public static TaskHubAccount FromConnectionString(string connectionString, Action<ClientOptions> configure) => new(new StorageAccountClientProvider(
        new Configured<BlobServiceClient, BlobClientOptions>(() => new(), options => new(connectionString, options), configure),
        new Configured<QueueServiceClient, QueueClientOptions>(() => new(), options => new(connectionString, options), configure),
        new Configured<TableServiceClient, TableClientOptions>(() => new(), options => new(connectionString, options), configure)));

    /// <summary>By identity. The three services of an account lie side by side: <c>https://name.blob.…</c>, <c>https://name.queue.…</c>, <c>https://name.table.…</c>.</summary>
    /// <param name="blobService">Address of the blob service.</param>
    /// <param name="credential">The identity.</param>
    /// <exception cref="ArgumentException">The address is not that of a blob service.</exception>
    public static TaskHubAccount FromIdentity(Uri blobService, TokenCredential credential)
    {
        ArgumentNullException.ThrowIfNull(blobService);
        return new(new StorageAccountClientProvider(blobService, Beside(blobService, "queue"), Beside(blobService, "table"), credential));
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
