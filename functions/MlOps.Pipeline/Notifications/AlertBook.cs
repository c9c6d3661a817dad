using System.Collections.Concurrent;
using MlOps.Pipeline.Steps.Monitor;
using MlOps.Pipeline.Steps.Performance;
using MlOps.Pipeline.Wording;
using MlOps.Storage;

namespace MlOps.Pipeline.Notifications;

/// <summary>An alert from the period that raised it until one in which it is gone.</summary>
/// <param name="Kind">Kind of the alert, such as <c>drift</c>.</param>
/// <param name="Subject">What it is about, such as a column.</param>
/// <param name="OpenedIn">Period that raised it.</param>
/// <param name="OpenedBy">Run that raised it.</param>
/// <param name="LastSeenIn">Latest period in which it was still there.</param>
/// <param name="ClosedIn">First period in which it was gone; <see langword="null"/> while it is open.</param>
/// <param name="Cause">What was found when it was raised.</param>
/// <param name="Latest">What was found in the latest period in which it was still there; <see langword="null"/> where that is the one that raised it, or an earlier version of this product saw it.</param>
/// <param name="Said">The latest finding as a code with arguments.</param>
public sealed record TrackedAlert(
    string Kind, string Subject, string OpenedIn, string OpenedBy, string LastSeenIn, string? ClosedIn, string Cause, string? Latest = null, Sentence? Said = null)
{
    /// <summary>Whether it says that predictions came out worse than promised, or will: what is told before any drift.</summary>
    public bool IsOfPerformance() => Kind is PerformanceAlerts.Measured or PerformanceAlerts.Estimated;

    /// <summary>
    /// What somebody must look at now: the latest measurement with its period, and since when the alert is open. A period of which no figures are kept is not
    /// told with those of another one.
    /// </summary>
    public Sentence Tell()
    {
        var known = Latest is not null || LastSeenIn == OpenedIn;
        object kind = Kind switch
        {
            "incident" => Sentence.Of("kind-incident"),
            "drift" => Sentence.Of("kind-drift"),
            "score-drift" => Sentence.Of("kind-score-drift"),
            "fairness" => Sentence.Of("kind-fairness"),
            PerformanceAlerts.Measured => Sentence.Of("kind-performance"),
            PerformanceAlerts.Estimated => Sentence.Of("kind-estimated-performance"),
            _ => Kind,
        };
        object cause = known && Said is not null ? Said : Latest ?? Cause;
        return !known || OpenedIn == LastSeenIn
            ? Sentence.Of("alert-open", ("period", OpenedIn), ("kind", kind), ("cause", cause))
            : Sentence.Of("alert-open-since", ("period", LastSeenIn), ("kind", kind), ("since", OpenedIn), ("cause", cause));
    }
}

/// <summary>The alerts of a pipeline: <c>artifacts/{pipeline}/alerts.json</c>, changed only under If-Match.</summary>
/// <param name="account">The account.</param>
public sealed class AlertBook(StorageAccount account)
{
    // Kept, since each remembers what was read last: a long book that has not changed is not sent again.
    private readonly ConcurrentDictionary<PipelineName, SharedDocument<IReadOnlyList<TrackedAlert>>> _documents = [];

    /// <summary>Every alert so far, in the order in which they were raised.</summary>
    /// <param name="pipeline">Pipeline's name.</param>
    /// <param name="cancellation">Stops the reading.</param>
    public async Task<IReadOnlyList<TrackedAlert>> ReadAsync(PipelineName pipeline, CancellationToken cancellation = default) =>
        (await Document(pipeline).ReadAsync(cancellation)).Value;

    /// <summary>Enters a period's alerts: new ones are raised, those that are gone are closed, those that are open stay as they are.</summary>
    /// <param name="pipeline">Pipeline's name.</param>
    /// <param name="runId">Run that found them.</param>
    /// <param name="period">Its period.</param>
    /// <param name="found">What it found.</param>
    /// <param name="unjudged">Kinds on which the period says nothing, such as measured performance without labels: open alerts of them stay open.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <returns>The alerts that this run raised, also where it asks again.</returns>
    public async Task<IReadOnlyList<MonitorAlert>> EnterAsync(
        PipelineName pipeline, string runId, string period, IReadOnlyList<MonitorAlert> found, IReadOnlyList<string> unjudged, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(found);
        ArgumentNullException.ThrowIfNull(unjudged);
        var alerts = await Document(pipeline).UpdateAsync(
            before => Enter(before, runId, period, found, unjudged) is var after && after.SequenceEqual(before) ? before : after, cancellation);
        return [.. found.Where(f => alerts.Any(a => a.OpenedBy == runId && a.OpenedIn == period && Is(a, f)))];
    }

    internal static IReadOnlyList<TrackedAlert> Enter(
        IReadOnlyList<TrackedAlert> before, string runId, string period, IReadOnlyList<MonitorAlert> found, IReadOnlyList<string> unjudged)
    {
        var after = before.Select(alert =>
        {
            // A period that is predicted again says nothing about the time after it.
            if (alert.ClosedIn is not null || string.CompareOrdinal(alert.LastSeenIn, period) > 0)
            {
                return alert;
            }

            return found.FirstOrDefault(f => Is(alert, f)) is { } still
                ? alert with { LastSeenIn = period, Latest = still.Cause, Said = still.Said }
                : alert.LastSeenIn == period || unjudged.Contains(alert.Kind) ? alert : alert with { ClosedIn = period };
        }).ToList();
        foreach (var alert in found)
        {
            var isKnown = after.Exists(a => Is(a, alert)
                && string.CompareOrdinal(a.OpenedIn, period) <= 0 && (a.ClosedIn is null || string.CompareOrdinal(period, a.ClosedIn) < 0));
            if (!isKnown && !after.Exists(a => Is(a, alert) && a.OpenedBy == runId))
            {
                after.Add(new TrackedAlert(alert.Kind, alert.Subject, period, runId, period, null, alert.Cause, null, alert.Said));
            }
        }

        return after;
    }

    private static bool Is(TrackedAlert tracked, MonitorAlert alert) => tracked.Kind == alert.Kind && tracked.Subject == alert.Subject;

    private SharedDocument<IReadOnlyList<TrackedAlert>> Document(PipelineName pipeline) => _documents.GetOrAdd(
        pipeline, name => new SharedDocument<IReadOnlyList<TrackedAlert>>(account.Artifacts, $"{name}/alerts.json", []));
}
