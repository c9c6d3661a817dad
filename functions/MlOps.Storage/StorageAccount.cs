using Azure.Core;
using Azure.Data.Tables;
using Azure.Storage.Blobs;

namespace MlOps.Storage;

/// <summary>The one storage account of an installation: its containers by the names of the design.</summary>
public sealed class StorageAccount
{
    /// <summary>Wraps a client of the account.</summary>
    /// <param name="service">Client of the account.</param>
    /// <param name="containerPrefix">Put before every container's name; empty but in tests that share an account.</param>
    /// <param name="tables">Client of the same account's tables; without one nothing can be kept there.</param>
    public StorageAccount(BlobServiceClient service, string containerPrefix = "", TableServiceClient? tables = null)
    {
        ArgumentNullException.ThrowIfNull(service);
        Service = service;
        Input = service.GetBlobContainerClient(containerPrefix + "input");
        Output = service.GetBlobContainerClient(containerPrefix + "output");
        Rejected = service.GetBlobContainerClient(containerPrefix + "rejected");
        Artifacts = service.GetBlobContainerClient(containerPrefix + "artifacts");
        Definitions = service.GetBlobContainerClient(containerPrefix + "definitions");
        Notifications = service.GetBlobContainerClient(containerPrefix + "notifications");
        Features = service.GetBlobContainerClient(containerPrefix + "features");

        // Tables are named by letters and digits alone, the first a letter.
        OnlineFeatures = tables?.GetTableClient("features" + string.Concat(containerPrefix.Where(char.IsAsciiLetterOrDigit)));
        FormerJournal = service.GetBlobContainerClient(containerPrefix + "durable");
    }

    /// <summary>Connects with a connection string.</summary>
    /// <param name="connectionString">Connection string of the account.</param>
    /// <param name="containerPrefix">Put before every container's name; empty but in tests that share an account.</param>
    public StorageAccount(string connectionString, string containerPrefix = "")
        : this(new BlobServiceClient(connectionString, Metered(new BlobClientOptions())), containerPrefix, new TableServiceClient(connectionString, Metered(new TableClientOptions())))
    {
    }

    /// <summary>Options of a client whose requests are counted for the record of what runs cost.</summary>
    /// <param name="options">Options.</param>
    public static BlobClientOptions Metered(BlobClientOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.AddPolicy(StorageMeter.Policy, HttpPipelinePosition.PerRetry);
        return options;
    }

    /// <summary>Options of a client of the account's tables whose requests are counted too.</summary>
    /// <param name="options">Options.</param>
    public static TableClientOptions Metered(TableClientOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.AddPolicy(StorageMeter.Policy, HttpPipelinePosition.PerRetry);
        return options;
    }

    /// <summary>Address of the table service beside that of a blob service in Azure: only the word <c>blob</c> in it differs.</summary>
    /// <param name="blobService">Such as <c>https://name.blob.core.windows.net</c>.</param>
    public static Uri TablesBeside(Uri blobService)
    {
        ArgumentNullException.ThrowIfNull(blobService);
        return new UriBuilder(blobService) { Host = blobService.Host.Replace(".blob.", ".table.", StringComparison.Ordinal) }.Uri;
    }

    /// <summary>Client of the account.</summary>
    public BlobServiceClient Service { get; }

    /// <summary>Files as upstream dropped them: <c>{pipeline}/initial.csv</c>, <c>{pipeline}/{yyyyMMdd}.csv</c>. Never changed by the product, only emptied of rejected files.</summary>
    public BlobContainerClient Input { get; }

    /// <summary>Predictions, manifests and reports.</summary>
    public BlobContainerClient Output { get; }

    /// <summary>Refused files, whole, each with its list of errors.</summary>
    public BlobContainerClient Rejected { get; }

    /// <summary>Runs, steps, models, drops by content, the ledger.</summary>
    public BlobContainerClient Artifacts { get; }

    /// <summary>Definitions: <c>{pipeline}.yaml</c>.</summary>
    public BlobContainerClient Definitions { get; }

    /// <summary>Outbox of notifications.</summary>
    public BlobContainerClient Notifications { get; }

    /// <summary>Features of finished periods as Parquet, where a definition asks for them: <c>{pipeline}/{period}/features.parquet</c>.</summary>
    public BlobContainerClient Features { get; }

    /// <summary>Newest features by id, where a definition asks for them; <see langword="null"/> for an account whose tables are not known. Not made before it is needed.</summary>
    public TableClient? OnlineFeatures { get; }

    /// <summary>Where versions before 0.2 kept orchestrations on a laptop. Nothing is written there any more.</summary>
    public BlobContainerClient FormerJournal { get; }

    /// <summary>Creates every container that does not exist yet.</summary>
    /// <param name="cancellation">Stops the wait.</param>
    public async Task EnsureContainersAsync(CancellationToken cancellation = default)
    {
        foreach (var container in new[] { Input, Output, Rejected, Artifacts, Definitions, Notifications, Features })
        {
            await container.CreateIfNotExistsAsync(cancellationToken: cancellation);
        }
    }
}
