using System.Text.Json;
using Azure;
using Azure.Storage.Blobs.Models;
using MlOps.Pipeline.Artifacts;

namespace MlOps.Pipeline.Registry;

/// <summary>Reads and changes <c>artifacts/{pipeline}/models/aliases.json</c>; of two writers one tries again on what the other wrote.</summary>
/// <param name="account">The account.</param>
/// <param name="models">Versions, which must exist to become champion.</param>
/// <param name="time">Clock for the time of a decision.</param>
public sealed class AliasStore(StorageAccount account, ModelRegistry models, TimeProvider time)
{
    private const int Attempts = 50;
    private const string Hand = "hand";

    /// <summary>The aliases now.</summary>
    /// <param name="pipeline">Pipeline's name.</param>
    /// <param name="cancellation">Stops the reading.</param>
    public async Task<Aliases> ReadAsync(PipelineName pipeline, CancellationToken cancellation = default) => (await LoadAsync(pipeline, cancellation)).Aliases;

    /// <summary>The aliases where they have changed since they were last read; <see langword="null"/> where they have not.</summary>
    /// <param name="pipeline">Pipeline's name.</param>
    /// <param name="known">ETag of the last reading; <see langword="null"/> for none. Without aliases in the account the answer has none either.</param>
    /// <param name="cancellation">Stops the reading.</param>
    public async Task<(Aliases Aliases, ETag? ETag)?> ReadIfChangedAsync(PipelineName pipeline, ETag? known, CancellationToken cancellation = default)
    {
        try
        {
            var options = new BlobDownloadOptions { Conditions = new BlobRequestConditions { IfNoneMatch = known } };
            var response = await account.Artifacts.GetBlobClient(Name(pipeline)).DownloadContentAsync(options, cancellation);
            if (response.GetRawResponse().Status == 304)
            {
                return null;
            }

            var content = response.Value;
            return (JsonSerializer.Deserialize<Aliases>(content.Content.ToMemory().Span, ArtifactJson.Compact)!, content.Details.ETag);
        }
        catch (RequestFailedException e) when (e.Status == 404)
        {
            return (Aliases.None, null);
        }
    }

    /// <summary>Makes a version the champion by hand.</summary>
    /// <param name="pipeline">Pipeline's name.</param>
    /// <param name="version">Version.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <exception cref="Steps.StepRefusedException">There is no such version.</exception>
    public async Task<Aliases> PromoteAsync(PipelineName pipeline, string version, CancellationToken cancellation = default)
    {
        await models.RequireAsync(pipeline, version, cancellation);
        return await UpdateAsync(pipeline, now => now.Champion == version ? now : ByHand(now, version, "promoted by hand"), cancellation);
    }

    /// <summary>Puts the champion before the present one back in its place.</summary>
    /// <param name="pipeline">Pipeline's name.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <exception cref="InvalidOperationException">There is no earlier champion.</exception>
    public Task<Aliases> RollbackAsync(PipelineName pipeline, CancellationToken cancellation = default) => UpdateAsync(
        pipeline,
        now => ByHand(
            now, now.Previous ?? throw new InvalidOperationException($"Pipeline {pipeline} has no earlier champion to go back to."), $"rolled back from {now.Champion}"),
        cancellation);

    /// <summary>Changes the aliases by a function of what they are; called again where another writer was faster.</summary>
    internal async Task<Aliases> UpdateAsync(PipelineName pipeline, Func<Aliases, Aliases> change, CancellationToken cancellation)
    {
        for (var attempt = 1; ; attempt++)
        {
            var (aliases, etag) = await LoadAsync(pipeline, cancellation);
            var changed = change(aliases);
            if (ReferenceEquals(changed, aliases))
            {
                return aliases;
            }

            try
            {
                await account.Artifacts.GetBlobClient(Name(pipeline)).UploadAsync(
                    new BinaryData(JsonSerializer.SerializeToUtf8Bytes(changed, ArtifactJson.Indented)),
                    new BlobUploadOptions
                    {
                        HttpHeaders = new BlobHttpHeaders { ContentType = "application/json" },
                        Conditions = etag is { } known
                            ? new BlobRequestConditions { IfMatch = known }
                            : new BlobRequestConditions { IfNoneMatch = ETag.All },
                    },
                    cancellation);
                return changed;
            }
            catch (RequestFailedException e) when (e.Status is 409 or 412 && attempt < Attempts)
            {
                // Another writer was faster: decide again on what is there now.
            }
        }
    }

    internal DateTimeOffset Now => time.GetUtcNow();

    private static string Name(PipelineName pipeline) => $"{pipeline}/models/aliases.json";

    private Aliases ByHand(Aliases now, string champion, string reason) => now.With(new Release(
        Now, now.History.Count == 0 ? "initial" : now.History.MaxBy(r => r.Period == "initial" ? "" : r.Period, StringComparer.Ordinal)!.Period,
        champion, now.Champion, null, Hand, reason, null));

    private async Task<(Aliases Aliases, ETag? ETag)> LoadAsync(PipelineName pipeline, CancellationToken cancellation)
    {
        try
        {
            var content = (await account.Artifacts.GetBlobClient(Name(pipeline)).DownloadContentAsync(cancellation)).Value;
            return (JsonSerializer.Deserialize<Aliases>(content.Content.ToMemory().Span, ArtifactJson.Compact)!, content.Details.ETag);
        }
        catch (RequestFailedException e) when (e.Status == 404)
        {
            return (Aliases.None, null);
        }
    }
}
