using Microsoft.DurableTask;
using MlOps.Pipeline.Artifacts;
using MlOps.Pipeline.Registry;
using MlOps.Pipeline.Steps.Accumulate;
using MlOps.Pipeline.Steps.Backtest;
using MlOps.Pipeline.Steps.Explain;
using MlOps.Pipeline.Steps.Featurize;
using MlOps.Pipeline.Steps.Leaderboard;
using MlOps.Pipeline.Steps.Monitor;
using MlOps.Pipeline.Steps.Predict;
using MlOps.Pipeline.Steps.Promote;
using MlOps.Pipeline.Steps.Report.Data;
using MlOps.Pipeline.Steps.Retrain;
using MlOps.Pipeline.Steps;
using MlOps.Pipeline.Steps.Evaluate;
using MlOps.Pipeline.Wording;

namespace MlOps.Pipeline.Orchestrations;

/// <summary>
/// From accepted files to predictions, in two halves. Runs of several periods train side by side; which model predicts depends on
/// the champion that the period before has left, so the second half waits for the run's turn to publish.
/// </summary>
internal static class PredictionSteps
{
    /// <summary>Accumulate, where the definition does not train in every period ask whether this one does, featurize the history and the drop and look for faults of the drop side by side, tune in waves, train, evaluate, register.</summary>
    public static async Task<Trained> TrainAsync(TaskOrchestrationContext context, RunInProgress run, NextTurnResult turn)
    {
        var (id, pipeline, definition, drop) = (context.InstanceId, run.Request.Pipeline, run.Definition!.Hash!, turn.Drop!);

        await run.RecallFindingsAsync(turn);
        run.Stage("accumulate");
        var accumulated = await run.StepAsync<AccumulateResult>(StepActivities.Accumulate, new AccumulateInput(
            id, pipeline, definition, drop.Period, turn.History, drop));
        var data = accumulated.RequireKey();

        string? reason = null;
        if (run.Definition.InOrder)
        {
            var (answer, inspection) = await RetrainAsync(run, id, accumulated, turn);
            run.Decided(answer);
            if (answer.Retained is not null)
            {
                return await RetainAsync(run, id, accumulated, inspection, answer, turn);
            }

            reason = answer.Reason;
        }

        run.Stage("featurize");
        var scoring = run.StepAsync<FeaturizeResult>(StepActivities.Featurize, new FeaturizeInput(
            id, pipeline, definition, "score", data, drop, turn.Initial));
        var training = run.StepAsync<FeaturizeResult>(StepActivities.Featurize, new FeaturizeInput(
            id, pipeline, definition, "train", data));
        var inspecting = run.StepAsync<InspectResult>(StepActivities.Inspect, new InspectInput(
            id, pipeline, definition, data, drop, turn.Initial!, EarlierMonth.FilesOf(turn.History, drop.Period)));
        await Task.WhenAll(scoring, training, inspecting);
        var (trainFeatures, scoreFeatures, inspected) = (await training, await scoring, await inspecting);

        var search = await TuningWaves.RunAsync(run, id, pipeline, definition, trainFeatures.RequireKey());
        var compared = await LearnerComparison.RunAsync(run, id, accumulated, trainFeatures, search);
        var (trained, evaluated) = (compared.Train, compared.Evaluate);
        var registered = await run.StepAsync<RegisterResult>(StepActivities.Register, new RegisterInput(
            id, pipeline, definition, drop.Period, turn.History, data, trained.RequireKey(), evaluated.RequireKey()));

        return new Trained(
            turn.Next.HistoryHash!,
            drop,
            turn.Initial!,
            turn.History,
            [.. Outcomes(accumulated, trainFeatures, scoreFeatures, inspected), .. compared.Outcomes],
            [.. accumulated.Warnings, .. trainFeatures.Warnings],
            scoreFeatures.RequireKey(),
            inspected,
            trained,
            evaluated,
            compared.Leaderboard,
            registered.Version,
            null,
            reason) { OfRows = scoreFeatures.Warnings, AccumulateKey = data, RollingBacktest = accumulated.RollingBacktest };
    }

