using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;

namespace MlOps.Durable.Functions;

/// <summary>Payloads as blobs, named by their SHA-256.</summary>
/// <param name="container">The container; created when the first payload comes. Old payloads are for a lifecycle rule.</param>
public sealed class BlobPayloadStore(BlobContainerClient container) : IPayloadStore
{
    /// <inheritdoc/>
    public async Task WriteAsync(string key, ReadOnlyMemory<byte> content, CancellationToken cancellation)
    {
        try
        {
            await UploadAsync(key, content, cancellation);
        }
        catch (RequestFailedException e) when (e.ErrorCode == BlobErrorCode.ContainerNotFound)
        {
            await container.CreateIfNotExistsAsync(cancellationToken: cancellation);
            await UploadAsync(key, content, cancellation);
        }
    }

    /// <inheritdoc/>
    public async Task<byte[]> ReadAsync(string key, CancellationToken cancellation) =>
        (await Blob(key).DownloadContentAsync(cancellation)).Value.Content.ToArray();

    private async Task UploadAsync(string key, ReadOnlyMemory<byte> content, CancellationToken cancellation)
    {
        try
        {
            var onlyNew = new BlobUploadOptions { Conditions = new BlobRequestConditions { IfNoneMatch = ETag.All } };
            await Blob(key).UploadAsync(new BinaryData(content), onlyNew, cancellation);
        }
        catch (RequestFailedException e) when (e.Status is 409 or 412 && e.ErrorCode != BlobErrorCode.ContainerNotFound)
        {
            // There already: the same bytes, since the name is their hash.
        }
    }

    private BlobClient Blob(string key) => container.GetBlobClient($"payloads/{key}.json");
}
