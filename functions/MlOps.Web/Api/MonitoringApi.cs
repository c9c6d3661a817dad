using System.Text.Json;
using Azure;
using MlOps.Pipeline.Orchestrations;
using MlOps.Storage;
using MlOps.Web.Runs;

namespace MlOps.Web.Api;

/// <summary>How well a period was predicted.</summary>
/// <param name="Period">The period.</param>
/// <param name="RunId">The run that predicted it.</param>
/// <param name="ModelVersion">The model that predicted.</param>
/// <param name="Metrics">Metrics of that model by part and name; <c>drop</c> where labels of the period are known.</param>
/// <param name="Challenger">The model that the run trained, where another one predicted.</param>
internal sealed record PeriodPerformance(
    string Period, string RunId, string? ModelVersion, IReadOnlyDictionary<string, IReadOnlyDictionary<string, double>> Metrics, TrainedModel? Challenger);

/// <summary>What was watched in a period.</summary>
/// <param name="Period">The period.</param>
/// <param name="RunId">The run that predicted it.</param>
/// <param name="Document">The monitor step's document, as it is stored.</param>
internal sealed record PeriodDrift(string Period, string RunId, JsonElement Document);

/// <summary>Drift and performance over periods, where runs have left documents of them.</summary>
internal static class MonitoringApi
{
    // The step and the output that hold what was watched.
    private const string MonitorStep = "monitor";
    private const string MonitorOutput = "monitor.json";
    private const string DropPart = "drop";
    private const int AtOnce = 8;

    public static void MapMonitoring(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/pipelines/{pipeline}").WithTags("monitoring");
        group.MapGet("/performance", PerformanceAsync).WithSummary("Metrics of each predicted period, the newest first.").ProducesProblem(404);
        group.MapGet("/drift", DriftAsync).WithSummary("What was watched in each period, the newest first; periods without such a document are left out.").ProducesProblem(404);
    }

    private static async Task<Tagged<Page<PeriodPerformance>>> PerformanceAsync(
        string pipeline, RunHistory history, int? limit, string? continuation, CancellationToken cancellation)
    {
        var name = await Lookup.ExistingAsync(pipeline, history, cancellation);
        var page = await PublishedAsync(name, history, limit, continuation, cancellation);
        var periods = new PeriodPerformance[page.Items.Count];
        await Parallel.ForAsync(0, periods.Length, Limit(cancellation), async (i, stop) =>
        {
            var run = page.Items[i];
            var version = run.Promotion?.Version ?? run.ModelVersion;
            // From the registry: documents of earlier versions of this product name the metrics of the run's own model here, whichever predicted.
            var metrics = await history.ModelAsync(name, version, stop) is { } model
                ? model.Metrics.Concat(run.Metrics.Where(m => m.Key == DropPart)).ToDictionary(m => m.Key, m => m.Value, StringComparer.Ordinal)
                : run.Metrics;
            periods[i] = new PeriodPerformance(run.Period, run.RunId, version, metrics, run.Challenger);
        });
        return Tagged.Of(new Page<PeriodPerformance>(periods, page.Continuation));
    }

    private static async Task<Tagged<Page<PeriodDrift>>> DriftAsync(
        string pipeline, StorageAccount account, RunHistory history, int? limit, string? continuation, CancellationToken cancellation)
    {
        var name = await Lookup.ExistingAsync(pipeline, history, cancellation);
        var page = await PublishedAsync(name, history, limit, continuation, cancellation);
        var documents = new PeriodDrift?[page.Items.Count];
        await Parallel.ForAsync(0, documents.Length, Limit(cancellation), async (i, stop) =>
        {
            var run = page.Items[i];
            if (run.Steps.LastOrDefault(s => s.Name == MonitorStep) is { } step && await ReadAsync(account, name, step.Key, stop) is { } json)
            {
                documents[i] = new PeriodDrift(run.Period, run.RunId, json);
            }
        });
        return Tagged.Of(new Page<PeriodDrift>([.. documents.OfType<PeriodDrift>()], page.Continuation));
    }

    // The run of the newest complete revision of each period.
    private static async Task<Page<RunDocument>> PublishedAsync(
        PipelineName name, RunHistory history, int? limit, string? continuation, CancellationToken cancellation)
    {
        var ledger = (await history.LedgersAsync(name, cancellation))[0];
        var periods = ledger.Periods.Reverse().Where(p => ledger.Published(p) is not null).ToList();
        var page = Page.Of(periods, p => p, limit, continuation);
        var runs = new RunDocument?[page.Items.Count];
        await Parallel.ForAsync(0, runs.Length, Limit(cancellation), async (i, stop) =>
            runs[i] = await history.DocumentAsync(name, RunId.Parse(ledger.Published(page.Items[i])!.RunId), stop));
        return new Page<RunDocument>([.. runs.OfType<RunDocument>()], page.Continuation);
    }

    private static async Task<JsonElement?> ReadAsync(StorageAccount account, PipelineName name, string key, CancellationToken cancellation)
    {
        try
        {
            var content = await account.Artifacts.GetBlobClient($"{name}/steps/{key}/{MonitorOutput}").DownloadContentAsync(cancellation);
            return JsonSerializer.Deserialize<JsonElement>(content.Value.Content.ToMemory().Span);
        }
        catch (RequestFailedException e) when (e.Status == 404)
        {
            return null;
        }
    }

    private static ParallelOptions Limit(CancellationToken cancellation) => new() { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellation };
}
