using Azure;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using MlOps.Storage;

namespace MlOps.Cli.Hosting;

/// <summary>
/// Stands in for Event Grid, which does not exist locally: looks at the input container again and again and raises one
/// BlobCreated event for each new version of a blob. An event that the receiver refuses is raised again, later and later.
/// </summary>
internal sealed partial class LocalEventSource
{
    /// <summary>Where it keeps what it has seen; no pipeline's name begins with an underscore.</summary>
    public const string SeenName = "_events/seen.json";

    private static readonly TimeSpan SilentPause = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan RetryLook = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan RetryMax = TimeSpan.FromMinutes(1);
    private readonly StorageAccount account;
    private readonly Func<string, CancellationToken, Task> receive;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private readonly Dictionary<(string Name, string ETag), (int Attempts, DateTimeOffset Next)> failures = [];
    private readonly SemaphoreSlim hint = new(0, 1);
    private SeenBlobs? seen;

    /// <summary>Creates the source.</summary>
    /// <param name="account">Account whose input container is watched.</param>
    /// <param name="receive">Gets each event as JSON; when it has returned, the event counts as delivered.</param>
    /// <param name="time">Clock.</param>
    /// <param name="logger">Log.</param>
    public LocalEventSource(StorageAccount account, Func<string, CancellationToken, Task> receive, TimeProvider time, ILogger logger)
    {
        this.account = account;
        this.receive = receive;
        this.time = time;
        this.logger = logger;
    }

    /// <summary>Says that something may be new: it looks at once.</summary>
    public void Hint()
    {
        try
        {
            hint.Release();
        }
        catch (SemaphoreFullException)
        {
            // It will look anyway.
        }
    }

    /// <summary>Looks until it is stopped. An account that does not answer is asked again.</summary>
    /// <param name="interval">Longest pause between two looks; what failed is tried again every second at least.</param>
    /// <param name="cancellation">Stops it.</param>
    public async Task RunAsync(TimeSpan interval, CancellationToken cancellation)
    {
        while (!cancellation.IsCancellationRequested)
        {
            try
            {
                await LookAsync(cancellation);
                await hint.WaitAsync(failures.Count > 0 && interval > RetryLook ? RetryLook : interval, cancellation);
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) when (e is RequestFailedException or AggregateException or IOException or OperationCanceledException)
            {
                // The last is a request whose time ran out: nobody has asked this loop to end.
                LogAccountSilent(logger, e.Message.Split('\n')[0]);
                await Task.Delay(SilentPause, time, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    /// <summary>Looks once and raises what is new, oldest first.</summary>
    /// <param name="cancellation">Stops between two events.</param>
    public async Task LookAsync(CancellationToken cancellation)
    {
        seen ??= await SeenBlobs.LoadAsync(account.Artifacts.GetBlobClient(SeenName), cancellation);
        var existing = new HashSet<string>();
        var found = new List<BlobItem>();
        await foreach (var blob in account.Input.GetBlobsAsync(new GetBlobsOptions { Traits = BlobTraits.CopyStatus }, cancellationToken: cancellation))
        {
            existing.Add(blob.Name);
            if (!seen.Contains(blob.Name, ETagOf(blob)) && IsDue(blob))
            {
                found.Add(blob);
            }
        }

        try
        {
            foreach (var blob in found.OrderBy(blob => blob.Properties.LastModified).ThenBy(blob => blob.Name, StringComparer.Ordinal))
            {
                cancellation.ThrowIfCancellationRequested();
                await RaiseAsync(blob, seen, cancellation);
            }

            seen.KeepOnly(existing);
        }
        finally
        {
            await seen.SaveAsync(CancellationToken.None);
        }
    }

    private static string ETagOf(BlobItem blob) => blob.Properties.ETag?.ToString().Trim('"') ?? "";

    private bool IsDue(BlobItem blob) => !failures.TryGetValue((blob.Name, ETagOf(blob)), out var failure) || failure.Next <= time.GetUtcNow();

    private async Task RaiseAsync(BlobItem blob, SeenBlobs delivered, CancellationToken cancellation)
    {
        var etag = ETagOf(blob);
        try
        {
            var message = BlobCreatedMessage.Of(await DescribeAsync(blob, etag, cancellation));
            await receive(message, cancellation);
            delivered.Add(blob.Name, etag);
            failures.Remove((blob.Name, etag));
            LogRaised(logger, blob.Name, etag);
        }
        catch (RequestFailedException e) when (e.Status == 404)
        {
            // It went away between the look and the event; there is nothing to tell of.
            delivered.Add(blob.Name, etag);
        }
        catch (Exception e) when (e is not OperationCanceledException || !cancellation.IsCancellationRequested)
        {
            // Whatever the receiver could not do now, it gets the event again; the other files go on.
            var attempts = failures.GetValueOrDefault((blob.Name, etag)).Attempts + 1;
            var pause = TimeSpan.FromSeconds(Math.Min(RetryMax.TotalSeconds, Math.Pow(2, attempts)));
            failures[(blob.Name, etag)] = (attempts, time.GetUtcNow() + pause);
            LogRefused(logger, e, blob.Name, etag, attempts, pause.TotalSeconds);
        }
    }

    private async Task<FoundBlob> DescribeAsync(BlobItem blob, string etag, CancellationToken cancellation)
    {
        var client = account.Input.GetBlobClient(blob.Name);
        return new FoundBlob(
            account.Service.AccountName,
            account.Input.Name,
            blob.Name,
            client.Uri,
            etag,
            blob.Properties.ContentType,
            blob.Properties.ContentLength ?? 0,
            await ApiAsync(blob, cancellation),
            blob.Properties.LastModified ?? time.GetUtcNow());
    }

    /// <summary>The operation that made the blob, as far as it left a trace: a copy has a copy id, a block upload has blocks.</summary>
    private async Task<string> ApiAsync(BlobItem blob, CancellationToken cancellation)
    {
        if (blob.Properties.CopyId is not null)
        {
            return "CopyBlob";
        }

        if (blob.Properties.BlobType is not (null or BlobType.Block))
        {
            return "AppendFile";
        }

        var blocks = await account.Input.GetBlockBlobClient(blob.Name).GetBlockListAsync(BlockListTypes.Committed, cancellationToken: cancellation);
        return blocks.Value.CommittedBlocks.Any() ? "PutBlockList" : "PutBlob";
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "event raised: BlobCreated {Blob} {ETag}")]
    private static partial void LogRaised(ILogger logger, string blob, string etag);

    [LoggerMessage(Level = LogLevel.Warning, Message = "event of {Blob} {ETag} was not taken (attempt {Attempts}), again in {Seconds} s")]
    private static partial void LogRefused(ILogger logger, Exception error, string blob, string etag, int attempts, double seconds);

    [LoggerMessage(Level = LogLevel.Warning, Message = "the account does not answer, looking again in a moment: {Reason}")]
    private static partial void LogAccountSilent(ILogger logger, string reason);
}
