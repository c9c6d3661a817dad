using System.Text.Json;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;

namespace MlOps.Storage;

/// <summary>
/// A JSON document in a blob that several processes change: written only under the ETag that was read, so that of two writers one tries again on
/// what the other wrote. What was read last is kept: a document that has not changed is neither sent nor parsed a second time. Thread-safe.
/// </summary>
/// <typeparam name="T">Immutable content.</typeparam>
/// <param name="container">Container of the blob.</param>
/// <param name="name">Name of the blob.</param>
/// <param name="empty">What it counts as while it does not exist.</param>
internal sealed class SharedDocument<T>(BlobContainerClient container, string name, T empty)
    where T : class?
{
    // Ten files at once mean ten runs that write at the same moment; each write takes milliseconds, and nobody waits for seconds because of another.
    private const int Attempts = 200;
    private const int LongestPause = 50;

    private readonly BlobClient _blob = container.GetBlobClient(name);
    private volatile Known? _last;

    /// <summary>The content now, and the ETag under which it may be changed; without an ETag where there is no blob yet.</summary>
    /// <exception cref="InvalidDataException">The blob holds something else.</exception>
    public async Task<(T Value, ETag? ETag)> ReadAsync(CancellationToken cancellation)
    {
        try
        {
            var last = _last;
            var options = new BlobDownloadOptions { Conditions = last is null ? null : new BlobRequestConditions { IfNoneMatch = last.ETag } };
            var response = await _blob.DownloadContentAsync(options, cancellation);
            if (last is not null && response.GetRawResponse().Status == 304)
            {
                return (last.Value, last.ETag);
            }

            var content = response.Value;
            var value = JsonSerializer.Deserialize<T>(content.Content.ToMemory().Span, ArtifactJson.Compact)
                ?? throw new InvalidDataException($"artifacts/{name} is empty. Restore an earlier version of the blob.");
            _last = new Known(value, content.Details.ETag);
            return (value, content.Details.ETag);
        }
        catch (RequestFailedException e) when (e.Status == 404)
        {
            return (empty, null);
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"artifacts/{name} is damaged ({e.Message}). Restore an earlier version of the blob.", e);
        }
    }

    /// <summary>Changes the content; the change is worked out again on the newest content where another writer was faster.</summary>
    /// <param name="change">Makes the new content from the current one; the same object where nothing changes.</param>
    /// <param name="onlyIf">Only where the content still has this ETag; <see langword="null"/> to change whatever it is.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <returns>The content as it is stored now.</returns>
    /// <exception cref="RequestFailedException">Status 412: it has another ETag than <paramref name="onlyIf"/>.</exception>
    /// <exception cref="IOException">Other writers were faster every time.</exception>
    public async Task<T> UpdateAsync(Func<T, Task<T>> change, ETag? onlyIf, CancellationToken cancellation)
    {
        for (var attempt = 1; attempt <= Attempts; attempt++)
        {
            var (value, etag) = await ReadAsync(cancellation);
            if (onlyIf is { } wanted && etag != wanted)
            {
                throw new RequestFailedException(412, $"artifacts/{name} has changed.");
            }

            var changed = await change(value);
            if (ReferenceEquals(changed, value) || await TryWriteAsync(changed, etag, cancellation))
            {
                return changed;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(Math.Min(2 * attempt, LongestPause)), cancellation);
        }

        throw new IOException($"artifacts/{name} was changed by others {Attempts} times in a row. Try again.");
    }

    /// <summary>Changes the content by a pure function; see the other overload.</summary>
    public Task<T> UpdateAsync(Func<T, T> change, CancellationToken cancellation) =>
        UpdateAsync(value => Task.FromResult(change(value)), onlyIf: null, cancellation);

    private async Task<bool> TryWriteAsync(T value, ETag? etag, CancellationToken cancellation)
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
            await _blob.UploadAsync(new BinaryData(JsonSerializer.SerializeToUtf8Bytes(value, ArtifactJson.Indented)), options, cancellation);
            return true;
        }
        catch (RequestFailedException e) when (e.Status is 409 or 412)
        {
            return false;
        }
    }

    private sealed record Known(T Value, ETag ETag);
}