    // Whether the period trains at all: the rule of the definition, held against the champion that the periods before have left.
    private static async Task<(RetrainResult Answer, InspectResult Inspection)> RetrainAsync(RunInProgress run, string id, AccumulateResult accumulated, NextTurnResult turn)
    {
        var (pipeline, definition) = (run.Request.Pipeline, run.Definition!.Hash!);
        run.Stage("retrain?");
        var inspected = await run.StepAsync<InspectResult>(StepActivities.Inspect, new InspectInput(
            id, pipeline, definition, accumulated.RequireKey(), turn.Drop!, turn.Initial!, EarlierMonth.FilesOf(turn.History, turn.Drop!.Period)));
        var answer = await run.StepAsync<RetrainResult>(StepActivities.Retrain, new RetrainInput(
            id, pipeline, definition, turn.Drop!, turn.Initial!, turn.History, inspected.RequireKey(), inspected.Incidents));
        return (answer, inspected);
    }

    // No model is trained: the champion stands for the run's own.
    private static async Task<Trained> RetainAsync(
        RunInProgress run, string id, AccumulateResult accumulated, InspectResult inspected, RetrainResult answer, NextTurnResult turn)
    {
        var (champion, drop) = (answer.Retained!, turn.Drop!);
        var features = await run.StepAsync<FeaturizeResult>(StepActivities.Featurize, new FeaturizeInput(
            id, run.Request.Pipeline, run.Definition!.Hash!, "score", champion.AccumulateKey, drop, turn.Initial));
        return new Trained(
            turn.Next.HistoryHash!, drop, turn.Initial!, turn.History, Outcomes(accumulated, inspected, features), accumulated.Warnings,
            features.RequireKey(), inspected, answer.TrainResult!, answer.EvaluateResult!, new LeaderboardResult("", champion.Verdict.Metric, false, []),
            champion.Version, champion, answer.Reason) { OfRows = features.Warnings, AccumulateKey = accumulated.RequireKey(), RollingBacktest = accumulated.RollingBacktest };
    }

