using MlOps.Pipeline.Drops;
using MlOps.Pipeline.Notifications;
using MlOps.Pipeline.Registry;
using MlOps.Pipeline.Wording;
using MlOps.Storage;
using MlOps.Web.Http;
using MlOps.Web.Runs;

namespace MlOps.Web.Api;

/// <summary>How much a pipeline needs somebody.</summary>
internal enum Attention
{
    /// <summary>Nothing is wrong.</summary>
    None,

    /// <summary>Something goes on or waits.</summary>
    Working,

    /// <summary>Somebody must look.</summary>
    Needed,
}

/// <summary>A pipeline at a glance.</summary>
/// <param name="Name">Name.</param>
/// <param name="Attention">How much it needs somebody.</param>
/// <param name="Reasons">Why, a sentence each: what failed, then the alerts that are open (drift, data incidents, fairness); the newest period first, ten at most.</param>
/// <param name="HasDefinition">Whether it has a definition.</param>
/// <param name="Periods">Periods that have a file or had one.</param>
/// <param name="LatestPeriod">The latest of them.</param>
/// <param name="LatestState">How it stands.</param>
/// <param name="ActiveRuns">Runs that go on or wait.</param>
/// <param name="LastRunAt">When the newest run began.</param>
/// <param name="Champion">Version of the model that predicts.</param>
/// <param name="Said">Each reason as a code with arguments, where it is one.</param>
/// <param name="QuietAlerts">Open alerts that are no reason, because somebody has acknowledged or muted them.</param>
internal sealed record PipelineFacts(
    string Name, Attention Attention, IReadOnlyList<string> Reasons, bool HasDefinition, int Periods, string? LatestPeriod, string? LatestState,
    int ActiveRuns, DateTimeOffset? LastRunAt, string? Champion, IReadOnlyList<Sentence?> Said, int QuietAlerts = 0);

/// <summary>Pipelines and their periods.</summary>
internal static class PipelinesApi
{
    private const int ReasonsMax = 10;
    private const int AtOnce = 8;

    public static void MapPipelines(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/pipelines").WithTags("pipelines");
        group.MapGet("", ListAsync).WithSummary("The pipelines, what needs attention first.").ProducesProblem(400);
        group.MapGet("/{pipeline}", GetAsync).WithSummary("One pipeline.").ProducesProblem(404);
        group.MapGet("/{pipeline}/periods", PeriodsAsync).WithSummary("Its periods with their state, the newest first.").ProducesProblem(404);
        group.MapGet("/{pipeline}/periods/{period}", PeriodAsync).WithSummary("One period: its state, and where its predictions came from.").ProducesProblem(404);
    }

