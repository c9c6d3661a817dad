using MlOps.Boosting;
using MlOps.Pipeline.Definitions;
using MlOps.Pipeline.Steps.Accumulate;
using MlOps.Pipeline.Steps.Evaluate;
using MlOps.Pipeline.Steps.Featurize;
using MlOps.Pipeline.Steps.Split;
using MlOps.Pipeline.Steps.Train;
using MlOps.Pipeline.Steps.Transforms;
using MlOps.Pipeline.Steps.Validate;
using MlOps.Tabular;

namespace MlOps.Pipeline.Steps.Backtest;

/// <summary>A period of the history that is predicted as it would have been then: by a transform and a model of the rows before it, with the definition's own parameters.</summary>
internal static class PastPeriod
{
    // Of fewer rows no model comes that says anything of a period.
    private const int FewestLearned = 50;
    private const double Middle = 0.5;
    private const int Resamples = 200;

    /// <summary>Predicts and measures.</summary>
    /// <param name="history">What came before, joined and split.</param>
    /// <param name="table">The period's rows.</param>
    /// <param name="period">The period.</param>
    /// <param name="isInside">Whether it is a time inside the first file.</param>
    /// <param name="schema">Schema of the first file.</param>
    /// <param name="definition">The definition.</param>
    /// <param name="ways">Ways of learning, the plain one first.</param>
    /// <param name="threads">Threads, which never change a result.</param>
    /// <param name="cancellation">Stops the trainings.</param>
    /// <returns><see langword="null"/> where the period has no labels, or what came before it is too little to learn from.</returns>
    public static BacktestedPeriod? Predict(
        AccumulatedHistory history, Table table, string period, bool isInside, FileSchema schema, PipelineDefinition definition, IReadOnlyList<LearningWay> ways, int threads, CancellationToken cancellation)
    {
        var learner = new Learner(history, schema, definition, threads);
        if (!learner.CanLearn || table.Find(definition.Label) is not { } label)
        {
            return null;
        }

        var known = History.Labels(label, definition, schema);
        int[] rows = [.. Enumerable.Range(0, known.Length).Where(row => !double.IsNaN(known[row]))];
        if (rows.Length == 0)
        {
            return null;
        }

        var labels = Array.ConvertAll(rows, row => known[row]);
        int[] test = HistoryRows.Of(history.Parts, Part.Test);
        var (measured, random, differs, work) = (new List<BacktestedWay>(), (IReadOnlyDictionary<string, double>)new Dictionary<string, double>(), false, 0L);
        int? roundsOfPlain = null;
        foreach (var way in ways)
        {
            cancellation.ThrowIfCancellationRequested();
            var (booster, rounds, done) = learner.Learn(way, roundsOfPlain, cancellation);
            roundsOfPlain ??= rounds;
            work += done;
            var metrics = learner.Measure(booster, table, rows, labels, out var loss, out var interval);
            if (!double.IsFinite(loss))
            {
                return null;
            }

            measured.Add(new BacktestedWay(way.Validation, way.History, loss, metrics));
            if (measured.Count == 1 && test.Length > 0)
            {
                random = learner.Measure(booster, history.Table, test, learner.Labels(test), out _, out var other);
                differs = interval is { } here && other is { } there && (here.Low > there.High || here.High < there.Low);
            }
        }

        return new BacktestedPeriod(period, isInside, learner.Learned, rows.Length, measured, random, differs, work);
    }

    private sealed class Learner
    {
        private readonly AccumulatedHistory _history;
        private readonly IReadOnlyList<TimePeriod> _times;
        private readonly PipelineDefinition _definition;
        private readonly int _threads;
        private readonly double[] _labels;
        private readonly IReadOnlyList<string> _classes;
        private readonly IReadOnlyList<string> _features;

        public Learner(AccumulatedHistory history, FileSchema schema, PipelineDefinition definition, int threads)
        {
            (_history, _times, _definition, _threads) = (history, history.Times, definition, threads);
            _labels = ((NumberColumn)history.Table[History.LabelColumn]).Values;
            _classes = schema.LabelClasses ?? [];
            _features = [.. schema.Features().Where(name => history.Table.Find(name) is not null)];
        }

