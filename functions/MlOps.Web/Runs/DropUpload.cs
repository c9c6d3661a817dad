using System.IO.Compression;
using Azure;
using Azure.Storage;
using Azure.Storage.Blobs.Models;
using MlOps.Pipeline.Artifacts;
using MlOps.Pipeline.Drops;
using MlOps.Storage;

namespace MlOps.Web.Runs;

/// <summary>Puts files where upstream would: the one way of the command line and of HTTP.</summary>
public static class DropUpload
{
    private const string Packed = ".gz";

    // What is held in memory at a time; 50,000 blocks of it are 390 GiB.
    private const long BlockBytes = 8 << 20;

    /// <summary>The name that a file gets in the input container.</summary>
    /// <param name="pipeline">Pipeline's name.</param>
    /// <param name="file">File name without folder; one that ends in <c>.gz</c> is unpacked on the way.</param>
    /// <param name="name">Name inside the container.</param>
    /// <returns>Whether it is the name of a drop; under any other no run would ever begin.</returns>
    public static bool TryName(PipelineName pipeline, string file, out string name)
    {
        var bare = IsPacked(file) ? file[..^Packed.Length] : file;
        // A refused file comes back under the name that it was downloaded with.
        bare = DropName.TryParseKept(bare, out var kept) ? $"{kept}{KeptDrop.Extension(bare)}" : bare;
        name = $"{pipeline}/{bare}";
        return bare.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_') && DropName.TryParse(name, out _, out _, out _);
    }

    /// <summary>Whether a file is unpacked on the way.</summary>
    public static bool IsPacked(string file) => file.EndsWith(Packed, StringComparison.OrdinalIgnoreCase);

    /// <summary>Puts one file; it appears whole or not at all. Memory does not grow with the file.</summary>
    /// <param name="storage">The account.</param>
    /// <param name="content">The file, read to its end once.</param>
    /// <param name="packed">Whether it is gzip.</param>
    /// <param name="blob">Name inside the input container.</param>
    /// <param name="bytesMax">A file that is longer, unpacked, is given up.</param>
    /// <param name="cancellation">Gives up; nothing appears.</param>
    /// <returns>ETag of the blob, and its bytes.</returns>
    /// <exception cref="InvalidDataException">It is not gzip.</exception>
    /// <exception cref="DropTooLongException">It is longer.</exception>
    public static async Task<(string ETag, long Length)> PutAsync(
        StorageAccount storage, Stream content, bool packed, string blob, long bytesMax, CancellationToken cancellation)
    {
        await using var unpacked = packed ? new GZipStream(content, CompressionMode.Decompress, leaveOpen: true) : content;
        await using var counted = new CountingStream(unpacked, bytesMax);
        var options = new BlobUploadOptions
        {
            HttpHeaders = new BlobHttpHeaders { ContentType = KeptDrop.Extension(blob) == KeptDrop.Pictures ? "application/zip" : "text/csv" },
            TransferOptions = new StorageTransferOptions { InitialTransferSize = BlockBytes, MaximumTransferSize = BlockBytes, MaximumConcurrency = 2 },
        };
        var done = await storage.Input.GetBlobClient(blob).UploadAsync(counted, options, cancellation);
        return (done.Value.ETag.ToString().Trim('"'), counted.Count);
    }

    /// <summary>Puts a definition that was checked.</summary>
    public static async Task<ETag> PutDefinitionAsync(
        StorageAccount storage, PipelineName name, string text, BlobRequestConditions? conditions, CancellationToken cancellation)
    {
        var options = new BlobUploadOptions { HttpHeaders = new BlobHttpHeaders { ContentType = "application/yaml" }, Conditions = conditions };
        try
        {
            return (await storage.Definitions.GetBlobClient($"{name}.yaml").UploadAsync(BinaryData.FromString(text), options, cancellation)).Value.ETag;
        }
        catch (RequestFailedException e) when (e.Status == 409 && conditions is not null)
        {
            // There is one already, and If-None-Match says that there must be none.
            throw new RequestFailedException(412, e.Message, e);
        }
    }
}

/// <summary>A dropped file is longer than it may be.</summary>
public sealed class DropTooLongException(long bytesMax) : IOException($"The file is longer than the {bytesMax} bytes that are taken.")
{
    /// <summary>The limit.</summary>
    public long BytesMax { get; } = bytesMax;
}

/// <summary>Counts what is read and stops beyond a limit.</summary>
internal sealed class CountingStream(Stream inner, long bytesMax) : Stream
{
    public long Count { get; private set; }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override int Read(byte[] buffer, int offset, int count) => Counted(inner.Read(buffer, offset, count));

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        Counted(await inner.ReadAsync(buffer, cancellationToken));

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    private int Counted(int read)
    {
        Count += read;
        return Count <= bytesMax ? read : throw new DropTooLongException(bytesMax);
    }
}
