using Azure;
using MlOps.Pipeline.Wording;
using MlOps.Storage;

namespace MlOps.Pipeline.Artifacts;

/// <summary>The bytes of a drop as they are kept for good, by their hash.</summary>
public static class KeptDrop
{
    /// <summary>The extension of files with rows.</summary>
    public const string Table = ".csv";

    /// <summary>The extension of files with pictures.</summary>
    public const string Pictures = ".zip";

    /// <summary>Extension of a drop: that of pictures or, whatever it says, that of rows.</summary>
    /// <param name="blobName">Name of the drop in the input container.</param>
    public static string Extension(string blobName)
    {
        ArgumentNullException.ThrowIfNull(blobName);
        return blobName.EndsWith(Pictures, StringComparison.OrdinalIgnoreCase) ? Pictures : Table;
    }

    /// <summary>Name of the kept bytes in the artifacts container.</summary>
    /// <param name="pipeline">Pipeline's name.</param>
    /// <param name="blobName">Name of the drop in the input container.</param>
    /// <param name="sha256">SHA-256 of its bytes.</param>
    public static string NameOf(PipelineName pipeline, string blobName, string sha256) => $"{pipeline}/drops/{sha256}{Extension(blobName)}";

    /// <summary>Opens the kept bytes, checked against their hash.</summary>
    internal static async Task<FileStream> OpenAsync(StorageAccount account, PipelineName pipeline, string blobName, string sha256, CancellationToken cancellation)
    {
        if (!ContentHash.IsHash(sha256))
        {
            throw new ArgumentException("The drop's SHA-256 is not one.", nameof(sha256));
        }

        var name = NameOf(pipeline, blobName, sha256);
        var file = TemporaryFile.Create();
        try
        {
            await account.Artifacts.GetBlobClient(name).DownloadToAsync(file, cancellation);
            file.Position = 0;
            if (await ContentHash.OfAsync(file, cancellation) != sha256)
            {
                throw new StepRefusedException(Sentence.Of("copy-changed", ("copy", name), ("file", blobName)));
            }

            file.Position = 0;
            return file;
        }
        catch (RequestFailedException e) when (e.Status == 404)
        {
            await file.DisposeAsync();
            throw new StepRefusedException(Sentence.Of("copy-gone", ("copy", name), ("file", blobName)));
        }
        catch
        {
            await file.DisposeAsync();
            throw;
        }
    }
}
