using System.Text.Json;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using MlOps.Storage;

namespace MlOps.Pipeline.Drops;

/// <summary>
/// The parts of one long ledger, <c>artifacts/{pipeline}/ledger/{sha256}.json</c>. What a run reads and writes is then the newest entries alone, however
/// many there are; a part is read once by a process. Parts of the same size are put together when there are eight of them, so that there are never many.
/// </summary>
/// <param name="container">Container of the artifacts.</param>
/// <param name="pipeline">Pipeline's name.</param>
internal sealed class LedgerParts(BlobContainerClient container, PipelineName pipeline)
{
    /// <summary>Entries of a kind that are kept together with the newest ones, at most.</summary>
    internal const int NewestMax = 128;

    // So many stay when the others go into a part: they are the ones that still change.
    private const int Staying = 32;
    private const int Together = 8;
    private const int KeptMax = 256;

    // By their content, so whatever account they are of.
    private static readonly UnchangingDocuments<Ledger> Kept = new(KeptMax);
    private volatile Known? _last;

    /// <summary>The whole of a stored ledger, and the archive that it was put together with.</summary>
    /// <param name="stored">The ledger as it is stored.</param>
    /// <param name="cancellation">Stops the reading.</param>
    /// <exception cref="InvalidDataException">A part is missing or damaged.</exception>
    public async Task<(Ledger Whole, LedgerArchive Archive)> ReadAsync(StoredLedger stored, CancellationToken cancellation)
    {
        if (_last is { } same && ReferenceEquals(same.Stored, stored))
        {
            return (same.Whole, same.Archive);
        }

        var archive = _last is { } last && last.Stored.Earlier.SequenceEqual(stored.Earlier) ? last.Archive : await ArchiveAsync(stored.Earlier, cancellation);
        var known = new Known(stored, archive, archive.With(stored.Newest));
        _last = known;
        return (known.Whole, archive);
    }

    /// <summary>How a changed ledger is to be stored; what has become too much is in a part when this returns.</summary>
    /// <param name="changed">The ledger.</param>
    /// <param name="before">The ledger as it was stored.</param>
    /// <param name="archive">The archive that it was put together with.</param>
    /// <param name="cancellation">Stops the work.</param>
    public async Task<StoredLedger> StoreAsync(Ledger changed, StoredLedger before, LedgerArchive archive, CancellationToken cancellation)
    {
        var earlier = before.Earlier;
        if (archive.NewestOf(changed) is not { } newest)
        {
            (newest, earlier) = (changed, []);
        }

        if (LedgerArchive.Most(newest) <= NewestMax)
        {
            return new StoredLedger(newest, earlier);
        }

        var (older, last) = LedgerArchive.Split(newest, Staying);
        List<LedgerPart> parts = [.. earlier, await WriteAsync(older, cancellation)];
        while (parts.Count >= Together && parts.TakeLast(Together).Max(p => p.Entries) < Together * parts.TakeLast(Together).Min(p => p.Entries))
        {
            var one = (await ArchiveAsync([.. parts.TakeLast(Together)], cancellation)).AsOne(older);
            parts.RemoveRange(parts.Count - Together, Together);
            parts.Add(await WriteAsync(one, cancellation));
        }

        return new StoredLedger(last, parts);
    }

    private async Task<LedgerArchive> ArchiveAsync(IReadOnlyList<LedgerPart> parts, CancellationToken cancellation) =>
        new(await Task.WhenAll(parts.Select(part => ReadPartAsync(part, cancellation))));

    private async Task<Ledger> ReadPartAsync(LedgerPart part, CancellationToken cancellation)
    {
        var name = ContentHash.IsHash(part.Sha256) ? NameOf(part.Sha256) : throw new InvalidDataException($"artifacts/{pipeline}/ledger.json names a part that cannot be one. Restore an earlier version of the blob.");
        if (Kept.Find(name) is { } known)
        {
            return known;
        }

        try
        {
            var content = (await container.GetBlobClient(name).DownloadContentAsync(cancellation)).Value.Content;
            return ContentHash.Of(content.ToMemory().Span) == part.Sha256 && JsonSerializer.Deserialize<Ledger>(content.ToMemory().Span, ArtifactJson.Compact) is { } read
                ? Kept.Keep(name, read)!
                : throw new InvalidDataException($"artifacts/{name} is damaged: its bytes are not those of its name. Restore an earlier version of the blob.");
        }
        catch (RequestFailedException e) when (e.Status == 404)
        {
            throw new InvalidDataException($"artifacts/{name} is missing; artifacts/{pipeline}/ledger.json needs it. Restore the blob.", e);
        }
    }

    private async Task<LedgerPart> WriteAsync(Ledger entries, CancellationToken cancellation)
    {
        var bytes = JsonSerializer.SerializeToUtf8Bytes(entries, ArtifactJson.Compact);
        var part = new LedgerPart(ContentHash.Of(bytes), LedgerArchive.Most(entries));
        try
        {
            await container.GetBlobClient(NameOf(part.Sha256)).UploadAsync(
                new BinaryData(bytes),
                new BlobUploadOptions
                {
                    HttpHeaders = new BlobHttpHeaders { ContentType = "application/json" },
                    Conditions = new BlobRequestConditions { IfNoneMatch = ETag.All },
                },
                cancellation);
        }
        catch (RequestFailedException e) when (e.Status is 409 or 412)
        {
            // Written by an attempt whose ledger another writer was faster with.
        }

        Kept.Keep(NameOf(part.Sha256), entries);
        return part;
    }

    private string NameOf(string sha256) => $"{pipeline}/ledger/{sha256}.json";

    private sealed record Known(StoredLedger Stored, LedgerArchive Archive, Ledger Whole);
}
