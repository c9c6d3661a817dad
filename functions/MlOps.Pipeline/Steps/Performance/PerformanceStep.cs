using System.Text.Json;
using MlOps.Pipeline.Artifacts;
using MlOps.Pipeline.Definitions;
using MlOps.Pipeline.Registry;
using MlOps.Pipeline.Steps.Evaluate;
using MlOps.Pipeline.Steps.Featurize;
using MlOps.Pipeline.Steps.Labels;
using MlOps.Pipeline.Steps.Predict;
using MlOps.Pipeline.Steps.Validate;
using MlOps.Pipeline.Wording;
using MlOps.Storage;
using MlOps.Tabular;

namespace MlOps.Pipeline.Steps.Performance;

/// <summary>
/// Measures every set of predictions that was published for a period against the labels that a drop of the period brings, also those
/// of models that have been replaced since. Rows meet by their id.
/// </summary>
public sealed class PerformanceStep : Step<PerformanceInput, PerformanceResult>
{
    internal const string Name = "performance";
    private const int Version = 3;

    // Labels of half of the predicted rows may come at a time; of hardly any they are not those rows' labels.
    private const double HardlyAny = 0.1;

    private readonly StepContext _context;

    internal PerformanceStep(StepContext context) : base(Name) => _context = context;

    /// <summary>Runs the step, or finds it done.</summary>
    /// <param name="input">Labels and predictions.</param>
    /// <param name="cancellation">Stops the step.</param>
    public override async Task<PerformanceResult> RunAsync(PerformanceInput input, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(input);
        var pipeline = PipelineName.Parse(input.Pipeline);
        var definition = await _context.Definitions.LoadAsync(pipeline, input.DefinitionHash, cancellation);
        var drop = await _context.Runner.ReadRecordAsync(pipeline, input.FeaturizeKey, cancellation);
        if (drop.Outputs.All(o => o.Name != FeaturizeStep.LabelsOutput))
        {
            return new PerformanceResult([]);
        }

        var inputs = new Dictionary<string, string>
        {
            ["ids"] = drop.Output(ValidateStep.IdsOutput).Sha256,
            ["labels"] = drop.Output(FeaturizeStep.LabelsOutput).Sha256,
            ["metric"] = StepContext.Part(new { definition.Task, Metric = definition.Promote.MetricOf(definition.Task) }),
            ["predictions"] = StepContext.Part(input.Published.Select(p => new { p.ModelVersion, p.PredictionsSha256, p.Revision })),
        };
        if (input.Shadows is { Count: > 0 } shadows)
        {
            inputs["shadows"] = StepContext.Part(shadows.Select(s => new { s.ModelVersion, s.PredictionsSha256 }));
        }

        var spec = new StepSpec(pipeline, Name, Version, Period.Parse(input.Period).Value, inputs, StepContext.Request(input));
        return await _context.Runner.RunAsync(
            spec,
            async (_, stop) =>
            {
                var labels = (await _context.OpenTableAsync(pipeline, input.FeaturizeKey, FeaturizeStep.LabelsOutput, stop)).Columns[0];
                var rows = RowsById((await _context.OpenTableAsync(pipeline, input.FeaturizeKey, ValidateStep.IdsOutput, stop)).Columns[0]);
                var measured = new List<RealisedPerformance>();
                var warnings = new List<Finding>();
                foreach (var published in input.Published)
                {
                    measured.Add(await MeasureAsync(pipeline, definition, input.Period, published, labels, rows, true, stop));
                    if (await UnmetAsync(pipeline, input.Period, published, rows, labels, stop) is { } unmet)
                    {
                        warnings.Add(unmet);
                    }
                }

                var beside = new List<RealisedPerformance>();
                foreach (var shadow in input.Shadows ?? [])
                {
                    beside.Add(await MeasureAsync(pipeline, definition, input.Period, shadow, labels, rows, false, stop));
                }

                return new PerformanceResult(measured, warnings, input.Shadows is { Count: > 0 } ? beside : null);
            },
            cancellation);
    }

