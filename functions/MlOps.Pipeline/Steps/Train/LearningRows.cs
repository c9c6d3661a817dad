using MlOps.Boosting.Data;
using MlOps.Boosting.Settings;
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
/// <param name="Weighting">Weights of the classes.</param>
/// <param name="Ages">Weight of each row by its age; <see langword="null"/> where all weigh the same.</param>
internal sealed record LearningRows(
    string[] Names, double[][] Columns, float[] Label, int TrainRows, byte[]? Folds, FeaturizeResult Shape, Weighting Weighting, float[]? Ages = null)
{
    /// <summary>How much more there is to learn from in the end than while validating: best numbers of rounds grow by it.</summary>
    public double Growth => Folds is null
        ? Label.Length / (double)Math.Max(1, TrainRows)
        : Shape.Folds / (Shape.Folds - 1.0);

    /// <summary>The rows that trials learn from: with folds all, since each fold is learned from in turn, else the train rows.</summary>
    public LearningRows Learned => Folds is null ? First(TrainRows) : this;

    /// <summary>The rows by which a training is judged.</summary>
    public HeldRows Held => Folds is null
        ? new HeldRows(Array.ConvertAll(Columns, c => c[TrainRows..]), Label[TrainRows..], null, 0, Weighting, Ages?[TrainRows..])
        : new HeldRows(Columns, Label, Folds, Shape.Folds, Weighting, Ages);

    /// <summary>The first rows alone.</summary>
    public LearningRows First(int rows) => rows == Label.Length
        ? this
        : this with { Columns = Array.ConvertAll(Columns, c => c[..rows]), Label = Label[..rows], TrainRows = Math.Min(rows, TrainRows), Folds = null, Ages = Ages?[..rows] };

    /// <summary>Bins these rows.</summary>
    public Dataset Bin(Parameters parameters) => Dataset.Create(Columns, Names, Label, parameters, Shape.Categorical, Weighting.Of(Label, Ages));
}

/// <summary>The rows by which a training is judged: those of each fold in turn, by a model of the other folds, or the valid rows.</summary>
/// <param name="Columns">Features: with folds of all rows, else of the valid rows.</param>
/// <param name="Label">Label of each of these rows.</param>
/// <param name="Folds">Fold of each row; <see langword="null"/> where the valid rows validate.</param>
/// <param name="FoldCount">Number of folds.</param>
/// <param name="Weighting">Weights of the classes.</param>
/// <param name="Ages">Weight of each of these rows by its age; <see langword="null"/> where all weigh the same.</param>
internal sealed record HeldRows(double[][] Columns, float[] Label, byte[]? Folds, int FoldCount, Weighting Weighting, float[]? Ages = null);

/// <summary>Weights of classes.</summary>
/// <param name="Classes">Weight of each class; <see langword="null"/> where all weigh the same.</param>
internal sealed record Weighting(double[]? Classes)
{
    /// <summary>Weight of each row: that of its class times that of its age.</summary>
    public float[]? Of(float[] label, float[]? ages) => Classes is not { } weights ? ages
        : ages is null ? Array.ConvertAll(label, l => (float)weights[(int)l])
        : [.. label.Select((l, i) => (float)weights[(int)l] * ages[i])];

    /// <summary>
    /// The model without what the weights did to its scores. A class that weighs w times as much seems w times as frequent: its odds grow by w,
    /// which is a constant in the score (King and Zeng 2001, prior correction).
    /// </summary>
    public Booster Unweighted(Booster booster, Parameters parameters) => (Classes, parameters.Objective) switch
    {
        ({ Length: 2 } weights, "binary") => booster.Shift([-Math.Log(weights[1] / weights[0]) / parameters.Sigmoid]),
        ({ } weights, "multiclass") => booster.Shift(Array.ConvertAll(weights, w => -Math.Log(w))),
        _ => booster,
    };
}
