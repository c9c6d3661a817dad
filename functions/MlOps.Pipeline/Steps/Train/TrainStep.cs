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
        var trials = new List<TrainResult>();
        if (input.Learner is null && !input.Trial)
        {
            foreach (var member in Members(input, definition, shape, settings))
            {
                trials.Add(await RunAsync(input with { Parameters = member, Trial = true, Others = null }, cancellation));
            }

            inputs["model"] = StepContext.Part(trials.Count == 1 ? (object)settings : trials.Select(t => t.Parameters));
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
                    return trials.Count == 0
                        ? await ValidateAsync(rows, settings, threads, input.Learner is not null, work, stop)
                        : await FitAsync(rows, trials, threads, pipeline, definition, work, stop);
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
            (sha256, trees) = await WriteAsync(Learn(rows.First(rows.TrainRows), settings, validated.Rounds, threads, cancellation), work, cancellation);
        }

        return new TrainResult(
            sha256, validated.Curve.Length, validated.Rounds, trees, validated.Metric, validated.Score, validated.HigherIsBetter, validated.Work, settings);
    }

    private async Task<TrainResult> FitAsync(
        LearningRows rows, IReadOnlyList<TrainResult> trials, int threads, PipelineName pipeline, PipelineDefinition definition, StepWork work, CancellationToken cancellation)
    {
        var refit = definition.Validation.Refit || rows.Folds is not null;
        var learned = refit ? rows : rows.First(rows.TrainRows);
        var boosters = new List<Booster>();
        var (most, done) = (0, 0L);
        double[]? held = null;
        foreach (var trial in trials)
        {
            // A number of rounds that the definition fixes is kept; one that was found grows with the rows.
            var parameters = LearnerParameters.Parse(trial.Parameters, threads);
            var rounds = refit && parameters.EarlyStoppingRound > 0
                ? (int)Math.Round(trial.BestIteration * rows.Growth, MidpointRounding.AwayFromZero)
                : trial.BestIteration;
            boosters.Add(Learn(learned, trial.Parameters, rounds, threads, cancellation));
            (most, done) = (Math.Max(most, rounds), done + trial.Work + ((long)learned.Label.Length * rounds * parameters.NumLeaves));
            var scores = ((NumberColumn)(await _context.OpenTableAsync(pipeline, trial.RequireKey(), HeldOutput, cancellation)).Columns[0]).Values;
            held = held is null ? scores : [.. held.Select((sum, i) => sum + scores[i])];
        }

        await using (var curve = await _context.Runner.OpenAsync(pipeline, trials[0].RequireKey(), TrainingOutput, cancellation))
        {
            var rounds = await JsonSerializer.DeserializeAsync<double[]>(curve, ArtifactJson.Compact, cancellation);
            await work.WriteAsync(TrainingOutput, s => JsonSerializer.Serialize(s, rounds, ArtifactJson.Compact), cancellation);
        }

        var mean = new NumberColumn("score", Array.ConvertAll(held!, sum => sum / trials.Count));
        await work.WriteAsync(HeldOutput, new Table([mean], rowCount: mean.RowCount).Save, cancellation);
        var (sha256, trees) = await WriteAsync(Booster.Average(boosters), work, cancellation);
        return trials[0] with { Step = null, ModelSha256 = sha256, BestIteration = most, Trees = trees, Work = done };
    }

    /// <summary>Parameters of the trials whose models the final model is the mean of, the best first.</summary>
    private static IEnumerable<IReadOnlyDictionary<string, string>?> Members(
        TrainInput input, PipelineDefinition definition, FeaturizeResult shape, IReadOnlyDictionary<string, string> settings)
    {
        var wanted = definition.Tune.Ensemble ?? (shape.Folds > 0 ? TuneSettings.SmallEnsemble : 1);
        var isForest = LearnerParameters.Parse(settings, 1).Boosting == "rf";
        return [input.Parameters, .. isForest ? [] : (input.Others ?? []).Take(wanted - 1)];
    }

    private static Booster Learn(
        LearningRows rows, IReadOnlyDictionary<string, string> settings, int rounds, int threads, CancellationToken cancellation)
    {
        var parameters = LearnerParameters.Parse(
            new SortedDictionary<string, string>(settings.ToDictionary(s => s.Key, s => s.Value, StringComparer.Ordinal), StringComparer.Ordinal)
            {
                ["early_stopping_round"] = "0",
                ["num_iterations"] = rounds.ToString(CultureInfo.InvariantCulture),
            },
            threads);
        using var train = Dataset.Create(rows.Columns, rows.Names, rows.Label, parameters, rows.Shape.Categorical);
        return Booster.Train(parameters, train, cancellation: cancellation);
    }

    private static async Task<(string Sha256, int Trees)> WriteAsync(Booster booster, StepWork work, CancellationToken cancellation) =>
        ((await work.WriteAsync(ModelOutput, booster.Save, cancellation)).Sha256, booster.NumberOfTrees);
}
