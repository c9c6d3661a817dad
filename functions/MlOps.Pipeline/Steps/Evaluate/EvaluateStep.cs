using System.Text.Json;
using MlOps.Evaluation.Metrics;
using MlOps.Pipeline.Artifacts;
using MlOps.Pipeline.Definitions;
using MlOps.Pipeline.Steps.Accumulate;
using MlOps.Pipeline.Steps.Split;
using MlOps.Pipeline.Steps.Train;
using MlOps.Pipeline.Steps.Transforms;
using MlOps.Pipeline.Steps.Validate;
using MlOps.Storage;

namespace MlOps.Pipeline.Steps.Evaluate;

/// <summary>Chooses the threshold by scores of rows that were not learned from, and measures on all parts. Outputs: <c>metrics.json</c>, <c>evaluation.json</c> (<see cref="EvaluationDocument"/>).</summary>
public sealed class EvaluateStep : Step<EvaluateInput, EvaluateResult>
{
    internal const string Name = "evaluate";
    internal const string MetricsOutput = "metrics.json";
    internal const string DocumentOutput = "evaluation.json";
    private const int Version = 3;

    private readonly StepContext _context;

    internal EvaluateStep(StepContext context) : base(Name) => _context = context;

    /// <summary>Runs the step, or finds it done.</summary>
    /// <param name="input">Model and history.</param>
    /// <param name="cancellation">Stops the step.</param>
    public override async Task<EvaluateResult> RunAsync(EvaluateInput input, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(input);
        var pipeline = PipelineName.Parse(input.Pipeline);
        var definition = await _context.Definitions.LoadAsync(pipeline, input.DefinitionHash, cancellation);
        var history = await _context.Runner.ReadRecordAsync(pipeline, input.AccumulateKey, cancellation);
        var spec = new StepSpec(
            pipeline, Name, Version, "final",
            new Dictionary<string, string>
            {
                ["history"] = history.Output(AccumulateStep.HistoryOutput).Sha256,
                ["held"] = await HeldScores.HashAsync(_context, pipeline, input.TrainKey, cancellation),
                ["model"] = await TrainedModel.HashAsync(_context, pipeline, input.TrainKey, cancellation),
                ["split"] = history.Output(AccumulateStep.SplitOutput).Sha256,
                ["task"] = StepContext.Part(definition.Task),
                ["threshold"] = StepContext.Part(new { definition.Output.Threshold, definition.Output.ThresholdRule, definition.Output.FalsePositiveCost, definition.Output.FalseNegativeCost, definition.Output.LeastPrecision }),
                ["transform"] = history.Output(AccumulateStep.TransformOutput).Sha256,
            },
            StepContext.Request(input));
        return await _context.Runner.RunAsync(spec, (work, stop) => WorkAsync(input, pipeline, definition, work, stop), cancellation);
    }

    private async Task<EvaluateResult> WorkAsync(
        EvaluateInput input, PipelineName pipeline, PipelineDefinition definition, StepWork work, CancellationToken cancellation)
    {
        var history = await HistoryRows.OpenAsync(_context, pipeline, input.AccumulateKey, cancellation);
        var model = await TrainedModel.OpenAsync(_context, pipeline, input.TrainKey, cancellation);
        var scores = new Dictionary<Part, (double[] Labels, double[] Scores)>();
        foreach (var part in new[] { Part.Train, Part.Test })
        {
            cancellation.ThrowIfCancellationRequested();
            var rows = history.Rows(part);
            scores[part] = (history.Labels(rows), Predictions.Scores(model, TransformApply.Apply(history.Transform, history.Table, rows), _context.Options));
        }

        await using var json = await _context.Runner.OpenAsync(pipeline, input.AccumulateKey, AccumulateStep.SchemaOutput, cancellation);
        var classes = FileSchema.Load(json).LabelClasses ?? [];
        var held = await HeldScores.OpenAsync(_context, pipeline, input.TrainKey, history, model, definition.Task == TaskKind.Multiclass ? classes.Count : 1, cancellation);
        scores[Part.Valid] = held.Valid;
        var threshold = Threshold(definition, held.All.Labels, held.All.Scores);
        var metrics = new SortedDictionary<string, IReadOnlyDictionary<string, double>>(StringComparer.Ordinal);
        foreach (var (part, (labels, predicted)) in scores)
        {
            metrics[part.ToString().ToLowerInvariant()] = TaskMetrics.Of(definition.Task, classes.Count, labels, predicted, threshold);
        }

        await work.WriteAsync(MetricsOutput, s => JsonSerializer.Serialize(s, metrics, ArtifactJson.Indented), cancellation);
        var result = new EvaluateResult(metrics, classes, threshold);
        var document = EvaluationCurves.Document(definition.Task, result, definition.Output.ThresholdRule, scores[Part.Test].Labels, scores[Part.Test].Scores);
        await work.WriteAsync(DocumentOutput, s => JsonSerializer.Serialize(s, document, ArtifactJson.Indented), cancellation);
        return result;
    }

    private static double Threshold(PipelineDefinition definition, double[] labels, double[] scores) =>
        definition.Task != TaskKind.Binary ? definition.Output.Threshold : definition.Output.ThresholdRule switch
        {
            "f1" => BinaryMetrics.BestF1Threshold(labels, scores),
            "cost" => ThresholdRules.LeastCost(labels, scores, definition.Output.FalsePositiveCost, definition.Output.FalseNegativeCost),
            "precision" => ThresholdRules.RecallAtPrecision(labels, scores, definition.Output.LeastPrecision),
            _ => definition.Output.Threshold,
        };
}
