using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http.HttpResults;
using MlOps.Pipeline.Drops;
using MlOps.Pipeline.Orchestrations;
using MlOps.Pipeline.Registry;
using MlOps.Pipeline.Wording;
using MlOps.Storage;
using MlOps.Web.Access;
using MlOps.Web.Http;
using MlOps.Web.Runs;

namespace MlOps.Web.Api;

/// <summary>Which step to begin again at.</summary>
/// <param name="From">A step of the run, such as <c>train</c>; <see langword="null"/> to skip all that is done.</param>
internal sealed record RerunRequest(string? From);

/// <summary>What else is said with an answer.</summary>
/// <param name="Comment">Kept with the decision.</param>
internal sealed record AnswerRequest(string? Comment);

/// <summary>Runs that a request started or ended.</summary>
/// <param name="Runs">Their ids.</param>
internal sealed record ChangedRuns(IReadOnlyList<string> Runs);

/// <summary>One line of a run as its events tell it.</summary>
/// <param name="State">Where the run stands.</param>
/// <param name="Text">What it does, did or waits for.</param>
/// <param name="Time">When, in the log.</param>
internal sealed record RunEvent(RunState State, string Text, DateTimeOffset? Time = null);

/// <summary>Two runs side by side.</summary>
/// <param name="Left">One run.</param>
/// <param name="Right">The other.</param>
/// <param name="Metrics">Metrics of both by <c>part/name</c>; a side that lacks one has <see langword="null"/>.</param>
internal sealed record RunComparison(RunDetails Left, RunDetails Right, IReadOnlyDictionary<string, IReadOnlyList<double?>> Metrics);

/// <summary>Runs: list, one with its steps, its log as it grows, rerun, cancel, and the answer to one that asks a person.</summary>
internal static class RunsApi
{
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(500);

    public static void MapRuns(this IEndpointRouteBuilder routes, bool streams)
    {
        var group = routes.MapGroup("/api/runs").WithTags("runs");
        group.MapGet("", ListAsync).WithSummary("The runs, the newest first; with where=… those that fit, as in auc > 0.75 and tag = audit.").ProducesProblem(400).ProducesProblem(404);
        group.MapGet("/{id}", GetAsync).WithSummary("One run with its steps.").ProducesProblem(404);
        group.MapGet("/{id}/logs", (string id, RunHistory history, TimeProvider time, HttpContext context, CancellationToken cancellation) => LogsAsync(id, streams, history, time, context, cancellation))
            .WithSummary("What the run did and does, as server-sent events, until it has ended.").ProducesProblem(404);
        group.MapGet("/{id}/compare/{other}", CompareAsync).WithSummary("Two runs side by side.").ProducesProblem(404);
        group.MapPost("/{id}/rerun", RerunAsync).WithSummary("Repeats a run under a new id; what is done is skipped by content.")
            .Needs(Role.Operator).ProducesProblem(404).ProducesProblem(409);
        group.MapPost("/{id}/cancel", CancelAsync).WithSummary("Ends a run; whatever waits for it goes on.")
            .Needs(Role.Operator).ProducesProblem(404).ProducesProblem(409);
        group.MapGet("/{id}/approval", ApprovalAsync).WithSummary("What the run asks a person, and the answer.").ProducesProblem(404);
        group.MapPost("/{id}/approve", (string id, AnswerRequest? request, RunHistory history, Steering steering, Audit audit, HttpContext context, CancellationToken cancellation) =>
                AnswerAsync(id, true, request, history, steering, audit, context, cancellation))
            .WithSummary("Lets the model of a run that asks become the champion.").Needs(Role.Releaser).ProducesProblem(404).ProducesProblem(409);
        group.MapPost("/{id}/reject", (string id, AnswerRequest? request, RunHistory history, Steering steering, Audit audit, HttpContext context, CancellationToken cancellation) =>
                AnswerAsync(id, false, request, history, steering, audit, context, cancellation))
            .WithSummary("Keeps the champion although a run asks to replace it.").Needs(Role.Releaser).ProducesProblem(404).ProducesProblem(409);
    }

    private static async Task<Tagged<Page<RunFacts>>> ListAsync(
        RunHistory history, Finder finder, string? pipeline, string? state, string? period, string? where, int? limit, string? continuation, CancellationToken cancellation)
    {
        var name = pipeline is null ? (PipelineName?)null : await Lookup.ExistingAsync(pipeline, history, cancellation);
        var wanted = period is null ? null : Lookup.Period(period).Value;
        var wantedState = state is null ? (RunState?)null : State(state);
        var runs = (await finder.RunsAsync(name, where, cancellation)).Select(found => RunFacts.Of(found.Pipeline, found.Run, found.Tagging))
            .Where(run => (wantedState is null || run.State == wantedState) && (wanted is null || run.Period == wanted)).ToList();
        return Tagged.Of(Page.Of(runs, run => run.RunId, limit, continuation));
    }

    private static RunState State(string text) => text.All(char.IsAsciiLetter) && Enum.TryParse<RunState>(text, ignoreCase: true, out var state)
        ? state
        : throw ApiException.Of(400, "no such state", Sentence.Of("api-no-state"), Sentence.Of("api-states-next", ("states", string.Join(", ", Enum.GetNames<RunState>()).ToLowerInvariant())), "state");

    private static async Task<Tagged<RunDetails>> GetAsync(string id, RunHistory history, TagBook tags, EarlierRuns earlier, CancellationToken cancellation) =>
        Tagged.Of(await DetailsAsync(id, history, tags, earlier, cancellation));

