using System.Text.Json;
using Azure;
using Azure.Storage.Blobs.Models;
using MlOps.Pipeline.Artifacts;
using MlOps.Pipeline.Steps.Performance;

namespace MlOps.Pipeline.Registry;

/// <summary>A measurement and when it was made.</summary>
/// <param name="AsOf">As-of time.</param>
/// <param name="RunId">Run that measured.</param>
/// <param name="LabelRevision">Revision of the period's file that brought the labels.</param>
/// <param name="Performance">What was measured.</param>
public sealed record PerformanceEntry(DateTimeOffset AsOf, string RunId, int LabelRevision, RealisedPerformance Performance);

/// <summary>
/// Realised metrics of each model version and period: <c>artifacts/{pipeline}/performance.json</c>, changed only under If-Match. Entries
/// are only added: labels that come later or are corrected restate a value, and the earlier one stays with its as-of time.
/// </summary>
/// <param name="account">The account.</param>
/// <param name="time">Clock for the as-of time.</param>
public sealed class PerformanceBook(StorageAccount account, TimeProvider time)
{
    private const int Attempts = 50;

    /// <summary>Every measurement, in the order in which they were made.</summary>
    /// <param name="pipeline">Pipeline's name.</param>
    /// <param name="cancellation">Stops the reading.</param>
    public async Task<IReadOnlyList<PerformanceEntry>> ReadAsync(PipelineName pipeline, CancellationToken cancellation = default) =>
        (await LoadAsync(pipeline, cancellation)).Entries;

    /// <summary>What is known of each set of predictions as of a time: the latest measurement of each, by period and revision.</summary>
    /// <param name="entries">Measurements in their order.</param>
    /// <param name="at">The time; <see langword="null"/> for now.</param>
    public static IReadOnlyList<PerformanceEntry> AsOf(IReadOnlyList<PerformanceEntry> entries, DateTimeOffset? at = null)
    {
        ArgumentNullException.ThrowIfNull(entries);
        return
        [
            .. entries.Where(e => at is null || e.AsOf <= at)
                .GroupBy(e => (e.Performance.Period, e.Performance.PredictionsSha256))
                .Select(g => g.Last())
                .OrderBy(e => e.Performance.Period, StringComparer.Ordinal).ThenBy(e => e.Performance.Revision).ThenBy(e => e.Performance.PredictionsSha256, StringComparer.Ordinal),
        ];
    }

    /// <summary>Adds a run's measurements; asked again it adds nothing.</summary>
    internal async Task EnterAsync(
        PipelineName pipeline, string runId, int labelRevision, IReadOnlyList<RealisedPerformance> measured, CancellationToken cancellation)
    {
        for (var attempt = 1; ; attempt++)
        {
            var (before, etag) = await LoadAsync(pipeline, cancellation);
            var now = time.GetUtcNow();
            var added = measured
                .Where(m => !before.Any(e => e.RunId == runId && e.LabelRevision == labelRevision && e.Performance.PredictionsSha256 == m.PredictionsSha256))
                .Select(m => new PerformanceEntry(now, runId, labelRevision, m)).ToArray();
            if (added.Length == 0)
            {
                return;
            }

            try
            {
                await account.Artifacts.GetBlobClient(Name(pipeline)).UploadAsync(
                    new BinaryData(JsonSerializer.SerializeToUtf8Bytes<IReadOnlyList<PerformanceEntry>>([.. before, .. added], ArtifactJson.Indented)),
                    new BlobUploadOptions { Conditions = etag is { } known ? new BlobRequestConditions { IfMatch = known } : new BlobRequestConditions { IfNoneMatch = ETag.All } },
                    cancellation);
                return;
            }
            catch (RequestFailedException e) when (e.Status is 409 or 412 && attempt < Attempts)
            {
                // Another writer was faster: add to what is there now.
            }
        }
    }

    private static string Name(PipelineName pipeline) => $"{pipeline}/performance.json";

    private async Task<(IReadOnlyList<PerformanceEntry> Entries, ETag? ETag)> LoadAsync(PipelineName pipeline, CancellationToken cancellation)
    {
        try
        {
            var content = (await account.Artifacts.GetBlobClient(Name(pipeline)).DownloadContentAsync(cancellation)).Value;
            return (JsonSerializer.Deserialize<List<PerformanceEntry>>(content.Content.ToMemory().Span, ArtifactJson.Compact)!, content.Details.ETag);
        }
        catch (RequestFailedException e) when (e.Status == 404)
        {
            return ([], null);
        }
    }
}
