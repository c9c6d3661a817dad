using System.Text.Json;
using Azure;
using Azure.Messaging;
using Azure.Storage.Blobs.Models;
using MlOps.Storage;

namespace MlOps.Pipeline.Notifications;

/// <summary>
/// The notices in the account: <c>notifications/{pipeline}/{runId}.json</c>, each a CloudEvents 1.0 document. A notice is written
/// before it is sent, never changes, and is marked (in the blob's metadata) for each receiver that has taken it and once all have.
/// </summary>
/// <param name="account">The account.</param>
public sealed class NoticeOutbox(StorageAccount account)
{
    private const string DeliveredMark = "delivered";
    private const string TakenMark = "taken_";

    /// <summary>The CloudEvent of a notice. Its id is the run's id, so that a receiver can tell a repetition.</summary>
    /// <param name="notice">The notice.</param>
    public static CloudEvent ToCloudEvent(Notice notice)
    {
        ArgumentNullException.ThrowIfNull(notice);
        var told = new CloudEvent(
            $"/mlops/{notice.Pipeline}",
            notice.About is null ? "MlOps.Run" + notice.State : "MlOps.Alert",
            new BinaryData(JsonSerializer.SerializeToUtf8Bytes(notice, ArtifactJson.Compact)),
            "application/json",
            CloudEventDataFormat.Json)
        {
            Id = IdOf(notice),
            Subject = $"{notice.Pipeline}/{notice.Period}",
            Time = notice.Time,
        };
        if (notice.TraceParent is { } trace)
        {
            told.ExtensionAttributes[Orchestrations.RunTrace.Attribute] = trace;
        }

        return told;
    }

    private static string IdOf(Notice notice) => notice.About is { } about ? $"{notice.RunId}.{about}" : notice.RunId;

    /// <summary>Writes a notice unless one of that run is there already.</summary>
    /// <param name="notice">The notice.</param>
    /// <param name="cancellation">Stops the writing.</param>
    /// <returns>Name of the blob.</returns>
    public async Task<string> PutAsync(Notice notice, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(notice);
        var name = $"{PipelineName.Parse(notice.Pipeline)}/{RunId.Parse(IdOf(notice))}.json";
        try
        {
            await account.Notifications.GetBlobClient(name).UploadAsync(
                new BinaryData(JsonSerializer.SerializeToUtf8Bytes(ToCloudEvent(notice), ArtifactJson.Indented)),
                new BlobUploadOptions
                {
                    HttpHeaders = new BlobHttpHeaders { ContentType = "application/cloudevents+json" },
                    Conditions = new BlobRequestConditions { IfNoneMatch = ETag.All },
                },
                cancellation);
        }
        catch (RequestFailedException e) when (e.Status is 409 or 412)
        {
            // The run has told its end before.
        }

        return name;
    }

    /// <summary>The bytes of a notice.</summary>
    /// <param name="name">Name of the blob.</param>
    /// <param name="cancellation">Stops the reading.</param>
    public async Task<BinaryData> ReadAsync(string name, CancellationToken cancellation = default) =>
        (await account.Notifications.GetBlobClient(name).DownloadContentAsync(cancellation)).Value.Content;

    /// <summary>Whether every webhook has taken a notice.</summary>
    /// <param name="name">Name of the blob.</param>
    /// <param name="cancellation">Stops the wait.</param>
    public async Task<bool> IsDeliveredAsync(string name, CancellationToken cancellation = default)
    {
        var properties = await account.Notifications.GetBlobClient(name).GetPropertiesAsync(cancellationToken: cancellation);
        return properties.Value.Metadata.ContainsKey(DeliveredMark);
    }

    /// <summary>Receivers that have taken a notice; <see langword="null"/> once all have.</summary>
    internal async Task<HashSet<string>?> TakenAsync(string name, CancellationToken cancellation)
    {
        var metadata = (await account.Notifications.GetBlobClient(name).GetPropertiesAsync(cancellationToken: cancellation)).Value.Metadata;
        return metadata.ContainsKey(DeliveredMark)
            ? null
            : [.. metadata.Keys.Where(k => k.StartsWith(TakenMark, StringComparison.Ordinal)).Select(k => k[TakenMark.Length..])];
    }

    /// <summary>Records which receivers have taken a notice that others have not.</summary>
    internal async Task MarkTakenAsync(string name, IEnumerable<string> receivers, CancellationToken cancellation) =>
        await account.Notifications.GetBlobClient(name).SetMetadataAsync(
            receivers.ToDictionary(r => TakenMark + r, _ => "1", StringComparer.Ordinal), cancellationToken: cancellation);

    /// <summary>Records that every webhook has taken a notice.</summary>
    /// <param name="name">Name of the blob.</param>
    /// <param name="now">Time to record.</param>
    /// <param name="cancellation">Stops the writing.</param>
    public async Task MarkDeliveredAsync(string name, DateTimeOffset now, CancellationToken cancellation = default) =>
        await account.Notifications.GetBlobClient(name).SetMetadataAsync(
            new Dictionary<string, string> { [DeliveredMark] = now.UtcDateTime.ToString("O") }, cancellationToken: cancellation);

    /// <summary>Notices that some webhook has not taken yet.</summary>
    /// <param name="pipeline">Pipeline's name.</param>
    /// <param name="cancellation">Stops the listing.</param>
    public async Task<IReadOnlyList<string>> UndeliveredAsync(PipelineName pipeline, CancellationToken cancellation = default)
    {
        var names = new List<string>();
        await foreach (var blob in account.Notifications.GetBlobsAsync(new GetBlobsOptions { Traits = BlobTraits.Metadata, Prefix = pipeline + "/" }, cancellationToken: cancellation))
        {
            if (blob.Metadata is null || !blob.Metadata.ContainsKey(DeliveredMark))
            {
                names.Add(blob.Name);
            }
        }

        return names;
    }
}
