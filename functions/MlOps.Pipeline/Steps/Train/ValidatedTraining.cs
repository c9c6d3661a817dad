using MlOps.Boosting;
using MlOps.Pipeline.Steps.Featurize;

namespace MlOps.Pipeline.Steps.Train;

/// <summary>Features and labels of the rows that are not test rows.</summary>
/// <param name="Names">Names of the features.</param>
/// <param name="Columns">Features, each with the train rows first and the valid rows behind them.</param>
/// <param name="Label">Label of each row.</param>
/// <param name="TrainRows">Number of train rows.</param>
/// <param name="Folds">Fold of each row; <see langword="null"/> where the valid rows validate.</param>
/// <param name="Shape">Classes and category codes.</param>
internal sealed record LearningRows(string[] Names, double[][] Columns, float[] Label, int TrainRows, byte[]? Folds, FeaturizeResult Shape)
{
    /// <summary>How much more there is to learn from in the end than while validating: best numbers of rounds grow by it.</summary>
    public double Growth => Folds is null
        ? Label.Length / (double)Math.Max(1, TrainRows)
        : Shape.Folds / (Shape.Folds - 1.0);

    /// <summary>The first rows alone.</summary>
    public LearningRows First(int rows) => rows == Label.Length
        ? this
        : this with { Columns = Array.ConvertAll(Columns, c => c[..rows]), Label = Label[..rows], TrainRows = Math.Min(rows, TrainRows), Folds = null };
}

/// <summary>What rows that were not learned from say of some parameters.</summary>
/// <param name="Metric">The learner's metric.</param>
/// <param name="HigherIsBetter">Whether larger values of it are better.</param>
/// <param name="Curve">Its value after each round; with folds the mean over them.</param>
/// <param name="Rounds">The best number of rounds, from 1.</param>
/// <param name="Held">Scores after that many rounds of rows that were not learned from, row by row: with folds all rows, else the valid rows.</param>
/// <param name="Work">Work done, in rows x rounds x leaves.</param>
internal sealed record ValidatedTraining(string Metric, bool HigherIsBetter, double[] Curve, int Rounds, double[] Held, long Work)
{
    /// <summary>The metric at the best number of rounds.</summary>
    public double Score => Curve[Rounds - 1];

    /// <summary>Trains with early stopping on the rows that validate.</summary>
    public static ValidatedTraining Run(Parameters parameters, LearningRows rows, int threads, CancellationToken cancellation) => rows.Folds is null
        ? OnValidRows(parameters, rows, threads, cancellation)
        : OnFolds(parameters, rows, threads, cancellation);

    private static ValidatedTraining OnValidRows(Parameters parameters, LearningRows rows, int threads, CancellationToken cancellation)
    {
        var learned = rows.First(rows.TrainRows);
        using var train = Dataset.Create(learned.Columns, rows.Names, learned.Label, parameters, rows.Shape.Categorical);
        var held = Array.ConvertAll(rows.Columns, c => c[rows.TrainRows..]);
        using var valid = train.CreateValid(held, rows.Label[rows.TrainRows..], threads: threads);
        var measured = new List<MetricResult>();
        var booster = Train(parameters, train, valid, measured, cancellation);
        var kept = Math.Clamp(booster.NumberOfIterations, 1, measured.Count);
        return new ValidatedTraining(
            measured[0].Metric, measured[0].HigherIsBetter, [.. measured.Select(m => m.Value)], kept, Scores(booster, held, kept, threads),
            (long)train.RowCount * measured.Count * parameters.NumLeaves);
    }

    private static ValidatedTraining OnFolds(Parameters parameters, LearningRows rows, int threads, CancellationToken cancellation)
    {
        using var all = Dataset.Create(rows.Columns, rows.Names, rows.Label, parameters, rows.Shape.Categorical);
        var boosters = new List<(int[] Held, Booster Booster)>();
        var curves = new List<List<MetricResult>>();
        var work = 0L;
        for (var fold = 0; fold < rows.Shape.Folds; fold++)
        {
            var of = Enumerable.Range(0, rows.Label.Length).ToLookup(row => rows.Folds![row] == fold);
            int[] held = [.. of[true]];
            using var train = all.Subset([.. of[false]]);
            using var valid = all.Subset(held);
            var measured = new List<MetricResult>();
            boosters.Add((held, Train(parameters, train, valid, measured, cancellation)));
            curves.Add(measured);
            work += (long)train.RowCount * measured.Count * parameters.NumLeaves;
        }

        var first = curves[0][0];
        var mean = Mean(curves);
        var stops = parameters.EarlyStoppingRound > 0 && parameters.Boosting != "dart";
        // The mean of the folds' best rounds: the best round of their mean follows whichever fold went on longest.
        var rounds = stops
            ? Math.Max(1, (int)Math.Round(curves.Average(c => Best(c, first.HigherIsBetter) + 1), MidpointRounding.AwayFromZero))
            : mean.Length;
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

    private static Booster Train(Parameters parameters, Dataset train, Dataset valid, List<MetricResult> measured, CancellationToken cancellation) =>
        Booster.Train(parameters, train, [new ValidSet("valid", valid)], r => measured.Add(r.Metrics.First(m => m.Set == "valid")), cancellation);

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
