using System.Globalization;
using System.Text.Json;
using MlOps.Boosting.Data;
using MlOps.Boosting;
using MlOps.Learning.Learners;
using MlOps.Pipeline.Artifacts;
using MlOps.Pipeline.Definitions;
using MlOps.Pipeline.Steps.Featurize;
using MlOps.Storage;
using MlOps.Tabular;

namespace MlOps.Pipeline.Steps.Train;

/// <summary>
/// Trains. A trial finds the best number of rounds on rows that it does not learn from; a final model learns that many rounds, and more as
/// there are more rows, from all rows but the test part. Outputs: <c>training.json</c> (metric by round), <c>held.bin</c> (scores of
/// rows that were not learned from, by which thresholds and challengers are chosen), and of a final model <c>model.txt</c> (LightGBM's format)
/// or <c>model.zip</c> (a learner of ML.NET).
/// </summary>
public sealed class TrainStep : Step<TrainInput, TrainResult>
{
    internal const string Name = "train";
    internal const string TrainingOutput = "training.json";
    internal const string HeldOutput = "held.bin";
    private const int Version = 3;

    private readonly StepContext _context;
    private readonly BinStep _bins;
    private readonly AsyncLocal<bool> _inRoom = new();

    internal TrainStep(StepContext context, BinStep bins) : base(Name)
    {
        _context = context;
        _bins = bins;
    }

    /// <summary>Runs the step, or finds it done.</summary>
    /// <param name="input">Features to learn from.</param>
    /// <param name="cancellation">Stops the step, within one round.</param>
    public override async Task<TrainResult> RunAsync(TrainInput input, CancellationToken cancellation = default)
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
        if (input.Learner is null)
        {
            inputs["class weight"] = StepContext.Part(definition.ClassWeight);
            if (BinStep.WeightsOf(features) is { } ages)
            {
                inputs["row weights"] = ages.Sha256;
            }
        }

        if (input.Learner is null && LearnerParameters.Parse(settings, 1).Objective == "mape")
        {
            // The medians of this objective are those of LightGBM 4.7, which lie elsewhere than those of before.
            inputs["weighted percentile"] = "4.7";
        }

        if (input.Pruning is not null)
        {
            inputs["pruning"] = StepContext.Part(new { definition.Tune.Pruner, input.Pruning });
        }

