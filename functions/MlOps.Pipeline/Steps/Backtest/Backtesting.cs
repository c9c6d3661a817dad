using MlOps.Pipeline.Artifacts;
using MlOps.Pipeline.Definitions;
using MlOps.Pipeline.Registry;
using MlOps.Pipeline.Steps.Accumulate;
using MlOps.Pipeline.Steps.Compare;
using MlOps.Pipeline.Steps.Featurize;
using MlOps.Pipeline.Steps.Performance;
using MlOps.Pipeline.Steps.Predict;
using MlOps.Storage;

namespace MlOps.Pipeline.Steps.Backtest;

/// <summary>Asks what the models of a period that do not predict it say of its rows.</summary>
/// <param name="Drop">The drop that is predicted.</param>
/// <param name="Initial">The history's first drop.</param>
/// <param name="Challenger">Version of the model that the run trained; that of the champion where it trained none.</param>
/// <param name="Champion">Version of the champion that it met; <see langword="null"/> where there was none.</param>
/// <param name="RandomTest">Metrics of the model that predicts on its test rows; <see langword="null"/> where they are not known.</param>
/// <param name="AccumulateKey">Key of the step that joined the run's history; <see langword="null"/> of a question that an earlier version has asked.</param>
public sealed record BacktestQuestion(
    PinnedDrop Drop, PinnedDrop Initial, string Challenger, string? Champion, IReadOnlyDictionary<string, double>? RandomTest = null, string? AccumulateKey = null);

/// <summary>A model's scores of a period, and which way of proceeding the model stands for.</summary>
/// <param name="Way">As in <see cref="BacktestRecord.Way"/>.</param>
/// <param name="Scores">The scores.</param>
internal sealed record BacktestScores(string Way, PublishedScores Scores);

/// <summary>
/// Lets the models of a period that do not predict it score it all the same, after the predictions are made and before any label is looked at: the new model where
/// it was refused, the champion that it met, and earlier champions that no measured period has spoken against yet, to which the gate may go back.
/// </summary>
public sealed class Backtesting
{
    private readonly StepContext _context;
    private readonly ModelRegistry _models;
    private readonly BacktestBook _book;
    private readonly AliasStore _aliases;
    private readonly FeaturizeStep _featurize;
    private readonly ShadowStep _shadow;

    internal Backtesting(StepContext context, ModelRegistry models, BacktestBook book, AliasStore aliases, FeaturizeStep featurize, ShadowStep shadow)
    {
        _context = context;
        _models = models;
        _book = book;
        _aliases = aliases;
        _featurize = featurize;
        _shadow = shadow;
    }

    /// <summary>What to expect of the predictions, by how earlier periods turned out; the period's own labels have no part in it.</summary>
    /// <param name="asker">The run, its pipeline, definition and period.</param>
    /// <param name="question">The models.</param>
    /// <param name="version">Version of the model that predicts.</param>
    /// <param name="cancellation">Stops the reading.</param>
    public async Task<ExpectedQuality> ExpectAsync(PerformanceInput asker, BacktestQuestion question, string version, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(asker);
        ArgumentNullException.ThrowIfNull(question);
        var pipeline = PipelineName.Parse(asker.Pipeline);
        var definition = await _context.Definitions.LoadAsync(pipeline, asker.DefinitionHash, cancellation);
        var known = BacktestBook.Before(await _book.ReadAsync(pipeline, cancellation), asker.Period);
        var rolling = await RollingBacktestAsync(pipeline, question, cancellation);
        return ExpectedQuality.Of(definition.Task, version, known, question.RandomTest, rolling, definition.Time?.Column);
    }

    /// <summary>Metrics of the periods inside the history, each predicted from what came before it, in order; empty where there are none.</summary>
    /// <param name="pipeline">Pipeline's name.</param>
    /// <param name="question">The models, and the step that joined the history.</param>
    /// <param name="cancellation">Stops the reading.</param>
    public async Task<IReadOnlyList<IReadOnlyDictionary<string, double>>> InsideAsync(PipelineName pipeline, BacktestQuestion question, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(question);
        return await RollingBacktestAsync(pipeline, question, cancellation) is { } rolling ? [.. rolling.Periods.Where(p => p.IsInside).Select(rolling.MetricsOf)] : [];
    }

