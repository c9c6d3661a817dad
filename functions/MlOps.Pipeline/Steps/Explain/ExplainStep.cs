using System.Globalization;
using System.Text.Json;
using MlOps.Pipeline.Artifacts;
using MlOps.Pipeline.Steps.Accumulate;
using MlOps.Pipeline.Steps.Split;
using MlOps.Pipeline.Steps.Train;
using MlOps.Pipeline.Steps.Transforms;
using MlOps.Pipeline.Steps.Validate;
using MlOps.Storage;

namespace MlOps.Pipeline.Steps.Explain;

/// <summary>
/// Explains the model that predicts: gain and split importance, and SHAP contributions on a seeded sample of its test rows.
/// Output: <c>explanation.json</c>.
/// </summary>
public sealed class ExplainStep : Step<ExplainInput, ExplainResult>
{
    internal const string Name = "explain";
    internal const string ExplanationOutput = "explanation.json";
    private const int Version = 1;

    private const int UsualLeaves = 31;
    private const int ColumnsWithPoints = 15;
    private const int TopColumns = 10;

    private readonly StepContext _context;

    internal ExplainStep(StepContext context) : base(Name) => _context = context;

    /// <summary>Runs the step, or finds it done.</summary>
    /// <param name="input">The model and its history.</param>
    /// <param name="cancellation">Stops the step.</param>
    public override async Task<ExplainResult> RunAsync(ExplainInput input, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(input);
        var pipeline = PipelineName.Parse(input.Pipeline);
        var definition = await _context.Definitions.LoadAsync(pipeline, input.DefinitionHash, cancellation);
        var history = await _context.Runner.ReadRecordAsync(pipeline, input.AccumulateKey, cancellation);
        var sample = await SampleAsync(pipeline, input.TrainKey, cancellation);
        var spec = new StepSpec(
            pipeline, Name, Version, "final",
            new Dictionary<string, string>
            {
                ["history"] = history.Output(AccumulateStep.HistoryOutput).Sha256,
                ["model"] = await TrainedModel.HashAsync(_context, pipeline, input.TrainKey, cancellation),
                ["sample"] = StepContext.Part(new { Rows = sample, definition.Split.Seed }),
                ["schema"] = history.Output(AccumulateStep.SchemaOutput).Sha256,
                ["split"] = history.Output(AccumulateStep.SplitOutput).Sha256,
                ["transform"] = history.Output(AccumulateStep.TransformOutput).Sha256,
            },
            StepContext.Request(input));
        return await _context.Runner.RunAsync(
            spec,
            async (work, stop) =>
            {
                var explanation = await ExplainAsync(input, pipeline, sample, definition.Split.Seed, stop);
                await work.WriteAsync(ExplanationOutput, s => JsonSerializer.Serialize(s, explanation, ArtifactJson.Compact), stop);
                return new ExplainResult(explanation.Rows, [.. explanation.Columns.Take(TopColumns).Select(c => c.Column)]);
            },
            cancellation);
    }

    private async Task<int> SampleAsync(PipelineName pipeline, string trainKey, CancellationToken cancellation)
    {
        var trained = (await _context.Runner.ReadRecordAsync(pipeline, trainKey, cancellation)).ResultOf<TrainResult>();
        return ExplainSample.Rows(trained.Trees, trained.Parameters.TryGetValue("num_leaves", out var text) && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var leaves) ? leaves : UsualLeaves);
    }

    private async Task<Explanation> ExplainAsync(ExplainInput input, PipelineName pipeline, int sample, int seed, CancellationToken cancellation)
    {
        var history = await HistoryRows.OpenAsync(_context, pipeline, input.AccumulateKey, cancellation);
        var model = await TrainedModel.OpenAsync(_context, pipeline, input.TrainKey, cancellation);
        await using var json = await _context.Runner.OpenAsync(pipeline, input.AccumulateKey, AccumulateStep.SchemaOutput, cancellation);
        var classes = FileSchema.Load(json).LabelClasses ?? [];
        var test = history.Rows(Part.Test);
        var rows = RowSample.Take(test.Length > 0 ? test : history.Rows(Part.Train), sample, seed);
        var contributions = new Contributions(model, history.Transform);
        var values = model.ExplainsRows
            ? contributions.Of(TransformApply.Apply(history.Transform, history.Table, rows), 0, rows.Length, _context.Options.EffectiveThreads)
            : new double[rows.Length * contributions.Width];
        var effects = new ColumnEffects(model, history, rows, values);
        return new Explanation(
            test.Length > 0 ? "test" : "train", rows.Length,
            model.Outputs == 1 ? [""] : classes,
            [.. Enumerable.Range(0, model.Outputs).Select(k => values.Length == 0 ? 0 : values[(k * (contributions.Columns + 1)) + contributions.Columns])],
            effects.Columns(ColumnsWithPoints),
            effects.Features(),
            ImportanceOnly: !model.ExplainsRows);
    }
}