        var trials = new List<TrainResult>();
        if (input.Learner is null && !input.Trial)
        {
            foreach (var member in Members(input, definition, shape, settings))
            {
                trials.Add(await RunAsync(input with { Parameters = member, Trial = true, Others = null, Pruning = null }, cancellation));
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
                if (trials.Count > 0)
                {
                    return await InRoomAsync(async () => await FitAsync(await RowsAsync(stop), trials, _context.Options.EffectiveThreads, pipeline, definition, work, stop), stop);
                }

                if (input.Learner is { } name && KnownLearners.Find(name) is not null)
                {
                    return await InRoomAsync(async () => await OtherLearners.TrainAsync(name, await RowsAsync(stop), definition, settings, _context.Options.EffectiveThreads, work, stop), stop);
                }

                if (input.Learner is not null)
                {
                    return await InRoomAsync(async () => await JudgeFixedAsync(await RowsAsync(stop), settings, _context.Options.EffectiveThreads, work, stop), stop);
                }

                // Trials run beside each other, one thread each; the result does not depend on it.
                var threads = input.Parameters is not null ? 1 : _context.Options.EffectiveThreads;
                if (definition.Tune.Trials > 0)
                {
                    await _bins.RunAsync(Bins(input), stop);
                }

                return await InRoomAsync(async () =>
                {
                    var (binned, held) = definition.Tune.Trials > 0
                        ? await _bins.OpenAsync(Bins(input), pipeline, shape, definition, stop)
                        : await _bins.MakeAsync(pipeline, input.FeaturizeKey, shape, definition, LearnerParameters.Parse(settings, threads), stop);
                    using (binned)
                    {
                        return await JudgeAsync(binned, held, shape, settings, threads, Judge(input, definition), work, stop);
                    }
                }, stop);

                Task<LearningRows> RowsAsync(CancellationToken cancel) => input.Learner is null
                    ? BinStep.ReadAsync(_context, pipeline, input.FeaturizeKey, shape, definition, cancel)
                    : BinStep.ReadPlainAsync(_context, pipeline, input.FeaturizeKey, shape, cancel);
            },
            cancellation);
    }

    // The pruner judges by the trials of earlier waves alone, so that it does not matter who is ahead in a wave.
    private static TrialJudge? Judge(TrainInput input, PipelineDefinition definition) =>
        input.Pruning is { } pruning ? new TrialJudge(Tune.TuneStep.Study(definition), pruning) : null;

    private static BinInput Bins(TrainInput input) => new(input.RunId, input.Pipeline, input.DefinitionHash, input.FeaturizeKey, input.Parameters);

    // A training that finds a trial's output damaged makes it again in its own room: waiting for another would be waiting for itself.
    private async Task<TrainResult> InRoomAsync(Func<Task<TrainResult>> train, CancellationToken cancellation)
    {
        if (_inRoom.Value)
        {
            return await train();
        }

        var room = await _context.EnterTrainingAsync(cancellation);
        _inRoom.Value = true;
        try
        {
            return await train();
        }
        finally
        {
            room.Release();
        }
    }

    private static async Task<TrainResult> JudgeAsync(
        Dataset binned, HeldRows held, FeaturizeResult shape, IReadOnlyDictionary<string, string> settings, int threads, TrialJudge? judge, StepWork work, CancellationToken cancellation)
    {
        var validated = ValidatedTraining.Run(LearnerParameters.Parse(settings, threads, shape), binned, held, threads, judge is null ? null : judge.Prunes, cancellation);
        await work.WriteAsync(TrainingOutput, s => JsonSerializer.Serialize(s, validated.Curve, ArtifactJson.Compact), cancellation);
        var scores = new NumberColumn("score", validated.Held);
        await work.WriteAsync(HeldOutput, new Table([scores], rowCount: scores.RowCount).Save, cancellation);
        return new TrainResult(
            "", validated.Curve.Length, validated.Rounds, 0, validated.Metric, validated.Score, validated.HigherIsBetter, validated.Work, settings,
            validated.IsPruned, judge?.Trial);
    }

    /// <summary>A learner of the leaderboard: judged on the valid rows, and kept as it was judged.</summary>
    private static async Task<TrainResult> JudgeFixedAsync(
        LearningRows rows, IReadOnlyDictionary<string, string> settings, int threads, StepWork work, CancellationToken cancellation)
    {
        var learned = rows.First(rows.TrainRows);
        using var binned = learned.Bin(LearnerParameters.Parse(settings, threads));
        var judged = await JudgeAsync(binned, rows.Held, rows.Shape, settings, threads, judge: null, work, cancellation);
        var (sha256, trees) = await WriteAsync(Learn(learned, settings, judged.BestIteration, threads, cancellation), work, cancellation);
        return judged with { ModelSha256 = sha256, Trees = trees };
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
        return trials[0] with { Step = null, Reported = null, ModelSha256 = sha256, BestIteration = most, Trees = trees, Work = done };
    }

    /// <summary>Parameters of the trials whose models the final model is the mean of, the best first.</summary>
    private static IEnumerable<IReadOnlyDictionary<string, string>?> Members(
        TrainInput input, PipelineDefinition definition, FeaturizeResult shape, IReadOnlyDictionary<string, string> settings)
    {
        var wanted = definition.Tune.Ensemble ?? (shape.Folds > 0 ? TuneSettings.SmallEnsemble : 1);
        var isForest = LearnerParameters.Parse(settings, 1).Boosting == "rf";
        return [input.Parameters, .. isForest ? [] : (input.Others ?? []).Take(wanted - 1)];
    }

    internal static Booster Learn(
        LearningRows rows, IReadOnlyDictionary<string, string> settings, int rounds, int threads, CancellationToken cancellation)
    {
        var parameters = LearnerParameters.Parse(settings, threads, rows.Shape).With(
        [
            KeyValuePair.Create("early_stopping_round", "0"),
            KeyValuePair.Create("num_iterations", rounds.ToString(CultureInfo.InvariantCulture)),
        ]);
        using var train = rows.Bin(parameters);
        return rows.Weighting.Unweighted(Booster.Train(parameters, train, cancellation: cancellation), parameters);
    }

    private static async Task<(string Sha256, int Trees)> WriteAsync(Booster booster, StepWork work, CancellationToken cancellation) =>
        ((await work.WriteAsync(ModelFiles.Text, booster.Save, cancellation)).Sha256, booster.NumberOfTrees);
}
