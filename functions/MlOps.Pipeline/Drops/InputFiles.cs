using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using MlOps.Pipeline.Artifacts;
using MlOps.Storage;
using MlOps.Tabular;

namespace MlOps.Pipeline.Drops;

/// <summary>A blob of the input container as a listing shows it.</summary>
/// <param name="Name">Name inside the container.</param>
/// <param name="ETag">ETag without quotes.</param>
/// <param name="Length">Length in bytes.</param>
public sealed record InputFile(string Name, string ETag, long Length);

/// <summary>Reads and empties the input container. Every version that is read is kept by its content under <c>artifacts/{pipeline}/drops/</c>.</summary>
/// <param name="account">The account.</param>
public sealed class InputFiles(StorageAccount account)
{
    /// <summary>Lists the files of one pipeline, or of all.</summary>
    /// <param name="pipeline">Pipeline's name; <see langword="null"/> for all.</param>
    /// <param name="cancellation">Stops the listing.</param>
    public async IAsyncEnumerable<InputFile> ListAsync(
        PipelineName? pipeline, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation = default)
    {
        var prefix = pipeline is { } name ? name + "/" : null;
        await foreach (var blob in account.Input.GetBlobsAsync(new GetBlobsOptions { Prefix = prefix }, cancellationToken: cancellation))
        {
            yield return new InputFile(blob.Name, RunIds.NormalizeETag(blob.Properties.ETag?.ToString() ?? ""), blob.Properties.ContentLength ?? 0);
        }
    }

    /// <summary>ETags of the drops of a pipeline by period, and of files of side tables by <c>{source}/{period}</c>.</summary>
    /// <param name="pipeline">Pipeline's name.</param>
    /// <param name="sources">Its side tables; <see langword="null"/> for none.</param>
    /// <param name="cancellation">Stops the listing.</param>
    public async Task<IReadOnlyDictionary<string, string>> ETagsByPeriodAsync(
        PipelineName pipeline, IReadOnlyList<string>? sources = null, CancellationToken cancellation = default)
    {
        var etags = new Dictionary<string, string>();
        await foreach (var file in ListAsync(pipeline, cancellation))
        {
            if (file.Length > 0 && !DropName.IsCorrection(file.Name) && DropName.TryParse(file.Name, out _, out var period, out _))
            {
                etags[period.Value] = file.ETag;
            }
            else if (file.Length > 0 && !DropName.IsCorrection(file.Name) && SideName.Read(file.Name) is { } side && sources?.Contains(side.Source) == true)
            {
                etags[$"{side.Source}/{side.Period}"] = file.ETag;
            }
        }

        return etags;
    }

    /// <summary>The ETag that a blob has now; <see langword="null"/> where it does not exist.</summary>
    /// <param name="blobName">Name inside the input container.</param>
    /// <param name="cancellation">Stops the wait.</param>
    public async Task<string?> CurrentETagAsync(string blobName, CancellationToken cancellation = default)
    {
        try
        {
            var properties = await account.Input.GetBlobClient(blobName).GetPropertiesAsync(cancellationToken: cancellation);
            return RunIds.NormalizeETag(properties.Value.ETag.ToString());
        }
        catch (RequestFailedException e) when (e.Status == 404)
        {
            return null;
        }
    }

    /// <summary>Reads one version of a file whole and keeps its bytes at <c>artifacts/{pipeline}/drops/{sha256}.csv</c>, pictures as <c>.zip</c>.</summary>
    /// <param name="pipeline">Pipeline's name.</param>
    /// <param name="blobName">Name inside the input container.</param>
    /// <param name="etag">ETag of the version.</param>
    /// <param name="cancellation">Stops the reading.</param>
    /// <returns>Hash and length; <see langword="null"/> where that version is no longer there.</returns>
    public async Task<DropBytes?> KeepAsync(PipelineName pipeline, string blobName, string etag, CancellationToken cancellation = default)
    {
        await using var file = TemporaryFile.Create();
        try
        {
            await account.Input.GetBlobClient(blobName).DownloadToAsync(
                file, new BlobDownloadToOptions { Conditions = new BlobRequestConditions { IfMatch = Quoted(etag) } }, cancellation);
        }
        catch (RequestFailedException e) when (e.Status is 404 or 412)
        {
            return null;
        }

        file.Position = 0;
        await using var merged = DropName.IsCorrection(blobName) ? await MergeAsync(pipeline, file, cancellation) : null;
        if (merged is not null)
        {
            return await KeepAsync(pipeline, blobName, merged, cancellation);
        }

        file.Position = 0;
        return await KeepAsync(pipeline, blobName, file, cancellation);
    }

    // A corrected quarantine file stands for its original with the rows put right. Made from the kept original, not from what the period is now, it is
    // the same bytes whenever and however often it comes. One that cannot be merged stays what it is, and validation tells why it is no drop.
    private async Task<FileStream?> MergeAsync(PipelineName pipeline, Stream file, CancellationToken cancellation)
    {
        Quarantine quarantine;
        try
        {
            quarantine = QuarantineFile.Read(file);
        }
        catch (CsvException)
        {
            return null;
        }

        if (!ContentHash.IsHash(quarantine.Source))
        {
            return null;
        }

        await using var original = TemporaryFile.Create();
        try
        {
            await Kept(pipeline, KeptDrop.Table, quarantine.Source).DownloadToAsync(original, cancellation);
        }
        catch (RequestFailedException e) when (e.Status == 404)
        {
            return null;
        }

        original.Position = 0;
        var merged = TemporaryFile.Create();
        QuarantineFile.Merge(original, quarantine, merged);
        merged.Position = 0;
        return merged;
    }

    private async Task<DropBytes> KeepAsync(PipelineName pipeline, string blobName, Stream file, CancellationToken cancellation)
    {
        var bytes = new DropBytes(await ContentHash.OfAsync(file, cancellation), file.Length);
        file.Position = 0;
        try
        {
            await Kept(pipeline, blobName, bytes.Sha256).UploadAsync(
                file, new BlobUploadOptions { Conditions = new BlobRequestConditions { IfNoneMatch = ETag.All } }, cancellation);
        }
        catch (RequestFailedException e) when (e.Status is 409 or 412)
        {
            // The same bytes were kept before.
        }

        return bytes;
    }

    /// <summary>The kept bytes of a drop.</summary>
    /// <param name="pipeline">Pipeline's name.</param>
    /// <param name="blobName">Name of the drop in the input container.</param>
    /// <param name="sha256">SHA-256 of the bytes.</param>
    public BlobClient Kept(PipelineName pipeline, string blobName, string sha256) => account.Artifacts.GetBlobClient(KeptDrop.NameOf(pipeline, blobName, sha256));

    /// <summary>Removes one version of a file from the input container; a newer version stays.</summary>
    /// <param name="blobName">Name inside the input container.</param>
    /// <param name="etag">ETag of the version.</param>
    /// <param name="cancellation">Stops the wait.</param>
    public async Task RemoveAsync(string blobName, string etag, CancellationToken cancellation = default)
    {
        try
        {
            await account.Input.GetBlobClient(blobName).DeleteAsync(
                DeleteSnapshotsOption.IncludeSnapshots, new BlobRequestConditions { IfMatch = Quoted(etag) }, cancellation);
        }
        catch (RequestFailedException e) when (e.Status is 404 or 412)
        {
            // Removed before, or replaced by newer bytes that have their own run.
        }
    }

    internal static ETag Quoted(string etag) => new($"\"{RunIds.NormalizeETag(etag)}\"");
}
