using System.Text.Json;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using MlOps.EndToEnd.Tests.Arrival;
using MlOps.Pipeline.Orchestrations;
using MlOps.Pipeline.Registry;
using MlOps.Storage;

namespace MlOps.EndToEnd.Tests.Faults;

/// <summary>
/// Two readers that look all the while: one at the output files, none of which may ever be partial; one at the aliases, which may never be
/// without a champion once they have had one, and never forget a decision.
/// </summary>
/// <param name="account">The account, without faults.</param>
internal sealed class Watchers(StorageAccount account)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(150);
    private readonly Dictionary<string, ETag> seen = [];
    private Aliases aliases = Aliases.None;

    /// <summary>Looks.</summary>
    public int Looks { get; private set; }

    /// <summary>Watches until it is stopped; ends by an error when something is not as it has to be.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            await LookAtOutputsAsync();
            await LookAtChampionAsync();
            Looks++;
            await Task.Delay(Pause, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task LookAtOutputsAsync()
    {
        await foreach (var blob in account.Output.GetBlobsAsync(new GetBlobsOptions()))
        {
            if (seen.TryGetValue(blob.Name, out var etag) && etag == blob.Properties.ETag)
            {
                continue;
            }

            seen[blob.Name] = blob.Properties.ETag!.Value;
            var bytes = await ArrivalSystem.ReadAsync(account.Output, blob.Name);
            var isWhole = blob.Name.EndsWith(".csv", StringComparison.Ordinal) ? bytes.Count(b => b == '\n') == FaultCase.Rows + 1 && bytes[^1] == '\n'
                : blob.Name.EndsWith(".html", StringComparison.Ordinal) ? bytes.AsSpan().TrimEnd("\n"u8).EndsWith("</html>"u8)
                : await IsTrueAsync(bytes);
            if (!isWhole)
            {
                throw new InvalidDataException($"A reader met a partial {blob.Name} of {bytes.Length} bytes.");
            }
        }
    }

    // The manifest comes last: what it names is there, with the hashes that it names, unless a later revision is on its way.
    private async Task<bool> IsTrueAsync(byte[] json)
    {
        var manifest = JsonSerializer.Deserialize<Manifest>(json, ArtifactJson.Compact)!;
        var predictions = await account.Output.GetBlobClient(manifest.Predictions).DownloadContentAsync();
        return predictions.Value.Details.Metadata["revision"] != $"{manifest.Revision}" || ContentHash.Of(predictions.Value.Content) == manifest.PredictionsSha256;
    }

    private async Task LookAtChampionAsync()
    {
        var (pipeline, before) = (ArrivalSystem.Name, aliases);
        BinaryData content;
        try
        {
            content = (await account.Artifacts.GetBlobClient($"{pipeline}/models/aliases.json").DownloadContentAsync()).Value.Content;
        }
        catch (RequestFailedException e) when (e.Status == 404 && before.History.Count == 0)
        {
            return;
        }

        var now = JsonSerializer.Deserialize<Aliases>(content.ToMemory().Span, ArtifactJson.Compact)!;
        aliases = now;
        if (now.Champion is null)
        {
            throw new InvalidDataException("A reader met a moment without a champion.");
        }

        if (!now.History.Take(before.History.Count).Select(r => (r.At, r.Mover)).SequenceEqual(before.History.Select(r => (r.At, r.Mover))))
        {
            throw new InvalidDataException("The history of champions has lost a decision.");
        }

        if (now.Champion != before.Champion && await new ModelRegistry(account).FindAsync(pipeline, now.Champion) is null)
        {
            throw new InvalidDataException($"A reader met the champion {now.Champion}, whose model is not there.");
        }
    }
}
