using System.Globalization;
using System.Runtime.CompilerServices;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using Google.Protobuf;
using Microsoft.Extensions.Logging;

namespace MlOps.Durable.Local;

/// <summary>
/// The journal store on a blob container: an append blob for each instance, whose ETag lets only the writer append that
/// knows its end, with the label as metadata; a block blob for each message; a leased blob for each worker.
/// </summary>
internal sealed class BlobJournalStore(BlobContainerClient container, TimeProvider time, ILogger logger) : IJournalStore
{
    private static readonly TimeSpan DeadWorkerKept = TimeSpan.FromHours(1);

    private readonly StorageOutage outage = new(time, logger);

    public long Outages => outage.Failures;

    public Task PrepareAsync(CancellationToken cancellation) =>
        outage.WaitOutAsync("create the container", () => container.CreateIfNotExistsAsync(cancellationToken: cancellation), cancellation);

    public async Task<JournalEnd?> CreateAsync(JournalLabel label, ReadOnlyMemory<byte> first, CancellationToken cancellation)
    {
        var blob = Journal(label.InstanceId);
        var created = await outage.WaitOutAsync(
            "create a journal",
            async () =>
            {
                try
                {
                    var options = new AppendBlobCreateOptions { Conditions = new AppendBlobRequestConditions { IfNoneMatch = ETag.All }, Metadata = Metadata(label) };
                    return (await blob.CreateAsync(options, cancellation)).Value.ETag.ToString();
                }
                catch (RequestFailedException e) when (e.Status is 409 or 412)
                {
                    // There is one. If it is empty, somebody died, or is busy, between the two halves of creating it.
                    var properties = (await blob.GetPropertiesAsync(cancellationToken: cancellation)).Value;
                    return properties.ContentLength == 0 && !await Replacement(label.InstanceId).ExistsAsync(cancellation) ? properties.ETag.ToString() : null;
                }
            },
            cancellation);
        return created is null ? null : await AppendAsync(label.InstanceId, new JournalEnd(0, created), first, cancellation);
    }

    public Task<JournalContent?> ReadAsync(string instanceId, CancellationToken cancellation) =>
        outage.WaitOutAsync(
            "read a journal",
            async () =>
            {
                try
                {
                    var content = (await Journal(instanceId).DownloadContentAsync(cancellation)).Value;
                    var bytes = content.Content.ToMemory();
                    if (bytes.Length == 0)
                    {
                        return await FinishReplacementAsync(instanceId, content.Details, cancellation);
                    }

                    var details = content.Details;
                    return new JournalContent(bytes, new JournalEnd(bytes.Length, details.ETag.ToString()), Label(instanceId, details.Metadata, details.LastModified, bytes.Length));
                }
                catch (RequestFailedException e) when (e.Status == 404)
                {
                    return null;
                }
            },
            cancellation);

    public Task<JournalLabel?> ReadLabelAsync(string instanceId, CancellationToken cancellation) =>
        outage.WaitOutAsync(
            "read a label",
            async () =>
            {
                try
                {
                    var properties = (await Journal(instanceId).GetPropertiesAsync(cancellationToken: cancellation)).Value;
                    return properties.ContentLength == 0
                        ? (await ReadAsync(instanceId, cancellation))?.Label
                        : Label(instanceId, properties.Metadata, properties.LastModified, properties.ContentLength);
                }
                catch (RequestFailedException e) when (e.Status == 404)
                {
                    return null;
                }
            },
            cancellation);

    public Task<JournalEnd?> AppendAsync(string instanceId, JournalEnd end, ReadOnlyMemory<byte> record, CancellationToken cancellation) =>
        outage.WaitOutAsync(
            "append to a journal",
            async () =>
            {
                try
                {
                    using var body = new MemoryStream(record.ToArray());
                    var options = new AppendBlobAppendBlockOptions { Conditions = new AppendBlobRequestConditions { IfMatch = new ETag(end.ETag) } };
                    var appended = (await Journal(instanceId).AppendBlockAsync(body, options, cancellation)).Value;
                    return new JournalEnd(end.Length + record.Length, appended.ETag.ToString());
                }
                catch (RequestFailedException e) when (e.Status is 404 or 409 or 412)
                {
                    // Perhaps an attempt of ours went through although its answer was lost.
                    return await FindAppendedAsync(instanceId, end, record, cancellation);
                }
            },
            cancellation);

