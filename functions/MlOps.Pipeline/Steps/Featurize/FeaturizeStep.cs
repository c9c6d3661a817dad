using MlOps.Pipeline.Artifacts;
using MlOps.Pipeline.Definitions;
using MlOps.Pipeline.Steps.Accumulate;
using MlOps.Pipeline.Steps.Join;
using MlOps.Pipeline.Steps.Split;
using MlOps.Pipeline.Steps.Transforms;
using MlOps.Pipeline.Steps.Validate;
using MlOps.Storage;
using MlOps.Tabular;

namespace MlOps.Pipeline.Steps.Featurize;

/// <summary>
/// Applies the fitted transform. For <c>train</c>: features and labels of the train and valid parts (<c>train.bin</c>,
/// <c>valid.bin</c>), where folds validate each row's fold, train rows first (<c>folds.bin</c>), and where older rows weigh less each row's weight, in the same order (<c>weights.bin</c>). For <c>score</c>: <c>features.bin</c>, <c>ids.bin</c> and, where the drop carries
/// labels, <c>labels.bin</c>, which only metrics read.
/// </summary>
public sealed class FeaturizeStep : Step<FeaturizeInput, FeaturizeResult>
{
    internal const string TrainName = "featurize-train";
    internal const string ScoreName = "featurize-score";
    internal const string TrainPart = "train";
    internal const string ScorePart = "score";
    internal const string TrainOutput = "train.bin";
    internal const string ValidOutput = "valid.bin";
    internal const string FoldsOutput = "folds.bin";
    internal const string WeightsOutput = "weights.bin";
    internal const string FeaturesOutput = "features.bin";
    internal const string LabelsOutput = "labels.bin";
    private const int ScoreVersion = 4;
    private const int TrainVersion = 5;

    private readonly StepContext _context;
    private readonly JoinStep _join;

    internal FeaturizeStep(StepContext context, JoinStep join) : base(TrainName, ScoreName)
    {
        _context = context;
        _join = join;
    }

    /// <summary>Runs the step, or finds it done.</summary>
    /// <param name="input">What to featurize.</param>
    /// <param name="cancellation">Stops the step.</param>
    public override async Task<FeaturizeResult> RunAsync(FeaturizeInput input, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(input);
        var pipeline = PipelineName.Parse(input.Pipeline);
        var definition = await _context.Definitions.LoadAsync(pipeline, input.DefinitionHash, cancellation);
        return input.Part switch
        {
            TrainPart => await TrainAsync(input, pipeline, cancellation),
            ScorePart => await ScoreAsync(input, pipeline, definition, cancellation),
            _ => throw new ArgumentException($"'{input.Part}' is no part: train or score.", nameof(input)),
        };
    }

    private async Task<FeaturizeResult> TrainAsync(FeaturizeInput input, PipelineName pipeline, CancellationToken cancellation)
    {
        var record = await _context.Runner.ReadRecordAsync(pipeline, input.AccumulateKey, cancellation);
        var folded = record.Outputs.Any(o => o.Name == AccumulateStep.FoldsOutput);
        var inputs = new Dictionary<string, string>
        {
            ["folds"] = folded ? record.Output(AccumulateStep.FoldsOutput).Sha256 : "none",
            ["history"] = record.Output(AccumulateStep.HistoryOutput).Sha256,
            ["schema"] = record.Output(AccumulateStep.SchemaOutput).Sha256,
            ["split"] = record.Output(AccumulateStep.SplitOutput).Sha256,
            ["transform"] = record.Output(AccumulateStep.TransformOutput).Sha256,
        };
        var weighted = record.Outputs.FirstOrDefault(o => o.Name == AccumulateStep.WeightsOutput);
        if (weighted is not null)
        {
            inputs["weights"] = weighted.Sha256;
        }

        var spec = new StepSpec(pipeline, TrainName, TrainVersion, TrainPart, inputs, StepContext.Request(input));
        return await _context.Runner.RunAsync(
            spec,
            async (work, stop) =>
            {
                var history = await HistoryRows.OpenAsync(_context, pipeline, input.AccumulateKey, stop);
                var (rows, folds) = (0, new List<byte>());
                var foldOf = folded ? await FoldsAsync(pipeline, input.AccumulateKey, history.Parts.Length, stop) : null;
                foreach (var (part, output) in new[] { (Part.Train, TrainOutput), (Part.Valid, ValidOutput) })
                {
                    var of = history.Rows(part);
                    rows += of.Length;
                    await work.WriteAsync(output, s => FeatureTable.Write(s, history.Transform, history.Table, of, history.Labels(of)), stop);
                    folds.AddRange(foldOf is null ? [] : of.Select(row => foldOf[row]));
                }

                if (weighted is not null)
                {
                    var weights = ((NumberColumn)(await _context.OpenTableAsync(pipeline, input.AccumulateKey, AccumulateStep.WeightsOutput, stop)).Columns[0]).Values;
                    var ordered = new NumberColumn("weight", [.. history.Rows(Part.Train).Concat(history.Rows(Part.Valid)).Select(row => weights[row])]);
                    await work.WriteAsync(WeightsOutput, new Table([ordered], rowCount: ordered.RowCount).Save, stop);
                }

                if (folded)
                {
                    await work.WriteAsync(FoldsOutput, s => s.Write([.. folds]), stop);
                }

                var classes = await ClassesAsync(pipeline, input.AccumulateKey, stop);
                return new FeaturizeResult(
                    rows, history.Transform.FeatureNames().Count, history.Transform.CategoricalFeatures(), classes.Count, [],
                    folded ? folds.Max() + 1 : 0, classes, history.Transform.OneHotGroups());
            },
            cancellation);
    }

