using System.Text.Json;
using Azure.Storage.Blobs.Models;
using MlOps.Pipeline.Artifacts;
using MlOps.Storage;

namespace MlOps.Pipeline.Drops;

/// <summary>The list of reasons that lies beside a refused file.</summary>
/// <param name="File">Name that the file had in the input container.</param>
/// <param name="ETag">ETag that it had.</param>
/// <param name="Sha256">SHA-256 of its bytes; <see langword="null"/> for an empty file.</param>
/// <param name="RunId">The run that refused it.</param>
/// <param name="ErrorCount">Number of errors found.</param>
/// <param name="Errors">The errors, with line and column.</param>
public sealed record RejectionList(
    string File, string ETag, string? Sha256, string RunId, long ErrorCount, IReadOnlyList<Finding> Errors);

/// <summary>Moves refused files to <c>rejected/{pipeline}/{name}.{etag}.csv</c>, whole, with their reasons in <c>.errors.json</c> beside them.</summary>
/// <param name="account">The account.</param>
/// <param name="input">The input container.</param>
public sealed class RejectedFiles(StorageAccount account, InputFiles input)
{
    /// <summary>Name of the kept file in the rejected container.</summary>
    /// <param name="pipeline">Pipeline's name.</param>
    /// <param name="blobName">Name that the file had in the input container.</param>
    /// <param name="etag">ETag that it had.</param>
    public static string NameOf(PipelineName pipeline, string blobName, string etag)
    {
        ArgumentNullException.ThrowIfNull(blobName);
        var file = blobName[(blobName.LastIndexOf('/') + 1)..];
        // What comes back under the name that it has here is known by its period again.
        var stem = DropName.TryParseKept(file, out var period) ? period.Value : file.EndsWith(".csv", StringComparison.OrdinalIgnoreCase) || file.EndsWith(".zip", StringComparison.OrdinalIgnoreCase) ? file[..^4] : file;
        // Files of side tables keep their source's folder.
        var folder = SideName.Read(blobName) is { } side ? side.Source + "/" : "";
        return $"{pipeline}/{folder}{stem}.{RunIds.NormalizeETag(etag)}{KeptDrop.Extension(file)}";
    }

    /// <summary>Keeps the rows of an accepted file that could not be used. Doing it again changes nothing.</summary>
    /// <param name="pipeline">Pipeline's name.</param>
    /// <param name="blobName">Name that the file has in the input container.</param>
    /// <param name="etag">Its ETag.</param>
    /// <param name="rows">The quarantine file.</param>
    /// <param name="cancellation">Stops the wait.</param>
    /// <returns>Its name in the rejected container: <c>{pipeline}/{name}.{etag}.quarantine.csv</c>.</returns>
    public async Task<string> QuarantineAsync(PipelineName pipeline, string blobName, string etag, Stream rows, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(rows);
        var name = NameOf(pipeline, blobName, etag)[..^4] + ".quarantine.csv";
        await account.Rejected.GetBlobClient(name).UploadAsync(
            rows, new BlobUploadOptions { HttpHeaders = new BlobHttpHeaders { ContentType = "text/csv" } }, cancellation);
        return name;
    }

    /// <summary>Moves a file: first the copy, then the reasons, then the original goes. Doing it again changes nothing.</summary>
    /// <param name="pipeline">Pipeline's name.</param>
    /// <param name="content">The bytes.</param>
    /// <param name="list">The reasons.</param>
    /// <param name="cancellation">Stops the move.</param>
    /// <returns>Name of the kept file in the rejected container.</returns>
    public async Task<string> MoveAsync(PipelineName pipeline, Stream content, RejectionList list, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(content);
        ArgumentNullException.ThrowIfNull(list);
        var name = NameOf(pipeline, list.File, list.ETag);
        await account.Rejected.GetBlobClient(name).UploadAsync(
            content, new BlobUploadOptions { HttpHeaders = new BlobHttpHeaders { ContentType = KeptDrop.Extension(name) == KeptDrop.Pictures ? "application/zip" : "text/csv" } }, cancellation);
        await account.Rejected.GetBlobClient(name[..^4] + ".errors.json").UploadAsync(
            new BinaryData(JsonSerializer.SerializeToUtf8Bytes(list, ArtifactJson.Indented)),
            new BlobUploadOptions { HttpHeaders = new BlobHttpHeaders { ContentType = "application/json" } },
            cancellation);
        await input.RemoveAsync(list.File, list.ETag, cancellation);
        return name;
    }
}