    private static async Task<Tagged<Page<PipelineFacts>>> ListAsync(
        RunHistory history, AliasStore aliases, AlertJudgements alerts, ServerState server, int? limit, string? continuation, CancellationToken cancellation)
    {
        var defined = await history.DefinedAsync(cancellation);
        var names = (await history.PipelinesAsync(cancellation)).Union(defined).ToArray();
        var all = new PipelineFacts[names.Length];
        await Parallel.ForAsync(0, names.Length, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellation }, async (i, stop) =>
            all[i] = await FactsOrTroubleAsync(names[i], defined.Contains(names[i]), history, aliases, alerts, server, stop));
        var ordered = all.OrderByDescending(p => p.Attention).ThenBy(p => p.Name, StringComparer.Ordinal).ToList();
        return Tagged.Of(Page.Of(ordered, p => p.Name, limit, continuation));
    }

    private static async Task<Tagged<PipelineFacts>> GetAsync(
        string pipeline, StorageAccount account, RunHistory history, AliasStore aliases, AlertJudgements alerts, ServerState server, CancellationToken cancellation)
    {
        var name = await Lookup.ExistingAsync(pipeline, history, cancellation);
        var defined = await account.Definitions.GetBlobClient($"{name}.yaml").ExistsAsync(cancellation);
        return Tagged.Of(await FactsAsync(name, defined, history, aliases, alerts, server, cancellation));
    }

    private static async Task<Tagged<Page<PeriodFacts>>> PeriodsAsync(
        string pipeline, RunHistory history, int? limit, string? continuation, CancellationToken cancellation)
    {
        var name = await Lookup.ExistingAsync(pipeline, history, cancellation);
        var files = await history.FilesAsync(name, cancellation);
        var periods = files.Periods.Reverse().Select(p => PeriodFacts.Of(files.StandingOf(p), files.Ledger)).ToList();
        return Tagged.Of(Page.Of(periods, p => p.Period, limit, continuation));
    }

    private static async Task<Tagged<PeriodDetails>> PeriodAsync(
        string pipeline, string period, RunHistory history, CancellationToken cancellation)
    {
        var name = await Lookup.ExistingAsync(pipeline, history, cancellation);
        var wanted = Lookup.Period(period);
        var files = await history.FilesAsync(name, cancellation);
        var standing = files.StandingOf(wanted.Value);
        return standing.Standing == Standing.Absent
            ? throw ApiException.NotFound(Sentence.Of("api-file-undropped", ("period", wanted), ("pipeline", name)), Sentence.Of("api-drop-next", ("period", wanted), ("pipeline", name)))
            : Tagged.Of(new PeriodDetails(PeriodFacts.Of(standing, files.Ledger), await history.ManifestAsync(name, wanted, cancellation)));
    }

    // A pipeline whose documents are damaged is listed with what is wrong; the others are listed all the same.
    private static async Task<PipelineFacts> FactsOrTroubleAsync(
        PipelineName name, bool defined, RunHistory history, AliasStore aliases, AlertJudgements alerts, ServerState server, CancellationToken cancellation)
    {
        try
        {
            return await FactsAsync(name, defined, history, aliases, alerts, server, cancellation);
        }
        catch (InvalidDataException e)
        {
            return new PipelineFacts(name.Value, Attention.Needed, [e.Message], defined, 0, null, null, 0, null, null, [null]);
        }
    }

    private static async Task<PipelineFacts> FactsAsync(
        PipelineName name, bool defined, RunHistory history, AliasStore aliases, AlertJudgements alerts, ServerState server, CancellationToken cancellation)
    {
        var files = await history.FilesAsync(name, cancellation);
        var standings = files.Periods.Select(files.StandingOf).ToArray();
        var now = await aliases.ReadAsync(name, cancellation);
        var reasons = new List<Told>();
        if (server.Hindrance() is { } hindrance)
        {
            reasons.Add(Told.Of(hindrance)!);
        }

        if (!defined)
        {
            reasons.Add(Told.Of(Sentence.Of("no-definition", ("pipeline", name.Value)))!);
        }

        // Before the first period nobody misses a champion.
        if (now is { Champion: null, History.Count: > 0 } && Told.Of(now.WhyNone(name.Value)) is { } none)
        {
            reasons.Add(none);
        }

        reasons.AddRange(standings.Reverse().Where(s => s.Standing == Standing.Failed)
            .Select(s => Told.Of(Sentence.Of("stands", ("period", s.Period), ("state", StateWords.Of(s.State)), ("reason", Why(s))))!));
        var open = (await alerts.JudgedAsync(name, cancellation)).Where(a => a.Alert.ClosedIn is null).ToArray();
        var heard = open.Where(a => a.Quieted is null).Select(a => a.Alert).ToArray();
        reasons.AddRange(heard.OrderByDescending(a => a.IsOfPerformance()).ThenByDescending(a => a.LastSeenIn, PeriodOrder.Instance).Select(a => Told.Of(a.Tell())!));
        // Of a refused file the first error says more than that it was refused.
        object Why(PeriodStanding s) => s.State == "rejected" && files.Refusals.TryGetValue(s.Period, out var refusal) ? (object?)refusal.Said ?? refusal.Text : s.Told;

        reasons = [.. reasons.Take(ReasonsMax)];
        var working = standings.Any(s => s.Standing == Standing.Pending);
        return new PipelineFacts(
            name.Value,
            reasons.Count > 0 ? Attention.Needed : working ? Attention.Working : Attention.None,
            [.. reasons.Select(r => r.Text)],
            defined,
            standings.Length,
            standings is [.., var latest] ? latest.Period : null,
            standings is [.., var last] ? last.State : null,
            files.Ledger.Runs.Count(r => r.State == RunState.Active),
            files.Ledger.Runs.Count == 0 ? null : files.Ledger.Runs.Max(r => r.StartedAt),
            now.Champion,
            [.. reasons.Select(r => r.Said)],
            open.Length - heard.Length);
    }
}

/// <summary>One period.</summary>
/// <param name="Period">How it stands.</param>
/// <param name="Manifest">Where its newest predictions came from; <see langword="null"/> where there are none.</param>
internal sealed record PeriodDetails(PeriodFacts Period, MlOps.Pipeline.Orchestrations.Manifest? Manifest);
