using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;

namespace MlOps.Pipeline.Artifacts;

/// <summary>One revision of a published file.</summary>
/// <param name="Number">From 1.</param>
/// <param name="RunId">The run that made it.</param>
internal sealed record PublishedRevision(int Number, string RunId)
{
    /// <summary>Name of a file that belongs to it and stands beside the published one; <see langword="null"/> for none.</summary>
    public string? Companion { get; init; }

    /// <summary>SHA-256 of the file, where the bytes of a revision may differ; <see langword="null"/> where it is not told.</summary>
    public string? Content { get; init; }
}

/// <summary>
/// A published file of which the newest revision is there, whole or not at all. One conditional upload, so that a writer that was thought dead can never put
/// an older revision over a newer one.
/// </summary>
internal static class RevisionedBlob
{
    private const string RevisionMark = "revision";
    private const string RunMark = "run";
    private const string ContentMark = "sha256";
    private const string CompanionMark = "companion";
    private const int AttemptsMax = 10;

    /// <summary>Writes a revision unless it, or a later one, is there.</summary>
    /// <param name="blob">The file.</param>
    /// <param name="content">Its bytes, seekable.</param>
    /// <param name="type">Content type.</param>
    /// <param name="revision">The revision.</param>
    /// <param name="sameRevisionIsDone">Whether the bytes of a revision never change, so that those of another attempt are left alone.</param>
    /// <param name="withdraw">Takes away the companion of the revision before, where this one has none: called before this one is there.</param>
    /// <param name="cancellation">Stops the writing.</param>
    public static async Task PutAsync(
        BlobClient blob, Stream content, string type, PublishedRevision revision, bool sameRevisionIsDone = false,
        Func<string, Task>? withdraw = null, CancellationToken cancellation = default)
    {
        for (var attempt = 1; attempt <= AttemptsMax; attempt++)
        {
            var (etag, there) = await LookAsync(blob, cancellation);
            if (there is not null && (there.Number > revision.Number || (there.Number == revision.Number && (sameRevisionIsDone || (revision.Content is { } bytes ? there.Content == bytes : there.RunId == revision.RunId)))))
            {
                return;
            }

            if (withdraw is not null && there?.Companion is { } left && left != revision.Companion)
            {
                await withdraw(left);
            }

            content.Position = 0;
            var marks = new Dictionary<string, string> { [RevisionMark] = $"{revision.Number}", [RunMark] = revision.RunId };
            if (revision.Content is { } hash)
            {
                marks[ContentMark] = hash;
            }

            if (revision.Companion is { } companion)
            {
                marks[CompanionMark] = companion;
            }

            var options = new BlobUploadOptions
            {
                HttpHeaders = new BlobHttpHeaders { ContentType = type },
                Metadata = marks,
                Conditions = etag is { } known
                    ? new BlobRequestConditions { IfMatch = known }
                    : new BlobRequestConditions { IfNoneMatch = ETag.All },
            };
            try
            {
                await blob.UploadAsync(content, options, cancellation);
                return;
            }
            catch (RequestFailedException e) when (e.Status is 409 or 412)
            {
                // Another writer was faster: look at what is there now.
            }
        }

        throw new IOException($"{blob.BlobContainerName}/{blob.Name} was changed by others {AttemptsMax} times in a row.");
    }

    private static async Task<(ETag? ETag, PublishedRevision? Revision)> LookAsync(BlobClient blob, CancellationToken cancellation)
    {
        try
        {
            var properties = (await blob.GetPropertiesAsync(cancellationToken: cancellation)).Value;
            properties.Metadata.TryGetValue(RevisionMark, out var revision);
            properties.Metadata.TryGetValue(RunMark, out var run);
            properties.Metadata.TryGetValue(CompanionMark, out var companion);
            properties.Metadata.TryGetValue(ContentMark, out var hash);
            return (properties.ETag, new PublishedRevision(int.TryParse(revision, out var number) ? number : 0, run ?? "") { Companion = companion, Content = hash });
        }
        catch (RequestFailedException e) when (e.Status == 404)
        {
            return (null, null);
        }
    }
}
