using System.Collections.Concurrent;
using Azure.Storage.Blobs.Models;
using MlOps.Storage;

namespace MlOps.Pipeline.Drops;

/// <summary>
/// The ledgers in the account, one blob a pipeline: <c>artifacts/{pipeline}/ledger.json</c>, changed only under its ETag. The earlier entries of a long
/// one lie in parts beside it that never change.
/// </summary>
/// <param name="account">The account.</param>
public sealed class LedgerStore(StorageAccount account)
{
    // Kept, since each remembers what was read last for those who look again and again.
    private readonly ConcurrentDictionary<PipelineName, Book> _books = [];

    /// <summary>Reads a pipeline's ledger; an empty one where nothing has arrived.</summary>
    /// <param name="pipeline">Pipeline's name.</param>
    /// <param name="cancellation">Stops the reading.</param>
    public async Task<Ledger> ReadAsync(PipelineName pipeline, CancellationToken cancellation = default)
    {
        var (document, parts) = BookOf(pipeline);
        return (await parts.ReadAsync((await document.ReadAsync(cancellation)).Value, cancellation)).Whole;
    }

    /// <summary>Changes a ledger; the change is worked out again on the newest ledger when another writer was faster.</summary>
    /// <param name="pipeline">Pipeline's name.</param>
    /// <param name="change">Makes the new ledger from the current one; returns the same object where nothing changes.</param>
    /// <param name="cancellation">Stops the writing.</param>
    /// <returns>The ledger as it is stored now.</returns>
    /// <exception cref="IOException">Other writers were faster every time.</exception>
    public async Task<Ledger> UpdateAsync(PipelineName pipeline, Func<Ledger, Task<Ledger>> change, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(change);
        var (document, parts) = BookOf(pipeline);
        Ledger changed = null!;
        await document.UpdateAsync(
            async stored =>
            {
                var (whole, archive) = await parts.ReadAsync(stored, cancellation);
                changed = await change(whole);
                return ReferenceEquals(changed, whole) ? stored : await parts.StoreAsync(changed, stored, archive, cancellation);
            },
            onlyIf: null,
            cancellation);
        return changed;
    }

    /// <summary>Changes a ledger by a pure function; see the other overload.</summary>
    /// <param name="pipeline">Pipeline's name.</param>
    /// <param name="change">Makes the new ledger from the current one.</param>
    /// <param name="cancellation">Stops the writing.</param>
    public Task<Ledger> UpdateAsync(PipelineName pipeline, Func<Ledger, Ledger> change, CancellationToken cancellation = default) =>
        UpdateAsync(pipeline, ledger => Task.FromResult(change(ledger)), cancellation);

    /// <summary>Names of the pipelines that have a ledger, in order.</summary>
    /// <param name="cancellation">Stops the listing.</param>
    public async Task<IReadOnlyList<PipelineName>> ListAsync(CancellationToken cancellation = default)
    {
        var names = new List<PipelineName>();
        await foreach (var item in account.Artifacts.GetBlobsByHierarchyAsync(new GetBlobsByHierarchyOptions { Delimiter = "/" }, cancellationToken: cancellation))
        {
            if (item.IsPrefix && PipelineName.TryParse(item.Prefix.TrimEnd('/'), out var name)
                && await account.Artifacts.GetBlobClient(Name(name)).ExistsAsync(cancellation))
            {
                names.Add(name);
            }
        }

        return names;
    }

    private Book BookOf(PipelineName pipeline) => _books.GetOrAdd(pipeline, name => new Book(
        new SharedDocument<StoredLedger>(account.Artifacts, Name(name), new StoredLedger(new Ledger { Pipeline = name.Value }, [])),
        new LedgerParts(account.Artifacts, name)));

    private static string Name(PipelineName pipeline) => $"{pipeline}/ledger.json";

    private sealed record Book(SharedDocument<StoredLedger> Document, LedgerParts Parts);
}
