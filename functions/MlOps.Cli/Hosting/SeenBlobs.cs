using System.Text.Json;
using Azure;
using Azure.Storage.Blobs;

namespace MlOps.Cli.Hosting;

/// <summary>
/// Which version of which blob has had its event, kept in the account itself so that a restart neither misses nor
/// repeats one. It holds what exists; a deleted blob is forgotten.
/// </summary>
internal sealed class SeenBlobs
{
    private readonly BlobClient store;
    private readonly Dictionary<string, string> etags;
    private bool changed;

    private SeenBlobs(BlobClient store, Dictionary<string, string> etags)
    {
        this.store = store;
        this.etags = etags;
    }

    /// <summary>Reads the list; an empty one where there is none yet or where it cannot be read, which costs repeated events but loses none.</summary>
    /// <param name="store">The blob that holds it.</param>
    /// <param name="cancellation">Stops the wait.</param>
    public static async Task<SeenBlobs> LoadAsync(BlobClient store, CancellationToken cancellation)
    {
        try
        {
            var content = await store.DownloadContentAsync(cancellation);
            return new SeenBlobs(store, JsonSerializer.Deserialize<Dictionary<string, string>>(content.Value.Content) ?? []);
        }
        catch (Exception e) when (e is JsonException or RequestFailedException { Status: 404 })
        {
            return new SeenBlobs(store, []);
        }
    }

    public bool Contains(string name, string etag) => etags.TryGetValue(name, out var seen) && seen == etag;

    public void Add(string name, string etag)
    {
        etags[name] = etag;
        changed = true;
    }

    /// <summary>Forgets what no longer exists.</summary>
    /// <param name="existing">Names of all blobs.</param>
    public void KeepOnly(IReadOnlySet<string> existing)
    {
        foreach (var name in etags.Keys.Where(name => !existing.Contains(name)).ToArray())
        {
            etags.Remove(name);
            changed = true;
        }
    }

    /// <summary>Writes the list when it has changed.</summary>
    /// <param name="cancellation">Stops the wait.</param>
    public async Task SaveAsync(CancellationToken cancellation)
    {
        if (changed)
        {
            await store.UploadAsync(BinaryData.FromObjectAsJson(etags), overwrite: true, cancellation);
            changed = false;
        }
    }
}
