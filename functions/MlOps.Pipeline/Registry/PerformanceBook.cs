using System.Collections.Concurrent;
using MlOps.Storage;

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
    // Kept, since each remembers what was read last: a long book that has not changed is not sent again.
    private readonly ConcurrentDictionary<PipelineName, SharedDocument<IReadOnlyList<PerformanceEntry>>> _documents = [];

    /// <summary>Every measurement, in the order in which they were made.</summary>
    /// <param name="pipeline">Pipeline's name.</param>
    /// <param name="cancellation">Stops the reading.</param>
    public async Task<IReadOnlyList<PerformanceEntry>> ReadAsync(PipelineName pipeline, CancellationToken cancellation = default) =>
        (await Document(pipeline).ReadAsync(cancellation)).Value;

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
    internal Task EnterAsync(
        PipelineName pipeline, string runId, int labelRevision, IReadOnlyList<RealisedPerformance> measured, CancellationToken cancellation) =>
        measured.Count == 0 ? Task.CompletedTask : Document(pipeline).UpdateAsync(
            before =>
            {
                var now = time.GetUtcNow();
                var added = measured
                    .Where(m => !before.Any(e => e.RunId == runId && e.LabelRevision == labelRevision && e.Performance.PredictionsSha256 == m.PredictionsSha256))
                    .Select(m => new PerformanceEntry(now, runId, labelRevision, m)).ToArray();
                return added.Length == 0 ? before : [.. before, .. added];
            },
            cancellation);

    private SharedDocument<IReadOnlyList<PerformanceEntry>> Document(PipelineName pipeline) => _documents.GetOrAdd(
        pipeline, name => new SharedDocument<IReadOnlyList<PerformanceEntry>>(account.Artifacts, $"{name}/performance.json", []));
}
