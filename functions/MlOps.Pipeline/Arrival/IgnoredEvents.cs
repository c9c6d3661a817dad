using System.Text.Json;
using Azure;
using Azure.Storage.Blobs.Models;
using MlOps.Storage;

namespace MlOps.Pipeline.Arrival;

/// <summary>Why an event started nothing.</summary>
public enum IgnoreReason
{
    /// <summary>The blob lies in another container.</summary>
    OtherContainer,

    /// <summary>The blob lies in another storage account.</summary>
    OtherAccount,

    /// <summary>The operation does not mean that a file is whole.</summary>
    OtherApi,

    /// <summary>The name begins with <c>.</c> or <c>_</c>.</summary>
    HiddenName,

    /// <summary>The blob is empty.</summary>
    Empty,

    /// <summary>The blob is no CSV file, or lies in no pipeline's folder.</summary>
    OtherFile,
}

/// <summary>
/// Counts what was ignored, so that nothing is skipped unseen: one small blob an event under
/// <c>artifacts/{pipeline}/ignored/{reason}/</c>, so that a repeated event counts once.
/// </summary>
/// <param name="account">The account.</param>
public sealed class IgnoredEvents(StorageAccount account)
{
    private const string NoPipeline = "_ignored";

    /// <summary>Counts an event.</summary>
    /// <param name="drop">The event.</param>
    /// <param name="reason">Why it started nothing.</param>
    /// <param name="cancellation">Stops the writing.</param>
    public async Task CountAsync(BlobCreatedEvent drop, IgnoreReason reason, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(drop);
        var slash = drop.BlobName.IndexOf('/', StringComparison.Ordinal);
        var folder = slash > 0 && PipelineName.TryParse(drop.BlobName[..slash], out var pipeline) ? pipeline.Value : NoPipeline;
        var id = ContentHash.OfJson(new[] { drop.Container, drop.BlobName, drop.ETag, drop.Api })[..16];
        try
        {
            await account.Artifacts.GetBlobClient($"{folder}/ignored/{Text(reason)}/{id}.json").UploadAsync(
                new BinaryData(JsonSerializer.SerializeToUtf8Bytes(drop, ArtifactJson.Indented)),
                new BlobUploadOptions { Conditions = new BlobRequestConditions { IfNoneMatch = ETag.All } },
                cancellation);
        }
        catch (RequestFailedException e) when (e.Status is 409 or 412)
        {
            // The same event was counted before.
        }
    }

    /// <summary>Number of ignored events of a pipeline by reason.</summary>
    /// <param name="pipeline">Pipeline's name; <see langword="null"/> for files that lie in no pipeline's folder.</param>
    /// <param name="cancellation">Stops the counting.</param>
    public async Task<IReadOnlyDictionary<IgnoreReason, int>> CountsAsync(PipelineName? pipeline, CancellationToken cancellation = default)
    {
        var counts = new Dictionary<IgnoreReason, int>();
        foreach (var reason in Enum.GetValues<IgnoreReason>())
        {
            var prefix = $"{pipeline?.Value ?? NoPipeline}/ignored/{Text(reason)}/";
            await foreach (var _ in account.Artifacts.GetBlobsAsync(new GetBlobsOptions { Prefix = prefix }, cancellationToken: cancellation))
            {
                counts[reason] = counts.GetValueOrDefault(reason) + 1;
            }
        }

        return counts;
    }

    private static string Text(IgnoreReason reason) => JsonNamingPolicy.KebabCaseLower.ConvertName(reason.ToString());
}
