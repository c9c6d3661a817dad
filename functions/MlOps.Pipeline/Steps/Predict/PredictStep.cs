using System.Globalization;
using System.Text.Json;
using MlOps.Learning.Learners;
using MlOps.Evaluation.Metrics;
using MlOps.Pipeline.Artifacts;
using MlOps.Pipeline.Definitions;
using MlOps.Pipeline.Steps.Accumulate;
using MlOps.Pipeline.Steps.Evaluate;
using MlOps.Pipeline.Steps.Explain;
using MlOps.Pipeline.Steps.Featurize;
using MlOps.Pipeline.Steps.Join;
using MlOps.Pipeline.Steps.Labels;
using MlOps.Pipeline.Steps.Train;
using MlOps.Pipeline.Steps.Transforms;
using MlOps.Pipeline.Steps.Validate;
using MlOps.Storage;
using MlOps.Tabular;

namespace MlOps.Pipeline.Steps.Predict;

/// <summary>
/// Predicts a drop: <c>predictions.csv</c> with id, class, score and, where asked for, reasons of every row, in the drop's order, and on request the same as <c>predictions.parquet</c>. Labels in the drop are
/// read only afterwards, by a step of their own that measures the scores.
/// </summary>
public sealed class PredictStep : Step<PredictInput, PredictResult>
{
    internal const string Name = "predict";
    internal const string MeasureName = "measure";
    internal const string PredictionsOutput = "predictions.csv";
    internal const string ParquetOutput = "predictions.parquet";
    internal const string ScoresOutput = "scores.bin";
    private const int Version = 2;

    private readonly StepContext _context;

    private readonly JoinStep _join;

    internal PredictStep(StepContext context, JoinStep join) : base(Name, MeasureName)
    {
        _context = context;
        _join = join;
    }

    /// <summary>Runs the step, or finds it done; measures the scores where the drop carries labels.</summary>
    /// <param name="input">Drop, model and threshold.</param>
    /// <param name="cancellation">Stops the step.</param>
    public override async Task<PredictResult> RunAsync(PredictInput input, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(input);
        var pipeline = PipelineName.Parse(input.Pipeline);
        var definition = await _context.Definitions.LoadAsync(pipeline, input.DefinitionHash, cancellation);
        var features = await _context.Runner.ReadRecordAsync(pipeline, input.FeaturizeKey, cancellation);
        var modelHash = await TrainedModel.HashAsync(_context, pipeline, input.TrainKey, cancellation);
        var evaluation = (await _context.Runner.ReadRecordAsync(pipeline, input.EvaluateKey, cancellation)).ResultOf<EvaluateResult>();
        var inputs = new Dictionary<string, string>
        {
            ["columns"] = StepContext.Part(new { definition.Output.Id, definition.Output.Target, definition.Output.Score }),
            ["features"] = features.Output(FeaturizeStep.FeaturesOutput).Sha256,
            ["ids"] = features.Output(ValidateStep.IdsOutput).Sha256,
            ["model"] = modelHash,
            ["target"] = StepContext.Part(new { definition.Task, evaluation.Classes, evaluation.Threshold }),
        };
        if (definition.Output.Reasons > 0)
        {
            inputs["reasons"] = definition.Output.Reasons.ToString(CultureInfo.InvariantCulture);
            inputs["table"] = features.Inputs["table"];
            inputs["transform"] = features.Inputs["transform"];
        }

        if (definition.Output.Parquet)
        {
            inputs["format"] = ParquetOutput;
        }

        var spec = new StepSpec(pipeline, Name, Version, Period.Parse(input.Period).Value, inputs, StepContext.Request(input));
        var result = await _context.Runner.RunAsync(
            spec, (work, stop) => WorkAsync(input, pipeline, definition, modelHash, evaluation, work, stop), cancellation);
        return features.Outputs.Any(o => o.Name == FeaturizeStep.LabelsOutput)
            ? result with { Metrics = await MeasureAsync(input, pipeline, definition, features, result.RequireKey(), evaluation, cancellation) }
            : result;
    }

