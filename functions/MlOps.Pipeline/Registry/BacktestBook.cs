using System.Collections.Concurrent;
using MlOps.Storage;

namespace MlOps.Pipeline.Registry;

/// <summary>What a model said of a period that came after everything that it had learned from, held against the period's labels.</summary>
/// <param name="Period">The period.</param>
/// <param name="ModelVersion">Version of the model.</param>
/// <param name="Way"><c>new</c> for the model that the period's run trained, <c>champion</c> for the one that it met, <c>earlier</c> for a champion of before.</param>
/// <param name="Predicted">Whether it made the period's published predictions; otherwise its scores were kept and never published.</param>
/// <param name="ScoresSha256">SHA-256 of its scores, or of the prediction file.</param>
/// <param name="Metric">The metric of the gate.</param>
/// <param name="Value">Its value.</param>
/// <param name="Metrics">All metrics by name; <c>rows</c> is the number of rows whose label is known.</param>
public sealed record BacktestRecord(
    string Period, string ModelVersion, string Way, bool Predicted, string ScoresSha256, string Metric, double Value, IReadOnlyDictionary<string, double> Metrics)
{
    /// <summary>The model that the period's run trained.</summary>
    public const string New = "new";

    /// <summary>The champion that it met.</summary>
    public const string Champion = "champion";

    /// <summary>A champion of before.</summary>
    public const string Earlier = "earlier";
}

/// <summary>A record and when it was made.</summary>
/// <param name="AsOf">As-of time.</param>
/// <param name="RunId">Run that measured.</param>
/// <param name="LabelRevision">Revision of the period's file that brought the labels.</param>
/// <param name="Record">What was measured.</param>
public sealed record BacktestEntry(DateTimeOffset AsOf, string RunId, int LabelRevision, BacktestRecord Record);

/// <summary>
/// How each period's models did on it, also those that did not predict: <c>artifacts/{pipeline}/backtest.json</c>, changed only under If-Match and only
/// added to. It costs no training: every model scores the period that follows its history anyway, before the labels count.
/// </summary>
/// <param name="account">The account.</param>
/// <param name="time">Clock for the as-of time.</param>
public sealed class BacktestBook(StorageAccount account, TimeProvider time)
{
    // Kept, since each remembers what was read last: a long book that has not changed is not sent again.
    private readonly ConcurrentDictionary<PipelineName, SharedDocument<IReadOnlyList<BacktestEntry>>> _documents = [];

    /// <summary>Every record, in the order in which they were made.</summary>
    /// <param name="pipeline">Pipeline's name.</param>
    /// <param name="cancellation">Stops the reading.</param>
    public async Task<IReadOnlyList<BacktestEntry>> ReadAsync(PipelineName pipeline, CancellationToken cancellation = default) =>
        (await Document(pipeline).ReadAsync(cancellation)).Value;

    /// <summary>
    /// What is known before a period is judged: of each earlier period the models of the run that measured it last, in period order.
    /// </summary>
    /// <param name="entries">Entries in their order.</param>
    /// <param name="period">The period that is to be judged.</param>
    /// <param name="at">Only what was known then; <see langword="null"/> for now.</param>
    public static IReadOnlyList<BacktestRecord> Before(IReadOnlyList<BacktestEntry> entries, string period, DateTimeOffset? at = null)
    {
        ArgumentNullException.ThrowIfNull(entries);
        return
        [
            .. entries.Where(e => (at is null || e.AsOf <= at) && string.CompareOrdinal(e.Record.Period, period) < 0)
                .GroupBy(e => e.Record.Period).OrderBy(g => g.Key, StringComparer.Ordinal)
                .SelectMany(g => g.Where(e => (e.RunId, e.LabelRevision) == (g.Last().RunId, g.Last().LabelRevision)))
                .Select(e => e.Record),
        ];
    }

    /// <summary>Adds a run's records; asked again it adds nothing.</summary>
    /// <param name="pipeline">Pipeline's name.</param>
    /// <param name="runId">Run that measured.</param>
    /// <param name="labelRevision">Revision of the period's file that brought the labels.</param>
    /// <param name="measured">The records.</param>
    /// <param name="cancellation">Stops the work.</param>
    internal Task EnterAsync(
        PipelineName pipeline, string runId, int labelRevision, IReadOnlyList<BacktestRecord> measured, CancellationToken cancellation) =>
        measured.Count == 0 ? Task.CompletedTask : Document(pipeline).UpdateAsync(
            before =>
            {
                var now = time.GetUtcNow();
                var added = measured
                    .Where(m => !before.Any(e => e.RunId == runId && e.LabelRevision == labelRevision && e.Record.ModelVersion == m.ModelVersion && e.Record.ScoresSha256 == m.ScoresSha256))
                    .Select(m => new BacktestEntry(now, runId, labelRevision, m)).ToArray();
                return added.Length == 0 ? before : [.. before, .. added];
            },
            cancellation);

    private SharedDocument<IReadOnlyList<BacktestEntry>> Document(PipelineName pipeline) => _documents.GetOrAdd(
        pipeline, name => new SharedDocument<IReadOnlyList<BacktestEntry>>(account.Artifacts, $"{name}/backtest.json", []));
}