    private static async Task<Tagged<RunComparison>> CompareAsync(string id, string other, RunHistory history, TagBook tags, EarlierRuns earlier, CancellationToken cancellation)
    {
        var (left, right) = (await DetailsAsync(id, history, tags, earlier, cancellation), await DetailsAsync(other, history, tags, earlier, cancellation));
        var sides = new[] { left, right }.Select(side => (side.Document?.Metrics ?? new Dictionary<string, IReadOnlyDictionary<string, double>>())
            .SelectMany(part => part.Value.Select(value => (Name: $"{part.Key}/{value.Key}", value.Value)))
            .ToDictionary(value => value.Name, value => value.Value)).ToArray();
        var metrics = sides.SelectMany(side => side.Keys).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToDictionary(
            name => name,
            name => (IReadOnlyList<double?>)[.. sides.Select(side => side.TryGetValue(name, out var value) ? value : (double?)null)]);
        return Tagged.Of(new RunComparison(left, right, metrics));
    }

    private static async Task<ServerSentEventsResult<RunEvent>> LogsAsync(
        string id, bool streams, RunHistory history, TimeProvider time, HttpContext context, CancellationToken cancellation)
    {
        var wanted = Lookup.Run(id);

        // Found before the answer begins: an unknown run is a problem, not an empty log.
        var (pipeline, _) = await history.FindAsync(wanted, cancellation);
        var after = int.TryParse(context.Request.Headers["Last-Event-ID"], out var last) ? last : 0;
        return TypedResults.ServerSentEvents(FollowAsync(pipeline, wanted, streams, history, time, after, cancellation));
    }

    private static async Task<ChangedRuns> RerunAsync(
        string id, RerunRequest? request, RunHistory history, Steering steering, Audit audit, HttpContext context, CancellationToken cancellation)
    {
        var run = Lookup.Run(id);
        var (pipeline, _) = await history.FindAsync(run, cancellation);
        return await audit.RecordAsync(context, pipeline, "rerun", new { run = run.Value, from = request?.From }, async () =>
            new ChangedRuns([await steering.RerunAsync(pipeline, run, request?.From, cancellation)]));
    }

    private static async Task<ChangedRuns> CancelAsync(
        string id, RunHistory history, Steering steering, Audit audit, HttpContext context, CancellationToken cancellation)
    {
        var run = Lookup.Run(id);
        var (pipeline, _) = await history.FindAsync(run, cancellation);
        return await audit.RecordAsync(context, pipeline, "cancel", new { run = run.Value }, async () =>
        {
            await steering.CancelAsync(pipeline, run, cancellation);
            return new ChangedRuns([run.Value]);
        });
    }

    private static async Task<Tagged<ApprovalRecord>> ApprovalAsync(string id, RunHistory history, ApprovalStore approvals, CancellationToken cancellation)
    {
        var run = Lookup.Run(id);
        var (pipeline, _) = await history.FindAsync(run, cancellation);
        return Tagged.Of((await approvals.OfRunAsync(pipeline, run, cancellation)).FirstOrDefault()
            ?? throw ApiException.Of(404, "no question", Sentence.Of("api-no-question"), Sentence.Of("api-no-question-next"), "id"));
    }

    private static async Task<ApprovalRecord> AnswerAsync(
        string id, bool approve, AnswerRequest? request, RunHistory history, Steering steering, Audit audit, HttpContext context, CancellationToken cancellation)
    {
        var run = Lookup.Run(id);
        var (pipeline, _) = await history.FindAsync(run, cancellation);
        return await audit.RecordAsync(context, pipeline, approve ? "approve" : "reject", new { run = run.Value, comment = request?.Comment }, () =>
            steering.AnswerAsync(pipeline, run, approve, context.Who().Name, request?.Comment, cancellation));
    }

    private static async Task<RunDetails> DetailsAsync(string id, RunHistory history, TagBook tags, EarlierRuns earlier, CancellationToken cancellation)
    {
        var wanted = Lookup.Run(id);
        var (pipeline, run) = await history.FindAsync(wanted, cancellation);
        var live = run.State == RunState.Active ? await history.LiveAsync(run.RunId, cancellation) : null;
        var tagging = (await tags.ReadAsync(pipeline, TagBook.Run, cancellation)).GetValueOrDefault(run.RunId);
        var left = live is null ? null : await earlier.LeftAsync(pipeline, run, live, cancellation);
        return new RunDetails(RunFacts.Of(pipeline.Value, run, tagging), live?.Stage, await history.DocumentAsync(pipeline, wanted, cancellation), live, left);
    }

    // While a run goes on, its stage whenever it changes; at its end its log, line by line, and why it ended so.
    private static async IAsyncEnumerable<SseItem<RunEvent>> FollowAsync(
        PipelineName pipeline, RunId id, bool streams, RunHistory history, TimeProvider time, int after, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var number = 0;
        string? told = null;
        while (true)
        {
            var run = (await history.LedgersAsync(pipeline, cancellation))[0].FindRun(id.Value)!;
            if (run.State != RunState.Active)
            {
                var document = await history.DocumentAsync(pipeline, id, cancellation);
                foreach (var entry in document?.Log ?? [])
                {
                    if (++number > after)
                    {
                        yield return new SseItem<RunEvent>(new RunEvent(run.State, entry.Text, entry.Time), "log") { EventId = $"{number}" };
                    }
                }

                yield return new SseItem<RunEvent>(new RunEvent(run.State, run.Reason ?? ""), "end") { EventId = $"{number + 1}" };
                yield break;
            }

            var stage = run.WaitsFor is { } waits ? $"waits for {waits}" : await history.StageAsync(run.RunId, cancellation) ?? "is being started";
            if (stage != told)
            {
                told = stage;
                yield return new SseItem<RunEvent>(new RunEvent(run.State, stage), "stage");
            }

            if (!streams)
            {
                yield break;
            }

            await Task.Delay(LookInterval, time, cancellation);
        }
    }
}
