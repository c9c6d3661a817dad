using System.Text.Json;
using Azure;
using Microsoft.DurableTask;
using MlOps.Pipeline.Artifacts;
using MlOps.Pipeline.Drops;
using MlOps.Pipeline.Registry;
using MlOps.Pipeline.Steps.Backtest;
using MlOps.Pipeline.Steps.Performance;
using MlOps.Pipeline.Steps.Predict;
using MlOps.Storage;

namespace MlOps.Pipeline.Orchestrations;

/// <summary>Asks how the predictions of a period, and of those before it, have turned out.</summary>
/// <param name="RunId">Run that asks.</param>
/// <param name="Pipeline">Pipeline's name.</param>
/// <param name="DefinitionHash">Pinned definition.</param>
/// <param name="Period">Period.</param>
/// <param name="FeaturizeKey">Key of featurize(score) of the run's drop.</param>
/// <param name="ModelVersion">Version of the model that predicts now.</param>
/// <param name="PredictionsSha256">SHA-256 of the prediction file that it has made.</param>
/// <param name="PredictKey">Key of the predict step.</param>
/// <param name="Backtest">The models that are measured beside the one that predicts; <see langword="null"/> of a question that an earlier version has asked.</param>
/// <param name="Estimated">Metrics to be expected by the scores alone; <see langword="null"/> of such a question.</param>
/// <param name="Rows">Rows of the period.</param>
public sealed record PerformanceQuestion(
    string RunId, string Pipeline, string DefinitionHash, string Period, string FeaturizeKey, string ModelVersion, string PredictionsSha256, string PredictKey,
    BacktestQuestion? Backtest = null, IReadOnlyDictionary<string, double>? Estimated = null, long Rows = 0);

/// <summary>How predictions have turned out.</summary>
/// <param name="Measured">Every set of predictions of this period, the run's own last; empty where the drop carries no labels.</param>
/// <param name="Earlier">The predictions of earlier periods that are in force, in period order, as far as their labels are known.</param>
/// <param name="Step">How the measuring step came to its result; <see langword="null"/> without labels.</param>
/// <param name="Warnings">Published predictions that the ids of the labels hardly meet; <see langword="null"/> of an answer that an earlier version has given.</param>
/// <param name="Backtest">How each of the period's models has turned out on the same rows; <see langword="null"/> where nobody asked.</param>
/// <param name="Expected">What to expect of the predictions, by how earlier periods turned out; <see langword="null"/> where nobody asked.</param>
/// <param name="Alerts">Whether the period fell short of what was promised; <see langword="null"/> where nobody asked.</param>
public sealed record PerformanceAnswer(
    IReadOnlyList<RealisedPerformance> Measured, IReadOnlyList<RealisedPerformance> Earlier, StepOutcome? Step, IReadOnlyList<Finding>? Warnings = null,
    IReadOnlyList<BacktestRecord>? Backtest = null, ExpectedQuality? Expected = null, PerformanceVerdict? Alerts = null);

