using System.Globalization;
using System.Text.Json;
using MlOps.Boosting;
using MlOps.Pipeline.Artifacts;
using MlOps.Pipeline.Definitions;
using MlOps.Pipeline.Steps.Featurize;
using MlOps.Tabular;

namespace MlOps.Pipeline.Steps.Train;

/// <summary>
/// Trains. A trial finds the best number of rounds on rows that it does not learn from; a final model learns that many rounds, and more as
/// there are more rows, from all rows but the test part. Outputs: <c>training.json</c> (metric by round), <c>held.bin</c> (scores of
/// rows that were not learned from, by which thresholds and challengers are chosen), and of a final model <c>model.txt</c> (LightGBM's format).
/// </summary>
public sealed class TrainStep
{
    internal const string Name = "train";
    internal const string ModelOutput = "model.txt";
    internal const string TrainingOutput = "training.json";
    internal const string HeldOutput = "held.bin";
    private const int Version = 2;

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
        var inputs = new Dictionary<string, string>
        {
            ["features"] = StepContext.Part(shape with { Step = null, Warnings = [] }),
            ["folds"] = shape.Folds > 0 ? features.Output(FeaturizeStep.FoldsOutput).Sha256 : "none",
            ["model"] = StepContext.Part(settings),
            ["train data"] = features.Output(FeaturizeStep.TrainOutput).Sha256,
            ["valid data"] = features.Output(FeaturizeStep.ValidOutput).Sha256,
        };
        var isFinal = input.Learner is null && !input.Trial;
        var trial = isFinal ? await RunAsync(input with { Trial = true }, cancellation) : null;
        if (isFinal)
        {
            inputs["refit"] = StepContext.Part(definition.Validation.Refit);
        }

        var spec = new StepSpec(
            pipeline, Name, Version, input.Learner ?? (input.Trial ? "trial" : "final"), inputs, StepContext.Request(input));
        return await _context.Runner.RunAsync(
            spec,
            async (work, stop) =>
            {
                var room = await _context.EnterTrainingAsync(stop);
                try
                {
                    // Trials run beside each other, one thread each; the result does not depend on it.
                    var threads = input.Trial && input.Parameters is not null ? 1 : _context.Options.EffectiveThreads;
                    var rows = await RowsAsync(pipeline, input.FeaturizeKey, shape, input.Learner is null, stop);
                    return trial is null
                        ? await ValidateAsync(rows, settings, threads, input.Learner is not null, work, stop)
                        : await FitAsync(rows, settings, threads, trial, pipeline, definition, work, stop);
                }
                finally
                {
                    room.Release();
                }
            },
            cancellation);
    }

    private async Task<LearningRows> RowsAsync(PipelineName pipeline, string key, FeaturizeResult shape, bool folded, CancellationToken cancellation)
    {
        var (names, columns, label) = FeatureTable.Read(await _context.OpenTableAsync(pipeline, key, FeaturizeStep.TrainOutput, cancellation));
        var (_, validColumns, validLabel) = FeatureTable.Read(await _context.OpenTableAsync(pipeline, key, FeaturizeStep.ValidOutput, cancellation));
        byte[]? folds = null;
        if (folded && shape.Folds > 0)
        {
            folds = new byte[label.Length + validLabel.Length];
            await using var stream = await _context.Runner.OpenAsync(pipeline, key, FeaturizeStep.FoldsOutput, cancellation);
            await stream.ReadExactlyAsync(folds, cancellation);
        }

        return new LearningRows(
            names, [.. columns.Select((c, i) => (double[])[.. c, .. validColumns[i]])], [.. label, .. validLabel], label.Length, folds, shape);
    }

    private static async Task<TrainResult> ValidateAsync(
        LearningRows rows, IReadOnlyDictionary<string, string> settings, int threads, bool keepsModel, StepWork work, CancellationToken cancellation)
    {
        var parameters = LearnerParameters.Parse(settings, threads);
        var validated = ValidatedTraining.Run(parameters, rows, threads, cancellation);
        await work.WriteAsync(TrainingOutput, s => JsonSerializer.Serialize(s, validated.Curve, ArtifactJson.Compact), cancellation);
        var held = new NumberColumn("score", validated.Held);
        await work.WriteAsync(HeldOutput, new Table([held], rowCount: held.RowCount).Save, cancellation);
        var (sha256, trees) = ("", 0);
        if (keepsModel)
        {
            (sha256, trees) = await LearnAsync(rows.First(rows.TrainRows), settings, validated.Rounds, threads, work, cancellation);
        }

        return new TrainResult(
            sha256, validated.Curve.Length, validated.Rounds, trees, validated.Metric, validated.Score, validated.HigherIsBetter, validated.Work, settings);
    }

    private async Task<TrainResult> FitAsync(
        LearningRows rows, IReadOnlyDictionary<string, string> settings, int threads, TrainResult trial,
        PipelineName pipeline, PipelineDefinition definition, StepWork work, CancellationToken cancellation)
    {
        foreach (var output in (string[])[TrainingOutput, HeldOutput])
        {
            await using var from = await _context.Runner.OpenAsync(pipeline, trial.RequireKey(), output, cancellation);
            using var bytes = new MemoryStream();
            await from.CopyToAsync(bytes, cancellation);
            await work.WriteAsync(output, s => s.Write(bytes.GetBuffer(), 0, (int)bytes.Length), cancellation);
        }

        var refit = definition.Validation.Refit || rows.Folds is not null;
        // A number of rounds that the definition fixes is kept; one that was found grows with the rows.
        var grows = refit && LearnerParameters.Parse(settings, threads).EarlyStoppingRound > 0;
        var rounds = grows ? (int)Math.Round(trial.BestIteration * rows.Growth, MidpointRounding.AwayFromZero) : trial.BestIteration;
        var learned = refit ? rows : rows.First(rows.TrainRows);
        var (sha256, trees) = await LearnAsync(learned, settings, rounds, threads, work, cancellation);
        return trial with
        {
            Step = null,
            ModelSha256 = sha256,
            BestIteration = rounds,
            Trees = trees,
            Work = trial.Work + ((long)learned.Label.Length * rounds * LearnerParameters.Parse(settings, threads).NumLeaves),
        };
    }

    private static async Task<(string Sha256, int Trees)> LearnAsync(
        LearningRows rows, IReadOnlyDictionary<string, string> settings, int rounds, int threads, StepWork work, CancellationToken cancellation)
    {
        var parameters = LearnerParameters.Parse(
            new SortedDictionary<string, string>(settings.ToDictionary(s => s.Key, s => s.Value, StringComparer.Ordinal), StringComparer.Ordinal)
            {
                ["early_stopping_round"] = "0",
                ["num_iterations"] = rounds.ToString(CultureInfo.InvariantCulture),
            },
            threads);
        using var train = Dataset.Create(rows.Columns, rows.Names, rows.Label, parameters, rows.Shape.Categorical);
        var booster = Booster.Train(parameters, train, cancellation: cancellation);
        return ((await work.WriteAsync(ModelOutput, booster.Save, cancellation)).Sha256, booster.NumberOfTrees);
    }
}