    private async Task<PredictResult> WorkAsync(
        PredictInput input, PipelineName pipeline, PipelineDefinition definition, string modelHash, EvaluateResult evaluation, StepWork work, CancellationToken cancellation)
    {
        var features = await _context.OpenTableAsync(pipeline, input.FeaturizeKey, FeaturizeStep.FeaturesOutput, cancellation);
        var ids = (await _context.OpenTableAsync(pipeline, input.FeaturizeKey, ValidateStep.IdsOutput, cancellation)).Columns[0];
        var model = await TrainedModel.OpenAsync(_context, pipeline, input.TrainKey, cancellation);
        var columns = features.Columns.Select(c => ((NumberColumn)c).Values).ToArray();
        var scores = Predictions.Scores(model, columns, _context.Options);
        var reasons = definition.Output.Reasons == 0 || !model.ExplainsRows
            ? null
            : await ReasonsAsync(input, pipeline, definition, model, columns, scores, cancellation);
        var file = await work.WriteAsync(
            PredictionsOutput, s => PredictionFile.Write(s, definition, ids, scores, evaluation, reasons), cancellation);
        await work.WriteAsync(ScoresOutput, new Table([new NumberColumn("score", scores)], rowCount: scores.Length).Save, cancellation);
        var parquet = definition.Output.Parquet
            ? await work.WriteAsync(ParquetOutput, s => PredictionTable.Write(s, definition, ids, scores, evaluation, reasons, modelHash), cancellation) : null;
        return new PredictResult(ids.RowCount, file.Sha256, modelHash, new Dictionary<string, double>()) { ParquetSha256 = parquet?.Sha256 };
    }

    // The values that people read are those of the file, not what the transform made of them.
    private async Task<RowReasons> ReasonsAsync(
        PredictInput input, PipelineName pipeline, PipelineDefinition definition, LearnedModel model, double[][] columns, double[] scores, CancellationToken cancellation)
    {
        var record = await _context.Runner.ReadRecordAsync(pipeline, input.FeaturizeKey, cancellation);
        var request = record.Request.Deserialize<FeaturizeInput>(ArtifactJson.Compact)!;
        var key = await _join.TableKeyAsync(input.RunId, pipeline, input.DefinitionHash, request.Score!, request.Initial!, cancellation);
        var table = await _context.OpenTableAsync(pipeline, key, ValidateStep.TableOutput, cancellation);
        await using var json = await _context.Runner.OpenAsync(pipeline, request.AccumulateKey, AccumulateStep.TransformOutput, cancellation);
        var transform = Transform.Load(json);
        var width = model.Outputs;
        return RowReasons.Find(
            new Contributions(model, transform), transform, table, columns,
            row => ReasonedOutput(scores, row, width),
            definition.Output.Reasons, _context.Options.EffectiveThreads, cancellation);
    }

    /// <summary>The output that a row's reasons are about: the predicted class, where there are several.</summary>
    internal static int ReasonedOutput(double[] scores, int row, int width) => width == 1 ? 0 : MulticlassMetrics.MostProbable(scores.AsSpan(row * width, width));

    private async Task<IReadOnlyDictionary<string, double>> MeasureAsync(
        PredictInput input, PipelineName pipeline, PipelineDefinition definition, StepRecord features, string predictKey, EvaluateResult evaluation, CancellationToken cancellation)
    {
        var spec = new StepSpec(
            pipeline, MeasureName, Version, Period.Parse(input.Period).Value,
            new Dictionary<string, string>
            {
                ["label"] = StepContext.Part(new { definition.Task, evaluation.Classes }),
                ["labels"] = features.Output(FeaturizeStep.LabelsOutput).Sha256,
                ["scores"] = await _context.HashAsync(pipeline, predictKey, ScoresOutput, cancellation),
                ["threshold"] = StepContext.Part(evaluation.Threshold),
            },
            StepContext.Request(input));
        var measured = await _context.Runner.RunAsync(
            spec,
            async (_, stop) =>
            {
                var column = (await _context.OpenTableAsync(pipeline, input.FeaturizeKey, FeaturizeStep.LabelsOutput, stop)).Columns[0];
                var scores = ((NumberColumn)(await _context.OpenTableAsync(pipeline, predictKey, ScoresOutput, stop)).Columns[0]).Values;
                var labels = definition.Task == TaskKind.Regression
                    ? ((NumberColumn)column).Values
                    : new LabelValues(evaluation.Classes).Read(column);
                return new MeasureResult(Measure(definition.Task, evaluation, labels, scores));
            },
            cancellation);
        return measured.Metrics;
    }

    // Rows without a label yet say nothing about the scores.
    private static IReadOnlyDictionary<string, double> Measure(TaskKind task, EvaluateResult evaluation, double[] labels, double[] scores)
    {
        var width = task == TaskKind.Multiclass ? evaluation.Classes.Count : 1;
        var known = Enumerable.Range(0, labels.Length).Where(i => !double.IsNaN(labels[i])).ToArray();
        return known.Length == 0
            ? new Dictionary<string, double>()
            : TaskMetrics.Of(
                task, evaluation.Classes.Count, known.Select(i => labels[i]).ToArray(),
                known.SelectMany(i => new ArraySegment<double>(scores, i * width, width)).ToArray(), evaluation.Threshold);
    }
}

/// <summary>Metrics of scores against labels that came with, or after, a drop.</summary>
/// <param name="Metrics">By name.</param>
internal sealed record MeasureResult(IReadOnlyDictionary<string, double> Metrics) : StepResult;
