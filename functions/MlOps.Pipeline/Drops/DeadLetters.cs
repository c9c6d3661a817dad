using System.Text.Json;
using Azure;
using Azure.Storage.Blobs;
using MlOps.Pipeline.Artifacts;
using MlOps.Pipeline.Wording;
using MlOps.Storage;

namespace MlOps.Pipeline.Drops;

/// <summary>Why a file lies among the dead letters.</summary>
/// <param name="File">Name that the file had in the input container.</param>
/// <param name="ETag">ETag that it had.</param>
/// <param name="RunId">The run that failed for good.</param>
/// <param name="Step">The step that failed.</param>
/// <param name="Cause">Why, in a sentence.</param>
public sealed record DeadLetterReason(string File, string ETag, string RunId, string? Step, string? Cause);

/// <summary>
/// Files whose run failed for good in a step although nothing is known to be wrong with them: they are put aside, whole and with the
/// reason, as <c>rejected/{pipeline}/dead-letter/{period}.{etag}.csv</c>, until someone replays them.
/// </summary>
/// <param name="account">The account.</param>
/// <param name="files">Input container.</param>
public sealed class DeadLetters(StorageAccount account, InputFiles files)
{
    private const string Folder = "dead-letter";

    /// <summary>Puts a file aside. Doing it again changes nothing.</summary>
    /// <param name="pipeline">Pipeline's name.</param>
    /// <param name="drop">The file.</param>
    /// <param name="reason">Why.</param>
    /// <param name="cancellation">Stops the move.</param>
    /// <returns>Name in the rejected container.</returns>
    public async Task<string> PutAsync(PipelineName pipeline, LedgerDrop drop, DeadLetterReason reason, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(drop);
        var name = $"{pipeline}/{Folder}/{drop.Period}.{drop.ETags[0]}{KeptDrop.Extension(drop.BlobName)}";
        if (!await TryCopyAsync(files.Kept(pipeline, drop.BlobName, drop.Sha256), name, cancellation))
        {
            await TryCopyAsync(account.Input.GetBlobClient(drop.BlobName), name, cancellation);
        }

        await account.Rejected.GetBlobClient(name[..^4] + ".reason.json").UploadAsync(
            new BinaryData(JsonSerializer.SerializeToUtf8Bytes(reason, ArtifactJson.Indented)), overwrite: true, cancellation);
        await files.RemoveAsync(drop.BlobName, drop.ETags[^1], cancellation);
        return name;
    }

    /// <summary>Reads pipeline, period and ETag from the name of a file in the rejected container, dead letter or refused.</summary>
    /// <param name="name">Name inside the rejected container.</param>
    /// <param name="pipeline">The pipeline.</param>
    /// <param name="period">The period.</param>
    /// <param name="etag">ETag that the file had.</param>
    /// <returns>Whether the name is that of a drop that was put aside.</returns>
    public static bool TryParse(string name, out PipelineName pipeline, out Period period, out string etag)
    {
        ArgumentNullException.ThrowIfNull(name);
        (pipeline, period, etag) = (default, default, "");
        var parts = name.Split('/');
        if (parts.Length is not (2 or 3) || (parts.Length == 3 && parts[1] != Folder) || !PipelineName.TryParse(parts[0], out pipeline))
        {
            return false;
        }

        var words = parts[^1].Split('.');
        if (words is not [var day, var tag, "csv" or "zip"] || !Period.TryParse(day, out period))
        {
            return false;
        }

        etag = tag;
        return true;
    }

    /// <summary>Gives the bytes of a file that was put aside back to its runs, if they were lost.</summary>
    /// <param name="pipeline">Pipeline's name.</param>
    /// <param name="drop">The drop.</param>
    /// <param name="name">Name inside the rejected container.</param>
    /// <param name="cancellation">Stops the copy.</param>
    /// <exception cref="SteeringException">The file is not there, or its bytes are not those of the drop.</exception>
    public async Task RestoreAsync(PipelineName pipeline, LedgerDrop drop, string name, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(drop);
        var kept = files.Kept(pipeline, drop.BlobName, drop.Sha256);
        if (await kept.ExistsAsync(cancellation))
        {
            return;
        }

        await using var file = TemporaryFile.Create();
        try
        {
            await account.Rejected.GetBlobClient(name).DownloadToAsync(file, cancellation);
        }
        catch (RequestFailedException e) when (e.Status == 404)
        {
            throw new SteeringException(Sentence.Of("steer-file-gone", ("name", name)));
        }

        file.Position = 0;
        if (await ContentHash.OfAsync(file, cancellation) != drop.Sha256)
        {
            throw new SteeringException(Sentence.Of("steer-file-changed", ("name", name), ("period", drop.Period)));
        }

        file.Position = 0;
        await kept.UploadAsync(file, overwrite: true, cancellation);
    }

    /// <summary>Removes a file that was put aside, once it is processed again.</summary>
    /// <param name="name">Name inside the rejected container.</param>
    /// <param name="cancellation">Stops the wait.</param>
    public async Task RemoveAsync(string name, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(name);
        foreach (var suffix in new[] { KeptDrop.Extension(name), ".reason.json", ".errors.json" })
        {
            await account.Rejected.GetBlobClient(name[..^4] + suffix).DeleteIfExistsAsync(cancellationToken: cancellation);
        }
    }

    private async Task<bool> TryCopyAsync(BlobClient source, string name, CancellationToken cancellation)
    {
        try
        {
            await using var bytes = await source.OpenReadAsync(cancellationToken: cancellation);
            await account.Rejected.GetBlobClient(name).UploadAsync(bytes, overwrite: true, cancellation);
            return true;
        }
        catch (RequestFailedException e) when (e.Status == 404)
        {
            return false;
        }
    }
}
