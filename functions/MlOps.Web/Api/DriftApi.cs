using System.Text.Json;
using Azure;
using MlOps.Pipeline.Steps.Monitor;
using MlOps.Pipeline.Wording;
using MlOps.Storage;
using MlOps.Web.Http;
using MlOps.Web.Runs;

namespace MlOps.Web.Api;

/// <summary>Drift at a glance: the verdict on the newest watched period, and each of its columns over the periods.</summary>
/// <param name="Period">The period.</param>
/// <param name="RunId">The run that predicted it.</param>
/// <param name="ReferenceRows">Rows that the model learned from.</param>
/// <param name="CurrentRows">Rows of the period.</param>
/// <param name="Verdict">How much has drifted, by what the model goes by.</param>
/// <param name="Incidents">Faults of the data, which are no drift.</param>
/// <param name="Periods">The periods that were watched, the oldest first.</param>
/// <param name="Columns">Columns of the newest one, the largest effect on the model first; the scores come first of all.</param>
/// <param name="EarlierYears">Earlier years whose same month the period was compared with too; none where files do not go back that far.</param>
internal sealed record DriftSummary(
    string Period, string RunId, long ReferenceRows, long CurrentRows, DriftVerdict Verdict, int Incidents, IReadOnlyList<DriftPeriod> Periods, IReadOnlyList<DriftedColumn> Columns,
    IReadOnlyList<int> EarlierYears);

/// <summary>A watched period in figures.</summary>
/// <param name="Period">The period.</param>
/// <param name="Drifted">Columns that had drifted.</param>
/// <param name="Columns">Columns that were compared.</param>
/// <param name="Share">Share of the model's gain from those that had drifted, 0 to 1.</param>
/// <param name="ScorePsi">Population stability index of the scores; the largest with several classes.</param>
/// <param name="WorstPsi">That of the column that has moved most.</param>
internal sealed record DriftPeriod(string Period, int Drifted, int Columns, double Share, double? ScorePsi, double? WorstPsi);

/// <summary>A column, or the scores, in the newest watched period.</summary>
/// <param name="Column">Name.</param>
/// <param name="Kind"><c>number</c>, <c>category</c> or <c>score</c>.</param>
/// <param name="Drifted">Whether it has drifted.</param>
/// <param name="Psi">Population stability index.</param>
/// <param name="JensenShannon">Jensen-Shannon distance, 0 to 1.</param>
/// <param name="AdjustedPValue">P value, adjusted for the number of tests.</param>
/// <param name="ReferenceMissing">Share of missing values in what the model learned from.</param>
/// <param name="CurrentMissing">Share of them in the period.</param>
/// <param name="Importance">Share of the model's gain, 0 to 1; 1 for scores.</param>
/// <param name="Effect">Distance times importance.</param>
/// <param name="Over">Its population stability index in each of the periods.</param>
/// <param name="SameMonthOf">The same month of this earlier year decided: the column is away from it too where it has drifted, and like it otherwise; <see langword="null"/> where it was not asked.</param>
internal sealed record DriftedColumn(
    string Column, string Kind, bool Drifted, double? Psi, double? JensenShannon, double? AdjustedPValue, double ReferenceMissing, double CurrentMissing, double Importance, double Effect,
    IReadOnlyList<double?> Over, int? SameMonthOf);

/// <summary>Makes the summary from the monitor steps' documents, each of which is read once: they do not change.</summary>
internal sealed class DriftSummaries(StorageAccount account, RunHistory history)
{
    // The step and the output that hold what was watched.
    private const string MonitorStep = "monitor";
    private const string MonitorOutput = "monitor.json";
    private const int Kept = 500;
    private const int AtOnce = 8;

    private readonly UnchangingDocuments<Watched> read = new(Kept);