    public async Task<JournalEnd?> ReplaceAsync(JournalLabel label, JournalEnd end, ReadOnlyMemory<byte> record, CancellationToken cancellation)
    {
        // An append blob cannot be exchanged for another in one stroke. The new content is laid beside it first; from the
        // moment that the journal is empty, whoever reads it finishes the exchange.
        await outage.WaitOutAsync("lay a replacement beside a journal", () => Replacement(label.InstanceId).UploadAsync(new BinaryData(record), overwrite: true, cancellation), cancellation);
        var emptied = await outage.WaitOutAsync(
            "empty a journal",
            async () =>
            {
                try
                {
                    var options = new AppendBlobCreateOptions { Conditions = new AppendBlobRequestConditions { IfMatch = new ETag(end.ETag) }, Metadata = Metadata(label) };
                    return (await Journal(label.InstanceId).CreateAsync(options, cancellation)).Value.ETag.ToString();
                }
                catch (RequestFailedException e) when (e.Status is 404 or 409 or 412)
                {
                    return null;
                }
            },
            cancellation);
        if (emptied is null)
        {
            // Ours after all, if only the answer was lost: then the content has one record, and it is this one.
            return await FindAppendedAsync(label.InstanceId, new JournalEnd(0, ""), record, cancellation);
        }

        var replaced = await AppendAsync(label.InstanceId, new JournalEnd(0, emptied), record, cancellation);
        await outage.WaitOutAsync("clear a replacement", () => Replacement(label.InstanceId).DeleteIfExistsAsync(cancellationToken: cancellation), cancellation);
        return replaced;
    }

    public Task<JournalEnd?> LabelAsync(JournalLabel label, JournalEnd end, CancellationToken cancellation) =>
        outage.WaitOutAsync<JournalEnd?>(
            "label a journal",
            async () =>
            {
                try
                {
                    var info = (await Journal(label.InstanceId).SetMetadataAsync(Metadata(label), new BlobRequestConditions { IfMatch = new ETag(end.ETag) }, cancellation)).Value;
                    return end with { ETag = info.ETag.ToString() };
                }
                catch (RequestFailedException e) when (e.Status is 404 or 409 or 412)
                {
                    var now = await ReadAsync(label.InstanceId, cancellation);
                    return now is not null && now.End.Length == end.Length && now.Label.Owner == label.Owner && now.Label.EndedAs == label.EndedAs ? now.End : null;
                }
            },
            cancellation);