    /// <summary>Decide which model predicts, then predict with it, explain it and draw the report.</summary>
    public static async Task<Prepared> PredictAsync(TaskOrchestrationContext context, RunInProgress run, Trained trained)
    {
        var (id, pipeline, definition, drop) = (context.InstanceId, run.Request.Pipeline, run.Definition!.Hash!, trained.Drop);

        var promoted = trained.Retained ?? await PromoteAsync(context, run, trained);

        if (promoted.IsNobodysChampion)
        {
            trained = trained with
            {
                Warnings =
                [
                    Finding.Of(Sentence.Of("no-champion-predicts", ("pipeline", pipeline), ("version", promoted.Version), ("reason", promoted.Verdict.Told))),
                    .. trained.Warnings,
                ],
            };
        }

        if (PerfectMetrics.Of(promoted.Version, promoted.Metrics) is { } perfect)
        {
            trained = trained with { Warnings = [perfect, .. trained.Warnings] };
        }

        run.Stage("predict");
        var features = trained.ScoreFeaturesKey;
        if (promoted.Version != trained.ModelVersion)
        {
            // An earlier model predicts: the drop goes through the transform that it was trained with.
            var own = await run.StepAsync<FeaturizeResult>(StepActivities.Featurize, new FeaturizeInput(
                id, pipeline, definition, "score", promoted.AccumulateKey, drop, trained.Initial));
            features = own.RequireKey();
            trained = trained with { OfRows = own.Warnings };
        }

        if (trained.OfRows is { Count: > 0 } ofRows)
        {
            trained = trained with { Warnings = [.. trained.Warnings, .. promoted.Parameters is { } parameters ? UnseenOutcome.Of(ofRows, parameters, promoted.Rounds) : ofRows] };
        }

        var predicting = run.StepAsync<PredictResult>(StepActivities.Predict, new PredictInput(
            id, pipeline, definition, drop.Period, features, promoted.TrainKey, promoted.EvaluateKey));
        var explaining = run.StepAsync<ExplainResult>(StepActivities.Explain, new ExplainInput(
            id, pipeline, definition, promoted.AccumulateKey, promoted.TrainKey));
        await Task.WhenAll(predicting, explaining);
        var (predicted, explained) = (await predicting, await explaining);
        run.Stage("monitor");
        var monitored = await run.StepAsync<MonitorResult>(StepActivities.Monitor, new MonitorInput(
            id, pipeline, definition, promoted.AccumulateKey, promoted.TrainKey, promoted.EvaluateKey, trained.Inspect.RequireKey(),
            predicted.RequireKey(), drop, trained.Initial, EarlierMonth.FilesOf(trained.History, drop.Period)));
        var performance = await run.PerformanceAsync(new PerformanceQuestion(
            id, pipeline, definition, drop.Period, features, promoted.Version, predicted.PredictionsSha256, predicted.RequireKey(),
            new BacktestQuestion(drop, trained.Initial, trained.ModelVersion, promoted.Champion, promoted.Metrics?.GetValueOrDefault("test"), trained.AccumulateKey), monitored.Estimated, predicted.Rows));
        if (performance?.Warnings is { Count: > 0 } unmet)
        {
            trained = trained with { Warnings = [.. unmet, .. trained.Warnings] };
        }

        if (performance?.Alerts?.Alerts is { Count: > 0 } fallen)
        {
            trained = trained with { Warnings = [.. fallen.Select(a => Finding.Of(a.Said!)), .. trained.Warnings] };
        }

        run.Stage("report");
        var reported = await run.StepAsync<ReportResult>(StepActivities.Report, new ReportInput(
            id, pipeline, definition, drop, trained.History, trained.ModelVersion, promoted, features, predicted.RequireKey(), explained.RequireKey(),
            predicted.Metrics, run.Document.Trials, [.. run.FileWarnings.Concat(trained.Warnings).Distinct()], monitored.RequireKey(), trained.Leaderboard.Step?.Key,
            performance is null ? null : [.. performance.Earlier, .. performance.Measured], performance?.Expected));
        var prepared = new Prepared(
            trained.HistoryHash, drop, trained.History, [.. trained.Steps, .. Outcomes(promoted.Verdict, predicted, explained, monitored), .. Optional(performance?.Step), .. Outcomes(reported)],
            trained.Train, trained.Evaluate, trained.Leaderboard, promoted, predicted, monitored, reported, performance?.Measured, trained.ModelVersion, performance?.Backtest, performance?.Expected, performance?.Alerts) { RollingBacktest = trained.RollingBacktest };
        run.Ran(prepared, trained.Warnings);
        return prepared;
    }

    private static async Task<PromoteResult> PromoteAsync(TaskOrchestrationContext context, RunInProgress run, Trained trained)
    {
        run.Stage("promote");
        var candidate = new PromoteInput(
            context.InstanceId, run.Request.Pipeline, run.Definition!.Hash!, trained.Drop.Period, trained.ModelVersion, trained.Inspect.Incidents);
        var promoted = await run.StepAsync<PromoteResult>(StepActivities.Promote, candidate);
        return promoted.Approval == ApprovalState.Pending ? await ApprovalWait.RunAsync(context, run, candidate, promoted) : promoted;
    }

    private static IEnumerable<StepOutcome> Optional(StepOutcome? step) => step is null ? [] : [step];

    private static IReadOnlyList<StepOutcome> Outcomes(params StepResult[] results) => [.. results.Select(r => r.Step).OfType<StepOutcome>()];
}
