using MlOps.Boosting.Data;
using MlOps.Boosting.Settings;
using MlOps.Boosting.Training;
using MlOps.Boosting;
using MlOps.Pipeline.Definitions;

namespace MlOps.Pipeline.Steps.Train;

/// <summary>What rows that were not learned from say of some parameters.</summary>
/// <param name="Metric">The learner's metric.</param>
/// <param name="HigherIsBetter">Whether larger values of it are better.</param>
/// <param name="Curve">Its value after each round; with folds the mean over them.</param>
/// <param name="Rounds">The best number of rounds, from 1.</param>
/// <param name="Held">Scores after that many rounds of rows that were not learned from, row by row: with folds all rows, else the valid rows.</param>
/// <param name="Work">Work done, in rows x rounds x leaves.</param>
/// <param name="IsPruned">Whether it was stopped before its end; there are no scores then.</param>
internal sealed record ValidatedTraining(string Metric, bool HigherIsBetter, double[] Curve, int Rounds, double[] Held, long Work, bool IsPruned = false)
{
    /// <summary>The metric at the best number of rounds.</summary>
    public double Score => Curve[Rounds - 1];

    /// <summary>Trains with early stopping on the rows that validate.</summary>
    /// <param name="parameters">Parameters of the learner.</param>
    /// <param name="binned">Rows to learn from, binned: with folds all rows, else the train rows.</param>
    /// <param name="held">Rows that validate.</param>
    /// <param name="threads">Threads, which never change a result.</param>
    /// <param name="prune">Told of the metric after some rounds, or of its mean after each fold; <see langword="true"/> ends the training.</param>
    /// <param name="cancellation">Stops the training.</param>
    public static ValidatedTraining Run(Parameters parameters, Dataset binned, HeldRows held, int threads, Func<int, double, bool>? prune, CancellationToken cancellation) => held.Folds is null
        ? OnValidRows(parameters, binned, held, threads, prune, cancellation)
        : OnFolds(parameters, binned, held, held.Folds, threads, prune, cancellation);

    private static ValidatedTraining OnValidRows(Parameters parameters, Dataset train, HeldRows held, int threads, Func<int, double, bool>? prune, CancellationToken cancellation)
    {
        using var valid = train.CreateValid(held.Columns, held.Label, held.Weighting.Of(held.Label, held.Ages), threads: threads);
        var measured = new List<MetricResult>();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        Booster booster;
        try
        {
            booster = Train(parameters, train, valid, measured, stop.Token, value =>
            {
                if (measured.Count % TuneSettings.PruningRounds == 0 && prune?.Invoke(measured.Count, value) == true)
                {
                    stop.Cancel();
                }
            });
            stop.Token.ThrowIfCancellationRequested();
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return new ValidatedTraining(
                measured[0].Metric, measured[0].HigherIsBetter, [.. measured.Select(m => m.Value)], Best(measured, measured[0].HigherIsBetter) + 1, [],
                (long)train.RowCount * measured.Count * parameters.NumLeaves, IsPruned: true);
        }

        var kept = Math.Clamp(booster.NumberOfIterations, 1, measured.Count);
        return new ValidatedTraining(
            measured[0].Metric, measured[0].HigherIsBetter, [.. measured.Select(m => m.Value)], kept, Scores(held.Weighting.Unweighted(booster, parameters), held.Columns, kept, threads),
            (long)train.RowCount * measured.Count * parameters.NumLeaves);
    }

    private static ValidatedTraining OnFolds(Parameters parameters, Dataset all, HeldRows rows, byte[] folds, int threads, Func<int, double, bool>? prune, CancellationToken cancellation)
    {
        var boosters = new List<(int[] Held, Booster Booster)>();
        var curves = new List<List<MetricResult>>();
        var (work, pruned) = (0L, false);
        for (var fold = 0; fold < rows.FoldCount && !pruned; fold++)
        {
            var of = Enumerable.Range(0, rows.Label.Length).ToLookup(row => folds[row] == fold);
            int[] held = [.. of[true]];
            using var train = all.Subset([.. of[false]]);
            using var valid = all.Subset(held);
            var measured = new List<MetricResult>();
            boosters.Add((held, rows.Weighting.Unweighted(Train(parameters, train, valid, measured, cancellation), parameters)));
            curves.Add(measured);
            work += (long)train.RowCount * measured.Count * parameters.NumLeaves;
            // After the last fold there is nothing left to spare.
            pruned = fold + 1 < rows.FoldCount
                && prune?.Invoke(fold + 1, curves.Average(c => c[Best(c, c[0].HigherIsBetter)].Value)) == true;
        }

        var first = curves[0][0];
        var mean = Mean(curves);
        var stops = parameters.EarlyStoppingRound > 0 && parameters.Boosting != "dart";
        // The mean of the folds' best rounds: the best round of their mean follows whichever fold went on longest.
        var rounds = stops
            ? Math.Max(1, (int)Math.Round(curves.Average(c => Best(c, first.HigherIsBetter) + 1), MidpointRounding.AwayFromZero))
            : mean.Length;
        if (pruned)
        {
            return new ValidatedTraining(first.Metric, first.HigherIsBetter, mean, rounds, [], work, IsPruned: true);
        }

        var classes = boosters[0].Booster.NumberOfClasses;
        var scores = new double[rows.Label.Length * classes];
        foreach (var (held, booster) in boosters)
        {
            var of = Scores(booster, Array.ConvertAll(rows.Columns, c => Array.ConvertAll(held, row => c[row])), rounds, threads);
            for (var i = 0; i < held.Length; i++)
            {
                of.AsSpan(i * classes, classes).CopyTo(scores.AsSpan(held[i] * classes));
            }
        }

        return new ValidatedTraining(first.Metric, first.HigherIsBetter, mean, rounds, scores, work);
    }

    private static Booster Train(Parameters parameters, Dataset train, Dataset valid, List<MetricResult> measured, CancellationToken cancellation, Action<double>? after = null) =>
        Booster.Train(
            parameters, train, [new ValidSet("valid", valid)],
            r =>
            {
                measured.Add(r.Metrics.First(m => m.Set == "valid"));
                after?.Invoke(measured[^1].Value);
            },
            cancellation);

    // A model that stopped before that many rounds is used as it is.
    private static double[] Scores(Booster booster, double[][] columns, int rounds, int threads) => columns.Length > 0 && columns[0].Length == 0
        ? []
        : booster.Predict(columns, PredictionKind.Probability, numIteration: Math.Min(rounds, booster.NumberOfIterations), threads: threads);

    // A fold that stopped early counts with its last value: its metric was no longer getting better.
    private static double[] Mean(List<List<MetricResult>> curves) =>
        [.. Enumerable.Range(0, curves.Max(c => c.Count)).Select(round => curves.Average(c => c[Math.Min(round, c.Count - 1)].Value))];

    private static int Best(List<MetricResult> curve, bool higherIsBetter)
    {
        var best = 0;
        for (var round = 1; round < curve.Count; round++)
        {
            best = (higherIsBetter ? curve[round].Value > curve[best].Value : curve[round].Value < curve[best].Value) ? round : best;
        }

        return best;
    }
}
