using System.Text.Json;
using Azure.Messaging;
using Azure.Messaging.EventGrid;
using Azure.Messaging.EventGrid.SystemEvents;
using MlOps.Pipeline.Drops;

namespace MlOps.Pipeline.Arrival;

/// <summary>
/// A <c>Microsoft.Storage.BlobCreated</c> event, read from either schema in which Event Grid delivers it: CloudEvents 1.0 or
/// Event Grid's own, one event or an array of them. Unknown properties are ignored.
/// </summary>
public sealed record BlobCreatedEvent
{
    /// <summary>The one event type that this product acts on.</summary>
    public const string EventType = "Microsoft.Storage.BlobCreated";

    /// <summary>Most characters of a delivery: Event Grid delivers a megabyte at most.</summary>
    public const int MaxLength = 4 << 20;

    /// <summary>Most events of a delivery: Event Grid's own limit of a batch.</summary>
    public const int MaxEvents = 5000;

    /// <summary>Unique id of the event; the same when it is delivered again.</summary>
    public required string Id { get; init; }

    /// <summary>Name of the storage account; <see langword="null"/> where the event names none.</summary>
    public string? Account { get; init; }

    /// <summary>Container of the blob.</summary>
    public required string Container { get; init; }

    /// <summary>Name of the blob inside its container.</summary>
    public required string BlobName { get; init; }

    /// <summary>Operation that made the blob, such as <c>PutBlob</c>.</summary>
    public required string Api { get; init; }

    /// <summary>ETag of the blob, without quotes.</summary>
    public required string ETag { get; init; }

    /// <summary>Length in bytes; <see langword="null"/> where the event does not say.</summary>
    public long? ContentLength { get; init; }

    /// <summary>When the event was raised.</summary>
    public DateTimeOffset Time { get; init; }

    /// <summary>W3C trace context (CloudEvents' distributed tracing extension); <see langword="null"/> where the event has none.</summary>
    public string? TraceParent { get; init; }

    /// <summary>Reads the events of a delivery. Events of other types are left out.</summary>
    /// <param name="json">The body: an object or an array of objects, in one schema or the other.</param>
    /// <exception cref="FormatException">The body is not JSON, is in neither schema, names no blob, or is more than is ever delivered; the message says what is wrong.</exception>
    public static IReadOnlyList<BlobCreatedEvent> Parse(string json)
    {
        ArgumentNullException.ThrowIfNull(json);
        if (json.Length > MaxLength)
        {
            throw new FormatException($"A delivery of events has at most {MaxLength} characters; this one has {json.Length}.");
        }

        try
        {
            using var document = JsonDocument.Parse(json);
            var root = document.RootElement;
            if (root.ValueKind == JsonValueKind.Array && root.GetArrayLength() > MaxEvents)
            {
                throw new FormatException($"A delivery has at most {MaxEvents} events; this one has {root.GetArrayLength()}.");
            }

            return root.ValueKind switch
            {
                JsonValueKind.Array => [.. root.EnumerateArray().Select(ParseOne).OfType<BlobCreatedEvent>()],
                JsonValueKind.Object => ParseOne(root) is { } one ? [one] : [],
                _ => throw new FormatException("An event is a JSON object or an array of them, in the schema CloudEvents 1.0 or Event Grid."),
            };
        }
        catch (Exception e) when (e is JsonException or ArgumentException or InvalidOperationException or KeyNotFoundException)
        {
            throw new FormatException($"The event cannot be read: {e.Message}", e);
        }
    }

    private static BlobCreatedEvent? ParseOne(JsonElement json)
    {
        // An array with cardinality "many" may carry its elements as texts.
        if (json.ValueKind == JsonValueKind.String)
        {
            using var inner = JsonDocument.Parse(json.GetString()!);
            return ParseOne(inner.RootElement);
        }

        if (json.ValueKind != JsonValueKind.Object)
        {
            throw new FormatException("An event is a JSON object in the schema CloudEvents 1.0 or Event Grid.");
        }

        var body = BinaryData.FromString(json.GetRawText());
        if (json.TryGetProperty("specversion", out _))
        {
            var cloud = CloudEvent.Parse(body) ?? throw new FormatException("The CloudEvent is empty.");
            return cloud.Type == EventType
                ? From(cloud.Id, cloud.Subject, cloud.Time ?? default, cloud.TryGetSystemEventData(out var data) ? data : null) with
                {
                    TraceParent = cloud.ExtensionAttributes.TryGetValue("traceparent", out var trace) ? trace as string : null,
                }
                : null;
        }

        if (json.TryGetProperty("eventType", out _))
        {
            var grid = EventGridEvent.Parse(body);
            return grid.EventType == EventType
                ? From(grid.Id, grid.Subject, grid.EventTime, grid.TryGetSystemEventData(out var data) ? data : null)
                : null;
        }

        throw new FormatException("The event has neither 'specversion' (CloudEvents 1.0) nor 'eventType' (Event Grid schema).");
    }

    private static BlobCreatedEvent From(string id, string? subject, DateTimeOffset time, object? data)
    {
        if (data is not StorageBlobCreatedEventData blob)
        {
            throw new FormatException($"Event {id} has no data of {EventType}.");
        }

        var (container, name) = Locate(subject, blob.Url)
            ?? throw new FormatException($"Event {id} names no blob: subject '{subject}', url '{blob.Url}'.");
        return new BlobCreatedEvent
        {
            Id = id,
            Account = AccountOf(blob.Url),
            Container = container,
            BlobName = name,
            Api = blob.Api ?? "",
            ETag = RunIds.NormalizeETag(blob.ETag ?? ""),
            ContentLength = blob.ContentLength,
            Time = time,
        };
    }

    // The first label of a host (acct.blob.…, acct.dfs.…), or the first part of the emulator's paths.
    private static string? AccountOf(string? url) =>
        Uri.TryCreate(url, UriKind.Absolute, out var uri) && uri.Scheme.StartsWith("http", StringComparison.Ordinal) && new Azure.Storage.Blobs.BlobUriBuilder(uri).AccountName is { Length: > 0 } name
            ? name : null;

    // The subject gives container and name as they are; the URL (escaped, path style in the emulator) is the fallback.
    private static (string Container, string Name)? Locate(string? subject, string? url)
    {
        const string containers = "/containers/";
        const string blobs = "/blobs/";
        var at = subject?.IndexOf(containers, StringComparison.Ordinal) ?? -1;
        if (at >= 0)
        {
            var rest = subject![(at + containers.Length)..];
            var cut = rest.IndexOf(blobs, StringComparison.Ordinal);
            if (cut > 0 && cut + blobs.Length < rest.Length)
            {
                return (rest[..cut], rest[(cut + blobs.Length)..]);
            }
        }

        if (Uri.TryCreate(url, UriKind.Absolute, out var uri))
        {
            var parts = new Azure.Storage.Blobs.BlobUriBuilder(uri);
            if (parts.BlobContainerName.Length > 0 && parts.BlobName.Length > 0)
            {
                return (parts.BlobContainerName, parts.BlobName);
            }
        }

        return null;
    }
}
