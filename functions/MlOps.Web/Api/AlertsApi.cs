using MlOps.Pipeline.Drops;
using MlOps.Pipeline.Notifications;
using MlOps.Pipeline.Wording;
using MlOps.Storage;
using MlOps.Web.Access;
using MlOps.Web.Http;
using MlOps.Web.Runs;

namespace MlOps.Web.Api;

/// <summary>An alert, and what somebody has decided about it.</summary>
/// <param name="Kind">Kind, such as <c>drift</c>.</param>
/// <param name="Subject">What it is about, such as a column.</param>
/// <param name="OpenedIn">Period that raised it.</param>
/// <param name="OpenedBy">Run that raised it.</param>
/// <param name="LastSeenIn">Latest period in which it was still there.</param>
/// <param name="ClosedIn">First period in which it was gone; <see langword="null"/> while it is open.</param>
/// <param name="Text">What was found, with its period and since when it is open.</param>
/// <param name="Said">The same as a code with arguments.</param>
/// <param name="Quieted">The decision that keeps it quiet now; <see langword="null"/> where none does.</param>
internal sealed record AlertFacts(
    string Kind, string Subject, string OpenedIn, string OpenedBy, string LastSeenIn, string? ClosedIn, string Text, Sentence Said, AlertJudgement? Quieted)
{
    public static AlertFacts Of(TrackedAlert alert, AlertJudgement? quieted) => new(
        alert.Kind, alert.Subject, alert.OpenedIn, alert.OpenedBy, alert.LastSeenIn, alert.ClosedIn, alert.Tell().ToString(), alert.Tell(), quieted);
}

/// <summary>Which alert is meant, and why.</summary>
/// <param name="Kind">Kind of the alert.</param>
/// <param name="Subject">Its subject.</param>
/// <param name="Why">Why, one line.</param>
/// <param name="Until">Until when it is muted.</param>
internal sealed record JudgementRequest(string? Kind, string? Subject, string? Why, DateTimeOffset? Until);

/// <summary>Alerts: what is open, who has acknowledged or muted it and why.</summary>
internal static class AlertsApi
{
    public static void MapAlerts(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/pipelines/{pipeline}/alerts").WithTags("alerts");
        group.MapGet("", ListAsync).WithSummary("The alerts that are open, what is heard first, then the newest; with closed=true those that are gone.").ProducesProblem(404);
        Change(group.MapPost("/acknowledge", AcknowledgeAsync), "Marks an open alert as known: it asks for no attention until it is gone and raised again.");
        Change(group.MapPost("/mute", MuteAsync), "Keeps alerts of a kind on a subject quiet until a time: no attention, no notice.");
        Change(group.MapPost("/unmute", UnmuteAsync), "Takes back what was decided about alerts of a kind on a subject: they are heard again.");
    }

    private static void Change(RouteHandlerBuilder route, string summary) =>
        route.WithSummary(summary).RequireRateLimiting(ApiLimits.Changes).Needs(Role.Operator).ProducesProblem(400).ProducesProblem(404).ProducesProblem(409);

    private static async Task<Tagged<Page<AlertFacts>>> ListAsync(
        string pipeline, AlertJudgements alerts, RunHistory history, bool? closed, int? limit, string? continuation, CancellationToken cancellation)
    {
        var name = await Lookup.ExistingAsync(pipeline, history, cancellation);
        var all = (await alerts.JudgedAsync(name, cancellation)).Where(a => a.Alert.ClosedIn is null != (closed ?? false))
            .OrderBy(a => a.Quieted is not null).ThenByDescending(a => a.Alert.IsOfPerformance()).ThenByDescending(a => a.Alert.LastSeenIn, PeriodOrder.Instance)
            .Select(a => AlertFacts.Of(a.Alert, a.Quieted)).ToList();
        return Tagged.Of(Page.Of(all, a => $"{a.Kind}/{a.Subject}/{a.OpenedBy}", limit, continuation));
    }

    private static async Task<AlertJudgement> AcknowledgeAsync(
        string pipeline, JudgementRequest request, AlertJudgements alerts, RunHistory history, Audit audit, HttpContext context, CancellationToken cancellation)
    {
        var (name, kind, subject) = await MeantAsync(pipeline, request, history, cancellation);
        Refuse(GivenReason.ProblemOf(request.Why), "why");
        return await audit.RecordAsync(context, name, "acknowledge", request, () =>
            alerts.AcknowledgeAsync(name, kind, subject, context.Who().Name, request.Why, cancellation));
    }

    private static async Task<AlertJudgement> MuteAsync(
        string pipeline, JudgementRequest request, AlertJudgements alerts, RunHistory history, Audit audit, TimeProvider time, HttpContext context, CancellationToken cancellation)
    {
        var (name, kind, subject) = await MeantAsync(pipeline, request, history, cancellation);
        Refuse(GivenReason.ProblemOf(request.Why), "why");
        Refuse(AlertJudgement.ProblemOf(request.Until ?? DateTimeOffset.MinValue, time.GetUtcNow()), "until");
        return await audit.RecordAsync(context, name, "mute", request, () =>
            alerts.MuteAsync(name, kind, subject, request.Until!.Value, context.Who().Name, request.Why, cancellation));
    }

    private static async Task<Page<AlertFacts>> UnmuteAsync(
        string pipeline, JudgementRequest request, AlertJudgements alerts, RunHistory history, Audit audit, HttpContext context, CancellationToken cancellation)
    {
        var (name, kind, subject) = await MeantAsync(pipeline, request, history, cancellation);
        return await audit.RecordAsync(context, name, "unmute", request, async () =>
        {
            await alerts.UnmuteAsync(name, kind, subject, cancellation);
            var left = (await alerts.JudgedAsync(name, cancellation)).Where(a => a.Alert.ClosedIn is null && a.Alert.Kind == kind && a.Alert.Subject == subject);
            return new Page<AlertFacts>([.. left.Select(a => AlertFacts.Of(a.Alert, a.Quieted))], null);
        });
    }

    private static async Task<(PipelineName Name, string Kind, string Subject)> MeantAsync(string pipeline, JudgementRequest request, RunHistory history, CancellationToken cancellation) =>
        request is { Kind: { Length: > 0 } kind, Subject: { Length: > 0 } subject }
            ? (await history.RequireAsync(Lookup.Pipeline(pipeline), cancellation), kind, subject)
            : throw ApiException.Of(400, "alert missing", Sentence.Of("api-alert-missing"), Sentence.Of("api-alert-missing-next", ("pipeline", Lookup.Pipeline(pipeline))), "kind");

    private static void Refuse(Sentence? problem, string where)
    {
        if (problem is not null)
        {
            throw ApiException.Of(400, "bad value", problem, null, where);
        }
    }
}