    private async Task<FeaturizeResult> ScoreAsync(
        FeaturizeInput input, PipelineName pipeline, PipelineDefinition definition, CancellationToken cancellation)
    {
        if (input.Score is not { } score || input.Initial is not { } initial)
        {
            throw new ArgumentException("featurize(score) needs the drop to be predicted and the initial drop.", nameof(input));
        }

        var tableKey = await _join.TableKeyAsync(input.RunId, pipeline, input.DefinitionHash, score, initial, cancellation);
        var transformHash = await _context.HashAsync(pipeline, input.AccumulateKey, AccumulateStep.TransformOutput, cancellation);
        var spec = new StepSpec(
            pipeline, ScoreName, ScoreVersion, Period.Parse(score.Period).Value,
            new Dictionary<string, string>
            {
                ["label"] = definition.Label,
                ["table"] = await _context.HashAsync(pipeline, tableKey, ValidateStep.TableOutput, cancellation),
                ["transform"] = transformHash,
            },
            StepContext.Request(input));
        return await _context.Runner.RunAsync(
            spec,
            async (work, stop) =>
            {
                var table = await _context.OpenTableAsync(pipeline, tableKey, ValidateStep.TableOutput, stop);
                var ids = await _context.OpenTableAsync(pipeline, tableKey, ValidateStep.IdsOutput, stop);
                await using var json = await _context.Runner.OpenAsync(pipeline, input.AccumulateKey, AccumulateStep.TransformOutput, stop);
                var transform = Transform.Load(json);
                var findings = new List<Finding>();
                await work.WriteAsync(FeaturesOutput, s => FeatureTable.Write(s, transform, table, StepContext.AllRows(table.RowCount), labels: null, findings), stop);
                await work.WriteAsync(ValidateStep.IdsOutput, ids.Save, stop);
                if (table.Find(definition.Label) is { } label)
                {
                    await work.WriteAsync(LabelsOutput, new Table([label]).Save, stop);
                }

                return new FeaturizeResult(table.RowCount, transform.FeatureNames().Count, transform.CategoricalFeatures(), (await ClassesAsync(pipeline, input.AccumulateKey, stop)).Count, findings);
            },
            cancellation);
    }

    private async Task<byte[]> FoldsAsync(PipelineName pipeline, string accumulateKey, int rows, CancellationToken cancellation)
    {
        var folds = new byte[rows];
        await using var stream = await _context.Runner.OpenAsync(pipeline, accumulateKey, AccumulateStep.FoldsOutput, cancellation);
        await stream.ReadExactlyAsync(folds, cancellation);
        return folds;
    }

    private async Task<IReadOnlyList<string>> ClassesAsync(PipelineName pipeline, string accumulateKey, CancellationToken cancellation)
    {
        await using var json = await _context.Runner.OpenAsync(pipeline, accumulateKey, AccumulateStep.SchemaOutput, cancellation);
        return FileSchema.Load(json).LabelClasses ?? [];
    }
}
