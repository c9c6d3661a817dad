using Azure;
using MlOps.Pipeline.Wording;
using MlOps.Storage;

namespace MlOps.Pipeline.Artifacts;

/// <summary>The bytes of a file as they were kept when it was admitted.</summary>
internal static class KeptDrop
{
    /// <summary>Reads the bytes and checks that they are those that were kept.</summary>
    /// <param name="account">The account.</param>
    /// <param name="pipeline">Pipeline's name.</param>
    /// <param name="sha256">SHA-256 of the bytes.</param>
    /// <param name="blobName">Name that the file had, for messages.</param>
    /// <param name="cancellation">Stops the reading.</param>
    /// <returns>A stream at its beginning, to be disposed by the caller.</returns>
    /// <exception cref="StepRefusedException">They are gone, or were changed.</exception>
    public static async Task<Stream> OpenAsync(StorageAccount account, PipelineName pipeline, string sha256, string blobName, CancellationToken cancellation)
    {
        if (!ContentHash.IsHash(sha256))
        {
            throw new ArgumentException("The drop's SHA-256 is not one.", nameof(sha256));
        }

        var name = $"{pipeline}/drops/{sha256}.csv";
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
