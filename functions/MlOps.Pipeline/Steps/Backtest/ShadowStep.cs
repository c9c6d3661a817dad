using MlOps.Pipeline.Artifacts;
using MlOps.Pipeline.Steps.Evaluate;
using MlOps.Pipeline.Steps.Featurize;
using MlOps.Pipeline.Steps.Predict;
using MlOps.Pipeline.Steps.Train;
using MlOps.Storage;
using MlOps.Tabular;

namespace MlOps.Pipeline.Steps.Backtest;

/// <summary>Scores that are kept and never published.</summary>
/// <param name="Rows">Rows scored, equal to the rows of the drop.</param>
/// <param name="ScoresSha256">SHA-256 of the scores.</param>
public sealed record ShadowResult(long Rows, string ScoresSha256) : StepResult;

/// <summary>
/// What a model that does not predict a period says of it: <c>scores.bin</c>, as <see cref="PredictStep"/> writes it, and no file for anybody. It reads the features
/// alone, never the labels. Where the model is the same and the features are, so are the bytes.
/// </summary>
public sealed class ShadowStep : Step<PredictInput, ShadowResult>
{
    internal const string Name = "shadow";
    private const int Version = 1;

    private readonly StepContext _context;

    internal ShadowStep(StepContext context) : base(Name) => _context = context;

    /// <summary>Runs the step, or finds it done.</summary>
    /// <param name="input">Drop and model.</param>
    /// <param name="cancellation">Stops the step.</param>
    public override async Task<ShadowResult> RunAsync(PredictInput input, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(input);
        var pipeline = PipelineName.Parse(input.Pipeline);
        var spec = new StepSpec(
            pipeline, Name, Version, Period.Parse(input.Period).Value,
            new Dictionary<string, string>
            {
                // Which class is which, and what belongs to which row, is asked of the request's own steps when the scores are measured.
                ["evaluation"] = input.EvaluateKey,
                ["features"] = await _context.HashAsync(pipeline, input.FeaturizeKey, FeaturizeStep.FeaturesOutput, cancellation),
                ["ids"] = await _context.HashAsync(pipeline, input.FeaturizeKey, Validate.ValidateStep.IdsOutput, cancellation),
                ["model"] = await TrainedModel.HashAsync(_context, pipeline, input.TrainKey, cancellation),
            },
            StepContext.Request(input));
        return await _context.Runner.RunAsync(
            spec,
            async (work, stop) =>
            {
                var features = await _context.OpenTableAsync(pipeline, input.FeaturizeKey, FeaturizeStep.FeaturesOutput, stop);
                var model = await TrainedModel.OpenAsync(_context, pipeline, input.TrainKey, stop);
                double[][] columns = [.. features.Columns.Select(c => ((NumberColumn)c).Values)];
                var scores = Predictions.Scores(model, columns, _context.Options);
                var output = await work.WriteAsync(PredictStep.ScoresOutput, new Table([new NumberColumn("score", scores)], rowCount: scores.Length).Save, stop);
                return new ShadowResult(features.RowCount, output.Sha256);
            },
            cancellation);
    }
}
