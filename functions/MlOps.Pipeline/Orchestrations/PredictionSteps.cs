using MlOps.Durable;
using MlOps.Pipeline.Registry;
using MlOps.Pipeline.Steps;
using MlOps.Pipeline.Steps.Accumulate;
using MlOps.Pipeline.Steps.Evaluate;
using MlOps.Pipeline.Steps.Featurize;
using MlOps.Pipeline.Steps.Predict;
using MlOps.Pipeline.Steps.Train;

namespace MlOps.Pipeline.Orchestrations;

/// <summary>From accepted files to predictions: accumulate, featurize the history and the drop side by side, train, evaluate, register, predict.</summary>
internal static class PredictionSteps
{
    public static async Task<Prepared> RunAsync(TaskOrchestrationContext context, RunInProgress run, NextTurnResult turn)
    {
        var (id, pipeline, definition, drop) = (context.InstanceId, run.Request.Pipeline, run.Definition!.Hash!, turn.Drop!);

        run.Stage("accumulate");
        var accumulated = await run.StepAsync<AccumulateResult>(StepActivities.Accumulate, new AccumulateInput(
            id, pipeline, definition, drop.Period, turn.History, drop));
        var data = accumulated.RequireKey();

        run.Stage("featurize");
        var scoring = run.StepAsync<FeaturizeResult>(StepActivities.Featurize, new FeaturizeInput(
            id, pipeline, definition, "score", data, drop, turn.Initial));
        var training = run.StepAsync<FeaturizeResult>(StepActivities.Featurize, new FeaturizeInput(
            id, pipeline, definition, "train", data));
        await Task.WhenAll(scoring, training);
        var (trainFeatures, scoreFeatures) = (await training, await scoring);

        run.Stage("train");
        var trained = await run.StepAsync<TrainResult>(StepActivities.Train, new TrainInput(
            id, pipeline, definition, trainFeatures.RequireKey()));

        run.Stage("evaluate");
        var evaluated = await run.StepAsync<EvaluateResult>(StepActivities.Evaluate, new EvaluateInput(
            id, pipeline, definition, data, trained.RequireKey()));

        run.Stage("predict");
        var registering = run.StepAsync<RegisterResult>(StepActivities.Register, new RegisterInput(
            id, pipeline, definition, drop.Period, turn.History, data, trained.RequireKey(), evaluated.RequireKey()));
        var predicting = run.StepAsync<PredictResult>(StepActivities.Predict, new PredictInput(
            id, pipeline, definition, drop.Period, scoreFeatures.RequireKey(), trained.RequireKey(), evaluated.RequireKey()));
        await Task.WhenAll(registering, predicting);
        var (registered, predicted) = (await registering, await predicting);

        var prepared = new Prepared(
            turn.Next.HistoryHash!,
            drop,
            turn.History,
            Outcomes(accumulated, trainFeatures, scoreFeatures, trained, evaluated, predicted),
            trained,
            evaluated,
            predicted,
            registered.Version);
        run.Ran(prepared, [.. accumulated.Warnings, .. trainFeatures.Warnings, .. scoreFeatures.Warnings]);
        return prepared;
    }

    private static IReadOnlyList<StepOutcome> Outcomes(params StepResult[] results) => [.. results.Select(r => r.Step).OfType<StepOutcome>()];
}