        public int Learned => _history.Parts.Count(p => p != Part.Test);

        // Of one class alone there is nothing to tell apart.
        public bool CanLearn => Learned >= FewestLearned
            && PartSizes.Problem(PartSizes.Of(_history.Parts), folded: false) is null
            && (_definition.Task == TaskKind.Regression || HistoryRows.Of(_history.Parts, Part.Train).Select(row => _labels[row]).Distinct().Count() >= _classes.Count);

        public double[] Labels(int[] rows) => Array.ConvertAll(rows, row => _labels[row]);

        /// <summary>A model of one way of learning. Other amounts of history take as many rounds as the plain way found, since they are tried beside it.</summary>
        public (FittedModel Model, int Rounds, long Work) Learn(LearningWay way, int? known, CancellationToken cancellation)
        {
            var parts = _history.Parts.ToArray();
            if (way.Validation == ValidationKind.Time)
            {
                LatestRows.Validate(parts, [.. _times.Select(t => t.Rows)], _definition.Split.Valid);
            }

            var skipped = way.History.Last is { } last && _times.Count > last ? _times.Take(_times.Count - last).Sum(t => t.Rows) : 0;
            int[] train = [.. HistoryRows.Of(parts, Part.Train).Where(row => row >= skipped)];
            int[] valid = [.. HistoryRows.Of(parts, Part.Valid).Where(row => row >= skipped)];
            int[] all = [.. train, .. valid];
            var transform = TransformFit.Fit(_history.Table, [.. all.Order()], _features, _definition);
            var shape = new FeaturizeResult(
                all.Length, transform.FeatureNames().Count, transform.CategoricalFeatures(), _classes.Count, [], 0, _classes, transform.OneHotGroups());
            float[] labels = Array.ConvertAll(all, row => (float)_labels[row]);
            var rows = new LearningRows(
                [.. transform.FeatureNames()], TransformApply.Apply(transform, _history.Table, all), labels, train.Length, null, shape, BinStep.Weights(_definition, shape, labels),
                _history.Weights(way.History.Decay) is { } ages ? Array.ConvertAll(all, row => (float)ages[row]) : null);
            var settings = LearnerParameters.Settings(_definition, null, _classes.Count);
            var parameters = LearnerParameters.Parse(settings, _threads, shape);
            var (rounds, work) = (known ?? 0, 0L);
            if (known is null || way.Validation == ValidationKind.Time)
            {
                using var binned = rows.Learned.Bin(parameters);
                var judged = ValidatedTraining.Run(parameters, binned, rows.Held, _threads, null, cancellation);
                rounds = _definition.Validation.Refit && parameters.EarlyStoppingRound > 0 ? (int)Math.Round(judged.Rounds * rows.Growth, MidpointRounding.AwayFromZero) : judged.Rounds;
                work = judged.Work;
            }

            var learned = _definition.Validation.Refit ? rows : rows.First(rows.TrainRows);
            return (new FittedModel(TrainStep.Learn(learned, settings, rounds, _threads, cancellation), transform), rounds, work + ((long)learned.Label.Length * rounds * parameters.NumLeaves));
        }

        public IReadOnlyDictionary<string, double> Measure(FittedModel model, Table table, int[] rows, double[] labels, out double loss, out (double Low, double High)? interval)
        {
            var scores = model.Booster.Predict(TransformApply.Apply(model.Transform, table, rows), PredictionKind.Probability, threads: _threads);
            var comparison = new Comparison(LossOf(_definition.Task), _classes.Count, labels);
            (loss, interval) = (comparison.Measure(scores), comparison.Interval(scores, Resamples));
            return TaskMetrics.Of(_definition.Task, _classes.Count, labels, scores, Middle);
        }

        private static string LossOf(TaskKind task) => task switch { TaskKind.Binary => "binary_logloss", TaskKind.Regression => "l2", _ => "multi_logloss" };
    }

    private sealed record FittedModel(Booster Booster, Transform Transform);
}
