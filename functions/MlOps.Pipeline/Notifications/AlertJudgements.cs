using MlOps.Pipeline.Drops;
using MlOps.Pipeline.Wording;
using MlOps.Storage;

namespace MlOps.Pipeline.Notifications;

/// <summary>
/// What people have decided about a pipeline's alerts: <c>artifacts/{pipeline}/alert-judgements.json</c>, changed only under If-Match. The newest decision on a
/// kind and subject counts; the same one given twice stays as it was. The audit keeps all of them.
/// </summary>
/// <param name="account">The account.</param>
/// <param name="alerts">The alerts.</param>
/// <param name="time">Clock.</param>
public sealed class AlertJudgements(StorageAccount account, AlertBook alerts, TimeProvider time)
{
    /// <summary>The decisions that count, by kind and subject.</summary>
    /// <param name="pipeline">Pipeline's name.</param>
    /// <param name="cancellation">Stops the reading.</param>
    public async Task<IReadOnlyList<AlertJudgement>> ReadAsync(PipelineName pipeline, CancellationToken cancellation = default) =>
        (await Document(pipeline).ReadAsync(cancellation)).Value;

    /// <summary>Every alert so far, in the order in which they were raised, each with the decision that keeps it quiet now, where one does.</summary>
    /// <param name="pipeline">Pipeline's name.</param>
    /// <param name="cancellation">Stops the reading.</param>
    public async Task<IReadOnlyList<(TrackedAlert Alert, AlertJudgement? Quieted)>> JudgedAsync(PipelineName pipeline, CancellationToken cancellation = default)
    {
        var (all, judged, now) = (await alerts.ReadAsync(pipeline, cancellation), await ReadAsync(pipeline, cancellation), time.GetUtcNow());
        return [.. all.Select(a => (a, judged.FirstOrDefault(j => j.Quiets(a, now))))];
    }

    /// <summary>Marks an open alert as known.</summary>
    /// <param name="pipeline">Pipeline's name.</param>
    /// <param name="kind">Kind of the alert.</param>
    /// <param name="subject">Its subject.</param>
    /// <param name="who">Who knows.</param>
    /// <param name="why">What is known.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <exception cref="SteeringException">No such alert is open, or there is no reason.</exception>
    public async Task<AlertJudgement> AcknowledgeAsync(PipelineName pipeline, string kind, string subject, string who, string? why, CancellationToken cancellation = default)
    {
        Refuse(GivenReason.ProblemOf(why));
        var known = await alerts.ReadAsync(pipeline, cancellation);
        var open = known.LastOrDefault(a => a.Kind == kind && a.Subject == subject && a.ClosedIn is null)
            ?? throw Unknown("alert-not-open", pipeline, kind, subject, known);
        return await JudgeAsync(pipeline, new AlertJudgement(kind, subject, AlertJudgement.Acknowledged, open.OpenedBy, null, who, why!, time.GetUtcNow()), cancellation);
    }

    /// <summary>Keeps alerts of a kind on a subject quiet until a time, those included that are raised until then.</summary>
    /// <param name="pipeline">Pipeline's name.</param>
    /// <param name="kind">Kind of the alert.</param>
    /// <param name="subject">Its subject.</param>
    /// <param name="until">Until when, at most <see cref="AlertJudgement.DaysMax"/> days from now.</param>
    /// <param name="who">Who decides.</param>
    /// <param name="why">Why.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <exception cref="SteeringException">There never was such an alert, there is no reason, or the time is out of range.</exception>
    public async Task<AlertJudgement> MuteAsync(PipelineName pipeline, string kind, string subject, DateTimeOffset until, string who, string? why, CancellationToken cancellation = default)
    {
        var now = time.GetUtcNow();
        Refuse(GivenReason.ProblemOf(why) ?? AlertJudgement.ProblemOf(until, now));
        var known = await alerts.ReadAsync(pipeline, cancellation);
        return known.Any(a => a.Kind == kind && a.Subject == subject)
            ? await JudgeAsync(pipeline, new AlertJudgement(kind, subject, AlertJudgement.Muted, null, until.ToUniversalTime(), who, why!, now), cancellation)
            : throw Unknown("alert-unknown", pipeline, kind, subject, known);
    }

    /// <summary>Takes back what was decided about a kind and subject: its alerts are heard again.</summary>
    /// <param name="pipeline">Pipeline's name.</param>
    /// <param name="kind">Kind of the alert.</param>
    /// <param name="subject">Its subject.</param>
    /// <param name="cancellation">Stops the work.</param>
    public Task UnmuteAsync(PipelineName pipeline, string kind, string subject, CancellationToken cancellation = default) =>
        Document(pipeline).UpdateAsync(before => before.Any(j => j.IsOf(kind, subject)) ? [.. before.Where(j => !j.IsOf(kind, subject))] : before, cancellation);

    private async Task<AlertJudgement> JudgeAsync(PipelineName pipeline, AlertJudgement judgement, CancellationToken cancellation)
    {
        var after = await Document(pipeline).UpdateAsync(before => Enter(before, judgement), cancellation);
        return after.Last(j => j.IsOf(judgement.Kind, judgement.Subject));
    }

    private static IReadOnlyList<AlertJudgement> Enter(IReadOnlyList<AlertJudgement> before, AlertJudgement judgement) =>
        before.Any(j => j with { At = judgement.At } == judgement) ? before : [.. before.Where(j => !j.IsOf(judgement.Kind, judgement.Subject)), judgement];

    private static void Refuse(Sentence? problem)
    {
        if (problem is not null)
        {
            throw new SteeringException(problem);
        }
    }

    private static SteeringException Unknown(string code, PipelineName pipeline, string kind, string subject, IReadOnlyList<TrackedAlert> known)
    {
        const int Shown = 10;
        string[] open = [.. known.Where(a => a.ClosedIn is null || code == "alert-unknown").Select(a => $"{a.Kind} {a.Subject}").Distinct(StringComparer.Ordinal).Take(Shown)];
        var there = open.Length == 0 ? Sentence.Of("alerts-none") : Sentence.Of("alerts-there", ("alerts", string.Join(", ", open)));
        return new SteeringException(code == "alert-unknown"
            ? Sentence.Of("alert-unknown", ("pipeline", pipeline), ("kind", kind), ("subject", subject), ("there", there))
            : Sentence.Of("alert-not-open", ("pipeline", pipeline), ("kind", kind), ("subject", subject), ("there", there)));
    }

    private SharedDocument<IReadOnlyList<AlertJudgement>> Document(PipelineName pipeline) => new(account.Artifacts, $"{pipeline}/alert-judgements.json", []);
}
