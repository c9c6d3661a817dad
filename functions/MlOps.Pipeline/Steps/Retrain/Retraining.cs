using System.Globalization;
using MlOps.Pipeline.Artifacts;
using MlOps.Pipeline.Definitions;
using MlOps.Pipeline.Registry;
using MlOps.Pipeline.Steps.Compare;
using MlOps.Pipeline.Steps.Evaluate;
using MlOps.Pipeline.Steps.Featurize;
using MlOps.Pipeline.Steps.Monitor;
using MlOps.Pipeline.Steps.Predict;
using MlOps.Pipeline.Steps.Promote;
using MlOps.Pipeline.Steps.Train;
using MlOps.Storage;

namespace MlOps.Pipeline.Steps.Retrain;

/// <summary>
/// Decides by the definition's rule whether a period trains a model or is predicted by the champion. The answer follows from data and
/// from the calendar of the periods, not from the clock, so that a period that is predicted again decides alike.
/// </summary>
public sealed class Retraining
{
    private readonly StepContext _context;
    private readonly ModelRegistry _models;
    private readonly AliasStore _aliases;
    private readonly FeaturizeStep _featurize;
    private readonly PredictStep _predict;
    private readonly MonitorStep _monitor;

    internal Retraining(
        StepContext context, ModelRegistry models, AliasStore aliases, FeaturizeStep featurize, PredictStep predict, MonitorStep monitor)
    {
        _context = context;
        _models = models;
        _aliases = aliases;
        _featurize = featurize;
        _predict = predict;
        _monitor = monitor;
    }

    /// <summary>Decides.</summary>
    /// <param name="input">The period and its data.</param>
    /// <param name="cancellation">Stops the work.</param>
    public async Task<RetrainResult> DecideAsync(RetrainInput input, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(input);
        var pipeline = PipelineName.Parse(input.Pipeline);
        var definition = await _context.Definitions.LoadAsync(pipeline, input.DefinitionHash, cancellation);
        var rule = definition.Retrain;
        if (rule.Always)
        {
            return new RetrainResult(true, "the definition trains in every period");
        }

        if ((await _aliases.ReadAsync(pipeline, cancellation)).Before(input.Drop.Period) is not { } name)
        {
            return new RetrainResult(true, "there is no champion yet");
        }

        var champion = await _models.RequireAsync(pipeline, name, cancellation);
        if (input.Incidents.Count > 0 && definition.Monitor.Hold)
        {
            return await RetainAsync(pipeline, definition, champion, $"the period's data have an incident, and broken data are no reason to train: {input.Incidents[0].Message}", cancellation);
        }

        var last = (await _models.ListAsync(pipeline, cancellation))
            .LastOrDefault(v => v.Period != input.Drop.Period && Period.Parse(v.Period) < Period.Parse(input.Drop.Period)) ?? champion;
        if (rule.OnLabels && input.History.FirstOrDefault(h => last.History.All(l => l.Sha256 != h.Sha256)) is { } fresh)
        {
            return new RetrainResult(true, $"the labels of {fresh.Period} are new since the last training in {last.Period}");
        }

        if (rule.Due(Day(last.Period), Day(input.Drop.Period)) is { } due)
        {
            return new RetrainResult(true, string.Create(CultureInfo.InvariantCulture, $"the schedule '{rule.Schedule}' asks for it on {due:yyyy-MM-dd}, after the last training in {last.Period}"));
        }

        if (rule.OnDrift)
        {
            var watched = await WatchAsync(input, champion, cancellation);
            if (watched.HasDrift)
            {
                return new RetrainResult(true, $"{string.Join(", ", watched.Drifted.Take(3))}{(watched.Drifted.Count > 3 ? " and more" : "")} drifted from what the champion learned");
            }
        }

        return await RetainAsync(
            pipeline, definition, champion, rule is { OnDrift: false, OnLabels: false, Schedule: null } ? "the definition never trains again" : $"the definition trains {rule}, and there is no such reason", cancellation);
    }

    // What the run would do anyway if it does not train: the steps are found done then.
    private async Task<MonitorResult> WatchAsync(RetrainInput input, ModelVersion champion, CancellationToken cancellation)
    {
        var (id, pipeline, definition) = (input.RunId, input.Pipeline, input.DefinitionHash);
        var features = await _featurize.RunAsync(
            new FeaturizeInput(id, pipeline, definition, "score", champion.AccumulateKey, input.Drop, input.Initial), cancellation);
        var predicted = await _predict.RunAsync(
            new PredictInput(id, pipeline, definition, input.Drop.Period, features.RequireKey(), champion.TrainKey, champion.EvaluateKey), cancellation);
        return await _monitor.RunAsync(
            new MonitorInput(
                id, pipeline, definition, champion.AccumulateKey, champion.TrainKey, champion.EvaluateKey, input.InspectKey, predicted.RequireKey(), input.Drop, input.Initial),
            cancellation);
    }

    private async Task<RetrainResult> RetainAsync(
        PipelineName pipeline, PipelineDefinition definition, ModelVersion champion, string reason, CancellationToken cancellation)
    {
        var train = await _context.Runner.ReadRecordAsync(pipeline, champion.TrainKey, cancellation);
        var evaluate = await _context.Runner.ReadRecordAsync(pipeline, champion.EvaluateKey, cancellation);
        var verdict = new CompareResult(
            false, $"no new model was trained, because {reason}", definition.Promote.Rule, definition.Promote.MetricOf(definition.Task), 0, null, null, null, null, null, null, null);
        return new RetrainResult(
            false, reason,
            new PromoteResult(champion.Version, false, champion.Version, champion.AccumulateKey, champion.TrainKey, champion.EvaluateKey, verdict, Metrics: champion.Metrics),
            train.ResultOf<TrainResult>(), evaluate.ResultOf<EvaluateResult>());
    }

    private static DateOnly Day(string period) => DateOnly.ParseExact(period, "yyyyMMdd", CultureInfo.InvariantCulture);
}
