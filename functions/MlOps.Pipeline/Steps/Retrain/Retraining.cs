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
using MlOps.Pipeline.Wording;
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
            return Trains(Sentence.Of("trains-always"));
        }

        if ((await _aliases.ReadAsync(pipeline, cancellation)).Before(input.Drop.Period) is not { } name)
        {
            return Trains(Sentence.Of("trains-first"));
        }

        var champion = await _models.RequireAsync(pipeline, name, cancellation);
        if (input.Incidents.Count > 0 && definition.Monitor.Hold)
        {
            return await RetainAsync(pipeline, definition, champion, Sentence.Of("trains-not-incident", ("message", (object?)input.Incidents[0].Said ?? input.Incidents[0].Message)), cancellation);
        }

        var last = (await _models.ListAsync(pipeline, cancellation))
            .LastOrDefault(v => v.Period != input.Drop.Period && Period.Parse(v.Period) < Period.Parse(input.Drop.Period)) ?? champion;
        if (rule.OnLabels && input.History.FirstOrDefault(h => last.History.All(l => l.Sha256 != h.Sha256)) is { } fresh)
        {
            return Trains(Sentence.Of("trains-labels", ("period", fresh.Period), ("last", last.Period)));
        }

        if (rule.Due(Day(last.Period), Day(input.Drop.Period)) is { } due)
        {
            return Trains(Sentence.Of("trains-schedule", ("schedule", rule.Schedule!), ("day", due.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)), ("last", last.Period)));
        }

        if (rule.OnDrift)
        {
            var watched = await WatchAsync(input, champion, cancellation);
            if (watched.HasDrift)
            {
                return Trains(Sentence.Of(watched.Drifted.Count > 3 ? "trains-drift-more" : "trains-drift", ("columns", string.Join(", ", watched.Drifted.Take(3)))));
            }
        }

        return await RetainAsync(
            pipeline, definition, champion, rule is { OnDrift: false, OnLabels: false, Schedule: null } ? Sentence.Of("trains-never") : Sentence.Of("trains-no-reason", ("rule", rule)), cancellation);
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
                id, pipeline, definition, champion.AccumulateKey, champion.TrainKey, champion.EvaluateKey, input.InspectKey, predicted.RequireKey(), input.Drop, input.Initial,
                EarlierMonth.FilesOf(input.History, input.Drop.Period)),
            cancellation);
    }

    private async Task<RetrainResult> RetainAsync(
        PipelineName pipeline, PipelineDefinition definition, ModelVersion champion, Sentence reason, CancellationToken cancellation)
    {
        var train = await _context.Runner.ReadRecordAsync(pipeline, champion.TrainKey, cancellation);
        var evaluate = await _context.Runner.ReadRecordAsync(pipeline, champion.EvaluateKey, cancellation);
        var verdict = new CompareResult(
            false, "", definition.Promote.Rule, definition.Promote.MetricOf(definition.Task), 0, null, null, null, null, null, null, null).Because(false, Sentence.Of("verdict-not-trained", ("reason", reason)));
        return new RetrainResult(
            false, reason.ToString(),
            new PromoteResult(champion.Version, false, champion.Version, champion.AccumulateKey, champion.TrainKey, champion.EvaluateKey, verdict, Metrics: champion.Metrics, Parameters: champion.Parameters, Rounds: champion.BestIteration),
            train.ResultOf<TrainResult>(), evaluate.ResultOf<EvaluateResult>(), reason);
    }

    private static RetrainResult Trains(Sentence reason) => new(true, reason.ToString(), Said: reason);

    private static DateOnly Day(string period) => DateOnly.ParseExact(period, "yyyyMMdd", CultureInfo.InvariantCulture);
}