    /// <summary>The summary; <see langword="null"/> where no period was watched.</summary>
    public async Task<DriftSummary?> OfAsync(PipelineName pipeline, int periods, CancellationToken cancellation)
    {
        var ledger = (await history.LedgersAsync(pipeline, cancellation))[0];
        var published = ledger.Periods.Where(p => ledger.Published(p) is not null).TakeLast(periods).ToArray();
        var all = new Watched?[published.Length];
        await Parallel.ForAsync(0, published.Length, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellation }, async (i, stop) =>
            all[i] = await ReadAsync(pipeline, ledger.Published(published[i])!.RunId, stop));
        Watched[] watched = [.. all.OfType<Watched>()];
        if (watched is not [.., var newest])
        {
            return null;
        }

        return new DriftSummary(
            newest.Figures.Period, newest.RunId, newest.ReferenceRows, newest.CurrentRows, newest.Verdict, newest.Incidents, [.. watched.Select(w => w.Figures)],
            [.. newest.Columns.Select(c => c with { Over = [.. watched.Select(w => w.Psi.TryGetValue((c.Kind == Score, c.Column), out var psi) ? psi : null)] })],
            newest.EarlierYears);
    }

    private const string Score = "score";

    private async Task<Watched?> ReadAsync(PipelineName pipeline, string runId, CancellationToken cancellation)
    {
        var document = await history.DocumentAsync(pipeline, RunId.Parse(runId), cancellation);
        if (document?.Steps.LastOrDefault(s => s.Name == MonitorStep) is not { } step)
        {
            return null;
        }

        var name = $"{pipeline}/steps/{step.Key}/{MonitorOutput}";
        if (read.Find(name) is { } known)
        {
            return known with { RunId = runId };
        }

        try
        {
            var content = await account.Artifacts.GetBlobClient(name).DownloadContentAsync(cancellation);
            var watched = JsonSerializer.Deserialize<MonitorDocument>(content.Value.Content.ToMemory().Span, ArtifactJson.Compact)!;
            return read.Keep(name, Watched.Of(watched, runId));
        }
        catch (RequestFailedException e) when (e.Status == 404)
        {
            return null;
        }
    }

    private sealed record Watched(
        string RunId, long ReferenceRows, long CurrentRows, DriftVerdict Verdict, int Incidents, DriftPeriod Figures, IReadOnlyList<DriftedColumn> Columns,
        IReadOnlyDictionary<(bool IsScore, string Column), double?> Psi, IReadOnlyList<int> EarlierYears)
    {
        public static Watched Of(MonitorDocument watched, string runId)
        {
            var verdict = DriftVerdict.Of(watched);
            ColumnDrift[] all = [.. watched.Scores, .. watched.Columns.OrderByDescending(c => c.Drifted).ThenByDescending(c => c.Effect)];
            return new Watched(
                runId, watched.ReferenceRows, watched.CurrentRows, verdict, watched.Incidents.Count,
                new DriftPeriod(watched.Period, verdict.Drifted, verdict.Columns, verdict.Share, watched.Scores.Max(s => s.Psi), watched.Columns.Max(c => c.Psi)),
                [.. all.Select(c => new DriftedColumn(c.Column, c.Kind, c.Drifted, c.Psi, c.JensenShannon, c.AdjustedPValue, c.ReferenceMissing, c.CurrentMissing, c.Importance, c.Effect, [], c.Season?.Year))],
                all.DistinctBy(c => (c.Kind == Score, c.Column)).ToDictionary(c => (c.Kind == Score, c.Column), c => c.Psi),
                watched.EarlierYears ?? []);
        }
    }
}

/// <summary>Drift at a glance over HTTP.</summary>
internal static class DriftApi
{
    private const int Most = 60;

    public static void MapDrift(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/api/pipelines/{pipeline}/drift/summary", SummaryAsync).WithTags("monitoring")
            .WithSummary("The verdict on the newest watched period, and each of its columns over the latest 60 periods.").ProducesProblem(404);

    private static async Task<Tagged<DriftSummary>> SummaryAsync(string pipeline, DriftSummaries summaries, RunHistory history, CancellationToken cancellation)
    {
        var name = await Lookup.ExistingAsync(pipeline, history, cancellation);
        return Tagged.Of(await summaries.OfAsync(name, Most, cancellation)
            ?? throw ApiException.NotFound(Sentence.Of("api-drift-none", ("pipeline", name)), Sentence.Of("api-drift-none-next")));
    }
}
