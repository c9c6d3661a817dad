using System.Text.Json;
using MlOps.Learning.Baselines;
using MlOps.Pipeline.Artifacts;
using MlOps.Pipeline.Definitions;
using MlOps.Pipeline.Steps.Accumulate;
using MlOps.Pipeline.Steps.Featurize;
using MlOps.Pipeline.Steps.Split;
using MlOps.Pipeline.Steps.Transforms;
using MlOps.Pipeline.Wording;
using MlOps.Storage;
using MlOps.Tabular;

namespace MlOps.Pipeline.Steps.Leaderboard;

/// <summary>
/// Fits a simple model on the train part and scores the valid and test parts. Outputs: <c>baseline.json</c> (the model),
/// <c>valid.bin</c>, <c>test.bin</c> (scores).
/// </summary>
public sealed class BaselineStep : Step<BaselineInput, BaselineResult>
{
    internal const string Name = "baseline";
    internal const string ModelOutput = "baseline.json";
    internal const string ValidOutput = "valid.bin";
    internal const string TestOutput = "test.bin";
    private const int Version = 1;

    private readonly StepContext _context;

    internal BaselineStep(StepContext context) : base(Name) => _context = context;

    /// <summary>Runs the step, or finds it done.</summary>
    /// <param name="input">Learner and data.</param>
    /// <param name="cancellation">Stops the step.</param>
    /// <exception cref="StepRefusedException">A rule does not fit the data.</exception>
    public override async Task<BaselineResult> RunAsync(BaselineInput input, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(input);
        var pipeline = PipelineName.Parse(input.Pipeline);
        var definition = await _context.Definitions.LoadAsync(pipeline, input.DefinitionHash, cancellation);
        var history = await _context.Runner.ReadRecordAsync(pipeline, input.AccumulateKey, cancellation);
        var inputs = new Dictionary<string, string>
        {
            ["history"] = history.Output(AccumulateStep.HistoryOutput).Sha256,
            ["learner"] = input.Learner,
            ["split"] = history.Output(AccumulateStep.SplitOutput).Sha256,
            ["train data"] = await _context.HashAsync(pipeline, input.FeaturizeKey, FeaturizeStep.TrainOutput, cancellation),
        };
        inputs["settings"] = input.Learner == LearnerSettings.Rule
            ? StepContext.Part(new { definition.Models.Rules, definition.Models.Otherwise })
            : history.Output(AccumulateStep.TransformOutput).Sha256;
        var spec = new StepSpec(pipeline, Name, Version, input.Learner, inputs, StepContext.Request(input));
        return await _context.Runner.RunAsync(
            spec,
            async (work, stop) =>
            {
                var rows = await HistoryRows.OpenAsync(_context, pipeline, input.AccumulateKey, stop);
                var (model, score) = input.Learner == LearnerSettings.Rule
                    ? Rules(definition, rows)
                    : await FitAsync(input, pipeline, rows, stop);
                await work.WriteAsync(ModelOutput, s => JsonSerializer.Serialize(s, model, ArtifactJson.Indented), stop);
                foreach (var (part, output) in new[] { (Part.Valid, ValidOutput), (Part.Test, TestOutput) })
                {
                    var scores = score(rows.Rows(part));
                    await work.WriteAsync(output, new Table([new NumberColumn("score", scores)], rowCount: scores.Length).Save, stop);
                }

                return new BaselineResult(input.Learner);
            },
            cancellation);
    }

    private static (object Model, Func<int[], double[]> Score) Rules(PipelineDefinition definition, HistoryRows history)
    {
        var rules = new RuleBaseline([.. definition.Models.Rules.Select(r => Rule.Parse(r.When, r.Score))], definition.Models.Otherwise);
        return (rules, rows =>
        {
            try
            {
                return rules.Predict(history.Table.TakeRows(rows));
            }
            catch (ArgumentException e)
            {
                throw new StepRefusedException(Sentence.Of("rule-unfit", ("problem", e.Message)));
            }
        });
    }

    private async Task<(object Model, Func<int[], double[]> Score)> FitAsync(
        BaselineInput input, PipelineName pipeline, HistoryRows history, CancellationToken cancellation)
    {
        var (_, columns, label) = FeatureTable.Read(await _context.OpenTableAsync(pipeline, input.FeaturizeKey, FeaturizeStep.TrainOutput, cancellation));
        BaselineModel model = label.Distinct().Take(2).Count() < 2
            ? throw new StepRefusedException(Sentence.Of("one-class", ("learner", input.Learner)))
            : input.Learner switch
            {
                "naive_bayes" => NaiveBayes.Fit(columns, label),
                _ => throw new ArgumentException($"'{input.Learner}' is no simple learner.", nameof(input)),
            };
        return (model, rows => rows.Length == 0 ? [] : model.Predict(TransformApply.Apply(history.Transform, history.Table, rows)));
    }
}
