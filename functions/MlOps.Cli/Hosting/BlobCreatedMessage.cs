using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using MlOps.Pipeline.Drops;
using MlOps.Pipeline.Orchestrations;

namespace MlOps.Cli.Hosting;

/// <summary>A blob that was found, as much as the event about it says.</summary>
/// <param name="Account">Account name.</param>
/// <param name="Container">Container.</param>
/// <param name="Name">Blob name.</param>
/// <param name="Url">Address of the blob.</param>
/// <param name="ETag">ETag without quotes.</param>
/// <param name="ContentType">Content type.</param>
/// <param name="ContentLength">Bytes.</param>
/// <param name="Api">Operation that made it.</param>
/// <param name="Time">When it was made.</param>
internal sealed record FoundBlob(
    string Account, string Container, string Name, Uri Url, string ETag, string? ContentType, long ContentLength, string Api, DateTimeOffset Time);

/// <summary>
/// The event that Event Grid sends when a blob was made, in the CloudEvents 1.0 schema
/// (fields of https://learn.microsoft.com/azure/event-grid/event-schema-blob-storage).
/// </summary>
internal static class BlobCreatedMessage
{
    /// <summary>The event as JSON. Its id depends on name and ETag only, so a second delivery is recognisable as such.</summary>
    /// <param name="blob">The blob.</param>
    public static string Of(FoundBlob blob)
    {
        var id = Id(blob);
        return JsonSerializer.Serialize(new
        {
            specversion = "1.0",
            id,
            source = $"/subscriptions/local/resourceGroups/local/providers/Microsoft.Storage/storageAccounts/{blob.Account}",
            type = "Microsoft.Storage.BlobCreated",
            subject = $"/blobServices/default/containers/{blob.Container}/blobs/{blob.Name}",
            time = blob.Time.UtcDateTime,
            traceparent = TraceParent(blob),
            data = new
            {
                api = blob.Api,
                requestId = id,
                eTag = blob.ETag,
                contentType = blob.ContentType ?? "application/octet-stream",
                contentLength = blob.ContentLength,
                blobType = "BlockBlob",
                url = blob.Url.AbsoluteUri,
                sequencer = blob.Time.UtcTicks.ToString("X32"),
                storageDiagnostics = new { batchId = id },
            },
        });
    }

    // That of the run which the event starts; a name that starts none gets one all the same.
    private static string TraceParent(FoundBlob blob) => RunTrace.Of(null, DropName.TryParse(blob.Name, out var pipeline, out var period, out _)
        ? RunIds.ForArrival(pipeline.Value, period.Value, blob.ETag)
        : blob.Name);

    private static Guid Id(FoundBlob blob) =>
        new(SHA256.HashData(Encoding.UTF8.GetBytes($"{blob.Account}/{blob.Container}/{blob.Name}@{blob.ETag}")).AsSpan(0, 16));
}
