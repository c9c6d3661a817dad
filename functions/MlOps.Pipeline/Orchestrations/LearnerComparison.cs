using MlOps.Pipeline.Artifacts;
using MlOps.Pipeline.Definitions;
using MlOps.Pipeline.Steps.Accumulate;
using MlOps.Pipeline.Steps.Evaluate;
using MlOps.Pipeline.Steps.Featurize;
using MlOps.Pipeline.Steps.Leaderboard;
using MlOps.Pipeline.Steps.Train;
using MlOps.Pipeline.Steps.Tune;
using MlOps.Pipeline.Steps;

namespace MlOps.Pipeline.Orchestrations;

/// <summary>The models that a run compares, each trained by an activity of its own, and the one that goes to the gate.</summary>
/// <param name="Train">The challenger.</param>
/// <param name="Evaluate">Its metrics.</param>
/// <param name="Leaderboard">The order of all.</param>
/// <param name="Outcomes">How each step came to its result.</param>
internal sealed record LearnerComparison(TrainResult Train, EvaluateResult Evaluate, LeaderboardResult Leaderboard, IReadOnlyList<StepOutcome> Outcomes)
{
    /// <summary>Trains the boosted model with the best parameters and the other learners side by side, then orders them.</summary>
    public static async Task<LearnerComparison> RunAsync(
        RunInProgress run, string id, AccumulateResult accumulated, FeaturizeResult features, TuneResult search)
    {
        var (pipeline, definition, data) = (run.Request.Pipeline, run.Definition!.Hash!, accumulated.RequireKey());
        run.Stage("train");
        var compare = run.Definition.Compare;
        string[] trees = [LearnerSettings.Boosting, .. compare.Where(c => LearnerSettings.Promotable.Contains(c))];
        string[] simple = [.. compare.Except(trees)];
        var training = trees.Select(learner => run.StepAsync<TrainResult>(StepActivities.Train, new TrainInput(
            id, pipeline, definition, features.RequireKey(),
            learner == LearnerSettings.Boosting ? search.BestParameters : null, learner == LearnerSettings.Boosting ? null : learner,
            Others: learner == LearnerSettings.Boosting ? search.Others : null))).ToArray();
        var fitting = simple.Select(learner => run.StepAsync<BaselineResult>(StepActivities.Baseline, new BaselineInput(
            id, pipeline, definition, data, features.RequireKey(), learner))).ToArray();
        var trained = await Task.WhenAll(training);
        var fitted = await Task.WhenAll(fitting);

        run.Stage("evaluate");
        var evaluated = await run.StepAsync<EvaluateResult>(StepActivities.Evaluate, new EvaluateInput(
            id, pipeline, definition, data, trained[0].RequireKey()));

        run.Stage("leaderboard");
        var board = await run.StepAsync<LeaderboardResult>(StepActivities.Leaderboard, new LeaderboardInput(
            id, pipeline, definition, data, evaluated.RequireKey(),
            [
                .. trees.Select((learner, i) => new Contender(learner, trained[i].RequireKey(), null)),
                .. simple.Select((learner, i) => new Contender(learner, null, fitted[i].RequireKey())),
            ]));
        var chosen = Math.Max(0, Array.IndexOf(trees, board.Challenger));
        if (chosen > 0)
        {
            evaluated = await run.StepAsync<EvaluateResult>(StepActivities.Evaluate, new EvaluateInput(
                id, pipeline, definition, data, trained[chosen].RequireKey()));
        }

        // The challenger first: what reads the document looks for one train step.
        StepResult[] all = [trained[chosen], .. trained.Where((_, i) => i != chosen), .. fitted, evaluated, board];
        return new(trained[chosen], evaluated, board, [.. all.Select(r => r.Step).OfType<StepOutcome>()]);
    }
}