    // Ids that lost their leading zeros, say, meet nothing, and the predictions would wait for their labels for ever.
    private async Task<Finding?> UnmetAsync(
        PipelineName pipeline, string period, PublishedScores published, Dictionary<string, int> rows, Column labels, CancellationToken cancellation)
    {
        var predict = (await _context.Runner.ReadRecordAsync(pipeline, published.PredictKey, cancellation)).Request.Deserialize<PredictInput>(ArtifactJson.Compact)!;
        var ids = (await _context.OpenTableAsync(pipeline, predict.FeaturizeKey, ValidateStep.IdsOutput, cancellation)).Columns[0];
        var labelled = rows.Where(r => !labels.IsMissing(r.Value)).Select(r => r.Key).ToHashSet(StringComparer.Ordinal);
        string?[] predicted = [.. Enumerable.Range(0, ids.RowCount).Select(ids.Text)];
        var met = predicted.Count(id => labelled.Contains(id ?? ""));
        var nearly = Nearly(labelled, predicted);
        if (predicted.Length == 0 || labelled.Count == 0 || (met > HardlyAny * Math.Min(predicted.Length, labelled.Count) && nearly is null))
        {
            return null;
        }

        var (labelId, predictedId) = nearly ?? (labelled.Order(StringComparer.Ordinal).First(), predicted.Order(StringComparer.Ordinal).First() ?? "");
        return Finding.Of(Sentence.Of(
            met == 0 ? "labels-meet-nothing" : "labels-meet-few",
            ("period", period), ("revision", published.Revision), ("met", met), ("predicted", predicted.Length), ("labels", labelled.Count), ("label_id", labelId), ("predicted_id", predictedId)));
    }

    /// <summary>A label's id that meets nothing as it is written, and a predicted one that it would be without leading zeros, blanks, case and a fraction of zeros.</summary>
    private static (string LabelId, string PredictedId)? Nearly(HashSet<string> labelled, string?[] predicted)
    {
        var unmet = predicted.OfType<string>().Where(id => !labelled.Contains(id)).DistinctBy(Loose, StringComparer.Ordinal).ToDictionary(Loose, StringComparer.Ordinal);
        var met = predicted.OfType<string>().Where(labelled.Contains).ToHashSet(StringComparer.Ordinal);
        return labelled.Where(id => !met.Contains(id)).Order(StringComparer.Ordinal).Select(id => (Id: id, Other: unmet.GetValueOrDefault(Loose(id)))).FirstOrDefault(p => p.Other is not null) is { Other: { } other } pair
            ? (pair.Id, other)
            : null;

        static string Loose(string id)
        {
            var trimmed = (NumberSpelling.Canonical(id) ?? id).Trim().TrimStart('0').ToUpperInvariant();
            return trimmed.Length == 0 ? "0" : trimmed;
        }
    }

    private async Task<RealisedPerformance> MeasureAsync(
        PipelineName pipeline, PipelineDefinition definition, string period, PublishedScores published,
        Column labelColumn, IReadOnlyDictionary<string, int> rows, bool withInterval, CancellationToken cancellation)
    {
        var predict = (await _context.Runner.ReadRecordAsync(pipeline, published.PredictKey, cancellation)).Request.Deserialize<PredictInput>(ArtifactJson.Compact)!;
        var evaluation = (await _context.Runner.ReadRecordAsync(pipeline, predict.EvaluateKey, cancellation)).ResultOf<EvaluateResult>();
        var ids = (await _context.OpenTableAsync(pipeline, predict.FeaturizeKey, ValidateStep.IdsOutput, cancellation)).Columns[0];
        var all = ((NumberColumn)(await _context.OpenTableAsync(pipeline, published.PredictKey, PredictStep.ScoresOutput, cancellation)).Columns[0]).Values;
        var known = definition.Task == TaskKind.Regression ? ((NumberColumn)labelColumn).Values : new LabelValues(evaluation.Classes).Read(labelColumn);
        var width = definition.Task == TaskKind.Multiclass ? evaluation.Classes.Count : 1;
        var (labels, scores) = (new List<double>(), new List<double>());
        for (var row = 0; row < ids.RowCount; row++)
        {
            if (rows.TryGetValue(ids.Text(row) ?? "", out var labelled) && !double.IsNaN(known[labelled]))
            {
                labels.Add(known[labelled]);
                scores.AddRange(all.AsSpan(row * width, width));
            }
        }

        var metric = definition.Promote.MetricOf(definition.Task);
        var comparison = new Comparison(metric, evaluation.Classes.Count, [.. labels]);
        double[] predicted = [.. scores];
        var value = comparison.Measure(predicted);
        var interval = withInterval && double.IsFinite(value) ? comparison.Interval(predicted) : null;
        return new RealisedPerformance(
            period, published.ModelVersion, published.PredictionsSha256, published.Revision, metric, double.IsFinite(value) ? value : null, interval?.Low, interval?.High,
            TaskMetrics.Of(definition.Task, evaluation.Classes.Count, [.. labels], predicted, evaluation.Threshold));
    }

    private static Dictionary<string, int> RowsById(Column ids)
    {
        var rows = new Dictionary<string, int>(ids.RowCount, StringComparer.Ordinal);
        for (var row = 0; row < ids.RowCount; row++)
        {
            rows.TryAdd(ids.Text(row) ?? "", row);
        }

        return rows;
    }
}
