using System.Security.Cryptography;
using Azure.Storage.Blobs;
using MlOps.Storage;

namespace MlOps.Pipeline.Artifacts;

/// <summary>Where a running step puts its outputs.</summary>
public sealed class StepWork
{
    private readonly BlobContainerClient _container;
    private readonly string _folder;
    private readonly KeptOutputs _kept;
    private readonly SortedDictionary<string, StepOutput> _outputs = new(StringComparer.Ordinal);

    internal StepWork(BlobContainerClient container, string folder, KeptOutputs kept)
    {
        _container = container;
        _folder = folder;
        _kept = kept;
    }

    internal IReadOnlyList<StepOutput> Outputs => [.. _outputs.Values];

    /// <summary>Writes one output whole. It counts only once the step is committed.</summary>
    /// <param name="name">File name under the step's folder.</param>
    /// <param name="write">Writes the bytes; the stream can only be written forwards.</param>
    /// <param name="cancellation">Stops the writing.</param>
    /// <returns>Length and hash of what was written.</returns>
    public async Task<StepOutput> WriteAsync(string name, Action<Stream> write, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(write);
        await using var file = TemporaryFile.Create();
        using var sha = SHA256.Create();
        await using (var hashing = new CryptoStream(file, sha, CryptoStreamMode.Write, leaveOpen: true))
        await using (var buffered = new BufferedStream(hashing, 1 << 16))
        {
            write(buffered);
        }

        await file.FlushAsync(cancellation);
        file.Position = 0;
        var output = new StepOutput(name, file.Length, Convert.ToHexStringLower(sha.Hash!));
        if (file.Length <= KeptOutputs.LongestKept)
        {
            var bytes = new byte[file.Length];
            await file.ReadExactlyAsync(bytes, cancellation);
            await _container.GetBlobClient(_folder + name).UploadAsync(new BinaryData(bytes), overwrite: true, cancellation);
            _kept.Keep(output.Sha256, bytes);
        }
        else
        {
            await _container.GetBlobClient(_folder + name).UploadAsync(file, overwrite: true, cancellation);
        }

        lock (_outputs)
        {
            _outputs[name] = output;
        }

        return output;
    }
}