    private async Task<RollingBacktest?> RollingBacktestAsync(PipelineName pipeline, BacktestQuestion question, CancellationToken cancellation) =>
        question.AccumulateKey is { } key ? (await _context.Runner.ReadRecordAsync(pipeline, key, cancellation)).ResultOf<AccumulateResult>().RollingBacktest : null;

    /// <summary>Scores of every model that stands for a way of proceeding, that of the published predictions among them.</summary>
    /// <param name="asker">The run, its pipeline and definition, and the predictions that it has made.</param>
    /// <param name="question">The models.</param>
    /// <param name="published">Those predictions.</param>
    /// <param name="cancellation">Stops the work.</param>
    internal async Task<IReadOnlyList<BacktestScores>> ScoreAsync(
        PerformanceInput asker, BacktestQuestion question, PublishedScores published, CancellationToken cancellation)
    {
        var pipeline = PipelineName.Parse(asker.Pipeline);
        var predicting = await _models.RequireAsync(pipeline, published.ModelVersion, cancellation);
        var ways = new List<(string Way, string Version)>();
        if (question.Challenger != question.Champion)
        {
            ways.Add((BacktestRecord.New, question.Challenger));
        }

        if (question.Champion is { } champion)
        {
            ways.Add((BacktestRecord.Champion, champion));
        }

        if (ways.All(w => w.Version != published.ModelVersion))
        {
            ways.Add((BacktestRecord.Earlier, published.ModelVersion));
        }

        var definition = await _context.Definitions.LoadAsync(pipeline, asker.DefinitionHash, cancellation);
        if (definition.Promote.Rule == PromoteRule.Measured)
        {
            var champions = (await _aliases.ReadAsync(pipeline, cancellation)).Champions(asker.Period, Proceeding.Decisions);
            var known = BacktestBook.Before(await _book.ReadAsync(pipeline, cancellation), asker.Period);
            ways.AddRange(Proceeding.Undefeated(known, champions, SideBySide.HigherIsBetter(definition.Promote.MetricOf(definition.Task)) == true, definition.Promote.Margin)
                .Where(version => ways.All(w => w.Version != version)).ToArray().Select(version => (BacktestRecord.Earlier, version)));
        }

        var scored = new List<BacktestScores>();
        foreach (var (way, version) in ways)
        {
            if (version == published.ModelVersion)
            {
                scored.Add(new BacktestScores(way, published));
            }
            else if (await ShadowAsync(pipeline, asker, question, version, predicting, cancellation) is { } scores)
            {
                scored.Add(new BacktestScores(way, scores));
            }
        }

        return scored;
    }

    // A model that knows the period, or other classes, says nothing that could be held against the others.
    private async Task<PublishedScores?> ShadowAsync(
        PipelineName pipeline, PerformanceInput asker, BacktestQuestion question, string version, ModelVersion predicting, CancellationToken cancellation)
    {
        var model = await _models.FindAsync(pipeline, version, cancellation);
        if (model is null || model.History.Any(d => d.Period == asker.Period) || !model.Classes.SequenceEqual(predicting.Classes, StringComparer.Ordinal))
        {
            return null;
        }

        var features = await _featurize.RunAsync(
            new FeaturizeInput(asker.RunId, asker.Pipeline, asker.DefinitionHash, FeaturizeStep.ScorePart, model.AccumulateKey, question.Drop, question.Initial), cancellation);
        var shadow = await _shadow.RunAsync(
            new PredictInput(asker.RunId, asker.Pipeline, asker.DefinitionHash, asker.Period, features.RequireKey(), model.TrainKey, model.EvaluateKey), cancellation);
        return new PublishedScores(version, shadow.ScoresSha256, 0, shadow.RequireKey());
    }
}
