using System.Text.Json;
using MlOps.Boosting;
using MlOps.Pipeline.Artifacts;
using MlOps.Pipeline.Steps.Featurize;

namespace MlOps.Pipeline.Steps.Train;

/// <summary>Trains with early stopping on the valid part. Outputs: <c>model.txt</c> (LightGBM's format), <c>training.json</c> (metric by round).</summary>
public sealed class TrainStep
{
    internal const string Name = "train";
    internal const string ModelOutput = "model.txt";
    internal const string TrainingOutput = "training.json";
    private const int Version = 1;

    private readonly StepContext _context;

    internal TrainStep(StepContext context) => _context = context;

    /// <summary>Runs the step, or finds it done.</summary>
    /// <param name="input">Features to learn from.</param>
    /// <param name="cancellation">Stops the step, within one round.</param>
    public async Task<TrainResult> RunAsync(TrainInput input, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(input);
        var pipeline = PipelineName.Parse(input.Pipeline);
        var definition = await _context.Definitions.LoadAsync(pipeline, input.DefinitionHash, cancellation);
        var features = await _context.Runner.ReadRecordAsync(pipeline, input.FeaturizeKey, cancellation);
        var shape = features.ResultOf<FeaturizeResult>();
        var settings = input.Learner is { } learner
            ? LearnerParameters.Fixed(learner, definition, shape.Classes, shape.Features)
            : LearnerParameters.Settings(definition, input.Parameters, shape.Classes);
        var spec = new StepSpec(
            pipeline, Name, Version, input.Learner ?? (input.Parameters is null ? "final" : "trial"),
            new Dictionary<string, string>
            {
                ["features"] = StepContext.Part(shape with { Step = null, Warnings = [] }),
                ["model"] = StepContext.Part(settings),
                ["train data"] = features.Output(FeaturizeStep.TrainOutput).Sha256,
                ["valid data"] = features.Output(FeaturizeStep.ValidOutput).Sha256,
            },
            StepContext.Request(input));
        return await _context.Runner.RunAsync(
            spec,
            async (work, stop) =>
            {
                var room = await _context.EnterTrainingAsync(stop);
                try
                {
                    return await TrainAsync(input, pipeline, shape, settings, work, stop);
                }
                finally
                {
                    room.Release();
                }
            },
            cancellation);
    }

    private async Task<TrainResult> TrainAsync(
        TrainInput input, PipelineName pipeline, FeaturizeResult shape, IReadOnlyDictionary<string, string> settings, StepWork work, CancellationToken stop)
    {
        // Trials run beside each other, one thread each; the result does not depend on it.
        var threads = input.Parameters is null ? _context.Options.EffectiveThreads : 1;
        var parameters = LearnerParameters.Parse(settings, threads);
        var (names, columns, label) = FeatureTable.Read(await _context.OpenTableAsync(pipeline, input.FeaturizeKey, FeaturizeStep.TrainOutput, stop));
        using var train = Dataset.Create(columns, names, label, parameters, shape.Categorical);
        (_, columns, label) = FeatureTable.Read(await _context.OpenTableAsync(pipeline, input.FeaturizeKey, FeaturizeStep.ValidOutput, stop));
        using var valid = train.CreateValid(columns, label, threads: threads);
        var rounds = new List<MetricResult>();
        var booster = Booster.Train(
            parameters, train, [new ValidSet("valid", valid)], r => rounds.Add(r.Metrics[0]), stop);
        var model = await work.WriteAsync(ModelOutput, booster.Save, stop);
        await work.WriteAsync(TrainingOutput, s => JsonSerializer.Serialize(s, rounds.Select(r => r.Value), ArtifactJson.Compact), stop);
        var kept = rounds[Math.Clamp(booster.NumberOfIterations, 1, rounds.Count) - 1];
        return new TrainResult(
            model.Sha256, rounds.Count, booster.NumberOfIterations, booster.NumberOfTrees, kept.Metric, kept.Value, kept.HigherIsBetter,
            (long)train.RowCount * rounds.Count * parameters.NumLeaves, settings);
    }
}