/// <summary>Finds what was published for a period, by whichever model, and measures it against the labels of the run's drop.</summary>
/// <param name="account">The account, for manifests.</param>
/// <param name="ledgers">Ledgers.</param>
/// <param name="step">Measures.</param>
/// <param name="backtesting">Scores the period by the models that do not predict it.</param>
/// <param name="book">Measurements so far.</param>
/// <param name="stopping">Says when the activity has to end.</param>
[DurableTask(nameof(PerformanceActivity))]
public sealed class PerformanceActivity(StorageAccount account, LedgerStore ledgers, PerformanceStep step, Backtesting backtesting, PerformanceBook book, ActivityStop stopping)
    : TaskActivity<PerformanceQuestion, PerformanceAnswer>
{
    private const int PeriodsMax = 60;

    /// <inheritdoc/>
    public override async Task<PerformanceAnswer> RunAsync(TaskActivityContext context, PerformanceQuestion input)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(input);
        var pipeline = PipelineName.Parse(input.Pipeline);
        var stop = stopping.Token;
        var ledger = await ledgers.ReadAsync(pipeline, stop);
        var published = new List<PublishedScores>();
        foreach (var publication in Distinct(ledger.Publications.Where(p => p.Complete && p.Period == input.Period && p.PredictionsSha256 != input.PredictionsSha256)))
        {
            if (await ManifestAsync(pipeline, publication.RunId, stop) is { } manifest
                && manifest.Steps.FirstOrDefault(s => s.Name == PredictStep.Name) is { } predict)
            {
                published.Add(new PublishedScores(manifest.ModelVersion, publication.PredictionsSha256, publication.Revision, predict.Key));
            }
        }

        var own = ledger.Publications.LastOrDefault(p => p.Period == input.Period && p.PredictionsSha256 == input.PredictionsSha256);
        published.Add(new PublishedScores(input.ModelVersion, input.PredictionsSha256, own?.Revision ?? 0, input.PredictKey));
        var question = new PerformanceInput(input.RunId, input.Pipeline, input.DefinitionHash, input.Period, input.FeaturizeKey, published);
        var expected = input.Backtest is { } ahead ? await backtesting.ExpectAsync(question, ahead, input.ModelVersion, stop) : null;
        var ways = input.Backtest is { } backtest ? await backtesting.ScoreAsync(question, backtest, published[^1], stop) : [];
        var measured = await step.RunAsync(
            question with { Shadows = [.. ways.Select(w => w.Scores).Where(s => s != published[^1])] }, stop);
        var known = PerformanceBook.AsOf(await book.ReadAsync(pipeline, stop)).Select(e => e.Performance).ToArray();
        RealisedPerformance[] earlier =
        [
            .. known.Where(k => PeriodOrder.IsBefore(k.Period, input.Period) && ledger.Published(k.Period)?.PredictionsSha256 == k.PredictionsSha256)
                .TakeLast(PeriodsMax),
        ];
        return new PerformanceAnswer(
            measured.Measured,
            earlier,
            measured.Step,
            measured.Warnings,
            input.Backtest is null ? null : [.. Records(ways, measured, published[^1])],
            expected?.Against(measured.Measured.LastOrDefault()?.Metrics, input.Estimated),
            input.Estimated is { } estimated
                ? PerformanceAlerts.Of(measured.Measured.LastOrDefault(), input.Period, input.ModelVersion, input.Backtest?.RandomTest, earlier, estimated, input.Rows, input.Backtest is { } looked ? await backtesting.InsideAsync(pipeline, looked, stop) : null, expected?.Ranges)
                : null);
    }

    private static IEnumerable<BacktestRecord> Records(IReadOnlyList<BacktestScores> ways, PerformanceResult measured, PublishedScores own)
    {
        foreach (var (way, scores) in ways)
        {
            var isOwn = scores == own;
            var found = isOwn ? measured.Measured.LastOrDefault() : measured.Shadows?.FirstOrDefault(s => s.PredictionsSha256 == scores.PredictionsSha256 && s.ModelVersion == scores.ModelVersion);
            if (found is { Value: { } value })
            {
                yield return new BacktestRecord(found.Period, scores.ModelVersion, way, isOwn, scores.PredictionsSha256, found.Metric, value, found.Metrics);
            }
        }
    }

    private static IEnumerable<Publication> Distinct(IEnumerable<Publication> publications) =>
        publications.GroupBy(p => p.PredictionsSha256).Select(g => g.Last()).OrderBy(p => p.Revision);

    private async Task<Manifest?> ManifestAsync(PipelineName pipeline, string runId, CancellationToken cancellation)
    {
        try
        {
            var content = await account.Artifacts.GetBlobClient($"{pipeline}/runs/{RunId.Parse(runId)}/manifest.json").DownloadContentAsync(cancellation);
            return JsonSerializer.Deserialize<Manifest>(content.Value.Content.ToMemory().Span, ArtifactJson.Compact);
        }
        catch (RequestFailedException e) when (e.Status == 404)
        {
            return null;
        }
    }
}
