using System.Collections.Concurrent;
using System.Text.Json;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using MlOps.Pipeline.Artifacts;

namespace MlOps.Pipeline.Arrival;

/// <summary>The ledgers in the account, one blob a pipeline: <c>artifacts/{pipeline}/ledger.json</c>, changed only under its ETag.</summary>
/// <param name="account">The account.</param>
public sealed class LedgerStore(StorageAccount account)
{
    // Ten files at once mean ten runs that write at the same moment; each write takes milliseconds.
    private const int AttemptsMax = 60;

    // What was read last, for those who look again and again: a ledger that has not changed is neither sent nor parsed a second time.
    private readonly ConcurrentDictionary<PipelineName, (Ledger Ledger, ETag ETag)> _known = [];

    /// <summary>Reads a pipeline's ledger; an empty one where nothing has arrived.</summary>
    /// <param name="pipeline">Pipeline's name.</param>
    /// <param name="cancellation">Stops the reading.</param>
    public async Task<Ledger> ReadAsync(PipelineName pipeline, CancellationToken cancellation = default) =>
        (await ReadWithETagAsync(pipeline, cancellation)).Ledger;

    /// <summary>Changes a ledger; the change is worked out again on the newest ledger when another writer was faster.</summary>
    /// <param name="pipeline">Pipeline's name.</param>
    /// <param name="change">Makes the new ledger from the current one; returns the same object where nothing changes.</param>
    /// <param name="cancellation">Stops the writing.</param>
    /// <returns>The ledger as it is stored now.</returns>
    /// <exception cref="IOException">Other writers were faster every time.</exception>
    public async Task<Ledger> UpdateAsync(
        PipelineName pipeline, Func<Ledger, Task<Ledger>> change, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(change);
        for (var attempt = 1; attempt <= AttemptsMax; attempt++)
        {
            var (ledger, etag) = await ReadWithETagAsync(pipeline, cancellation);
            var changed = await change(ledger);
            if (ReferenceEquals(changed, ledger))
            {
                return ledger;
            }

            if (await TryWriteAsync(pipeline, changed, etag, cancellation))
            {
                return changed;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(Math.Min(10 * attempt, 200)), cancellation);
        }

        throw new IOException($"artifacts/{pipeline}/ledger.json was changed by others {AttemptsMax} times in a row. Try again.");
    }

    /// <summary>Changes a ledger by a pure function; see the other overload.</summary>
    /// <param name="pipeline">Pipeline's name.</param>
    /// <param name="change">Makes the new ledger from the current one.</param>
    /// <param name="cancellation">Stops the writing.</param>
    public Task<Ledger> UpdateAsync(PipelineName pipeline, Func<Ledger, Ledger> change, CancellationToken cancellation = default) =>
        UpdateAsync(pipeline, ledger => Task.FromResult(change(ledger)), cancellation);

    /// <summary>Names of the pipelines that have a ledger, in order.</summary>
    /// <param name="cancellation">Stops the listing.</param>
    public async Task<IReadOnlyList<PipelineName>> ListAsync(CancellationToken cancellation = default)
    {
        var names = new List<PipelineName>();
        await foreach (var item in account.Artifacts.GetBlobsByHierarchyAsync(delimiter: "/", cancellationToken: cancellation))
        {
            if (item.IsPrefix && PipelineName.TryParse(item.Prefix.TrimEnd('/'), out var name)
                && await Blob(name).ExistsAsync(cancellation))
            {
                names.Add(name);
            }
        }

        return names;
    }

    private BlobClient Blob(PipelineName pipeline) => account.Artifacts.GetBlobClient($"{pipeline}/ledger.json");

    private async Task<(Ledger Ledger, ETag? ETag)> ReadWithETagAsync(PipelineName pipeline, CancellationToken cancellation)
    {
        try
        {
            var known = _known.TryGetValue(pipeline, out var last);
            var options = new BlobDownloadOptions { Conditions = known ? new BlobRequestConditions { IfNoneMatch = last.ETag } : null };
            var response = await Blob(pipeline).DownloadContentAsync(options, cancellation);
            if (response.GetRawResponse().Status == 304)
            {
                return last;
            }

            var content = response.Value;
            var ledger = JsonSerializer.Deserialize<Ledger>(content.Content.ToMemory().Span, ArtifactJson.Compact)
                ?? throw new InvalidDataException($"artifacts/{pipeline}/ledger.json is empty. Restore an earlier version of the blob.");
            _known[pipeline] = (ledger, content.Details.ETag);
            return (ledger, content.Details.ETag);
        }
        catch (RequestFailedException e) when (e.Status == 404)
        {
            return (new Ledger { Pipeline = pipeline.Value }, null);
        }
        catch (JsonException e)
        {
            throw new InvalidDataException(
                $"artifacts/{pipeline}/ledger.json is damaged ({e.Message}). Restore an earlier version of the blob.", e);
        }
    }

    private async Task<bool> TryWriteAsync(PipelineName pipeline, Ledger ledger, ETag? etag, CancellationToken cancellation)
    {
        var options = new BlobUploadOptions
        {
            HttpHeaders = new BlobHttpHeaders { ContentType = "application/json" },
            Conditions = etag is { } known
                ? new BlobRequestConditions { IfMatch = known }
                : new BlobRequestConditions { IfNoneMatch = ETag.All },
        };
        try
        {
            var bytes = JsonSerializer.SerializeToUtf8Bytes(ledger, ArtifactJson.Indented);
            await Blob(pipeline).UploadAsync(new BinaryData(bytes), options, cancellation);
            return true;
        }
        catch (RequestFailedException e) when (e.Status is 409 or 412)
        {
            return false;
        }
    }
}