    public async IAsyncEnumerable<JournalLabel> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (var item in container.GetBlobsAsync(BlobTraits.Metadata, prefix: BlobNames.Journals + BlobNames.Escape(prefix), cancellationToken: cancellation))
        {
            if (item.Properties.ContentLength == 0)
            {
                if ((await ReadAsync(BlobNames.Unescape(item.Name[BlobNames.Journals.Length..]), cancellation))?.Label is { } finished)
                {
                    yield return finished;
                }
            }
            else if (item.Properties.ContentLength > 0)
            {
                yield return Label(BlobNames.Unescape(item.Name[BlobNames.Journals.Length..]), item.Metadata, item.Properties.LastModified ?? default, item.Properties.ContentLength.Value);
            }
        }
    }

    public Task<bool> DeleteAsync(string instanceId, JournalEnd end, CancellationToken cancellation) =>
        outage.WaitOutAsync(
            "delete a journal",
            async () =>
            {
                try
                {
                    await Replacement(instanceId).DeleteIfExistsAsync(cancellationToken: cancellation);
                    await Journal(instanceId).DeleteAsync(conditions: new BlobRequestConditions { IfMatch = new ETag(end.ETag) }, cancellationToken: cancellation);
                    return true;
                }
                catch (RequestFailedException e) when (e.Status is 404 or 409 or 412)
                {
                    return false;
                }
            },
            cancellation);

    public Task PostAsync(InstanceMessage message, CancellationToken cancellation) =>
        outage.WaitOutAsync(
            "post a message",
            () => container.GetBlobClient(BlobNames.Message(message.InstanceId, message.MessageId)).UploadAsync(new BinaryData(message.ToByteArray()), overwrite: true, cancellation),
            cancellation);

    public Task<IReadOnlyList<MessageKey>> ListMessagesAsync(CancellationToken cancellation) =>
        outage.WaitOutAsync<IReadOnlyList<MessageKey>>(
            "list messages",
            async () =>
            {
                var keys = new List<MessageKey>();
                await foreach (var item in container.GetBlobsAsync(prefix: BlobNames.Messages, cancellationToken: cancellation))
                {
                    var parts = item.Name.Split('/');
                    keys.Add(new MessageKey(BlobNames.Unescape(parts[1]), BlobNames.Unescape(parts[2]), item.Properties.LastModified ?? default));
                }

                return keys;
            },
            cancellation);

    public Task<InstanceMessage?> ReadMessageAsync(MessageKey key, CancellationToken cancellation) =>
        outage.WaitOutAsync(
            "read a message",
            async () =>
            {
                try
                {
                    var content = (await container.GetBlobClient(BlobNames.Message(key.InstanceId, key.MessageId)).DownloadContentAsync(cancellation)).Value;
                    return InstanceMessage.Parser.ParseFrom(content.Content.ToMemory().Span);
                }
                catch (RequestFailedException e) when (e.Status == 404)
                {
                    return null;
                }
            },
            cancellation);

    public Task DeleteMessageAsync(MessageKey key, CancellationToken cancellation) =>
        outage.WaitOutAsync(
            "delete a message",
            () => container.GetBlobClient(BlobNames.Message(key.InstanceId, key.MessageId)).DeleteIfExistsAsync(cancellationToken: cancellation),
            cancellation);

    public async Task RenewAsync(string workerId, TimeSpan duration, CancellationToken cancellation)
    {
        var blob = container.GetBlobClient(BlobNames.Workers + workerId);
        var lease = blob.GetBlobLeaseClient(workerId);
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                // Acquiring under the id that holds the lease renews it.
                await lease.AcquireAsync(duration, cancellationToken: cancellation);
                return;
            }
            catch (RequestFailedException e) when (e.Status == 404 && attempt == 0)
            {
                await blob.UploadAsync(BinaryData.Empty, overwrite: true, cancellation);
            }
        }
    }

    public Task<IReadOnlySet<string>> LiveWorkersAsync(CancellationToken cancellation) =>
        outage.WaitOutAsync<IReadOnlySet<string>>(
            "list workers",
            async () =>
            {
                var live = new HashSet<string>(StringComparer.Ordinal);
                await foreach (var item in container.GetBlobsAsync(prefix: BlobNames.Workers, cancellationToken: cancellation))
                {
                    if (item.Properties.LeaseState == LeaseState.Leased)
                    {
                        live.Add(item.Name[BlobNames.Workers.Length..]);
                    }
                    else if (item.Properties.LastModified + DeadWorkerKept < time.GetUtcNow())
                    {
                        await container.GetBlobClient(item.Name).DeleteIfExistsAsync(cancellationToken: cancellation);
                    }
                }

                return live;
            },
            cancellation);

    public async Task ReleaseAsync(string workerId, CancellationToken cancellation)
    {
        try
        {
            await container.GetBlobClient(BlobNames.Workers + workerId).DeleteIfExistsAsync(conditions: new BlobRequestConditions { LeaseId = workerId }, cancellationToken: cancellation);
        }
        catch (RequestFailedException e) when (e.Status is 409 or 412)
        {
            // Lost already: there is nothing to give back.
        }
    }

    private async Task<JournalEnd?> FindAppendedAsync(string instanceId, JournalEnd end, ReadOnlyMemory<byte> record, CancellationToken cancellation)
    {
        var now = await ReadAsync(instanceId, cancellation);
        return now is not null
            && now.End.Length == end.Length + record.Length
            && now.Bytes.Span[(int)end.Length..].SequenceEqual(record.Span)
            ? now.End
            : null;
    }

    // The journal is empty: its creation was cut off, or an exchange of its content.
    private async Task<JournalContent?> FinishReplacementAsync(string instanceId, BlobDownloadDetails details, CancellationToken cancellation)
    {
        try
        {
            var content = (await Replacement(instanceId).DownloadContentAsync(cancellation)).Value.Content.ToMemory();
            return await AppendAsync(instanceId, new JournalEnd(0, details.ETag.ToString()), content, cancellation) is { } end
                ? new JournalContent(content, end, Label(instanceId, details.Metadata, details.LastModified, content.Length))
                : await ReadAsync(instanceId, cancellation);
        }
        catch (RequestFailedException e) when (e.Status == 404)
        {
            return null;
        }
    }

    private BlobClient Replacement(string instanceId) => container.GetBlobClient(BlobNames.Replacement(instanceId));

    private AppendBlobClient Journal(string instanceId) => container.GetAppendBlobClient(BlobNames.Journal(instanceId));

    private static Dictionary<string, string> Metadata(JournalLabel label)
    {
        var metadata = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["name"] = BlobNames.Escape(label.Name),
            ["created"] = label.CreatedAt.ToString("O", CultureInfo.InvariantCulture),
        };
        if (label.Owner.Length > 0)
        {
            metadata["owner"] = label.Owner;
        }

        if (label.EndedAs is { } ended)
        {
            metadata["ended"] = ended.ToString();
        }

        return metadata;
    }

    private static JournalLabel Label(string instanceId, IDictionary<string, string>? metadata, DateTimeOffset lastModified, long length)
    {
        metadata ??= new Dictionary<string, string>(StringComparer.Ordinal);
        return new JournalLabel(
            instanceId,
            metadata.TryGetValue("name", out var name) ? BlobNames.Unescape(name) : "",
            metadata.TryGetValue("owner", out var owner) ? owner : "",
            metadata.TryGetValue("ended", out var ended) && Enum.TryParse<OrchestrationRuntimeStatus>(ended, out var status) ? status : null,
            metadata.TryGetValue("created", out var created) ? DateTimeOffset.Parse(created, CultureInfo.InvariantCulture) : lastModified)
        {
            LastUpdatedAt = lastModified,
            Length = length,
        };
    }
}
