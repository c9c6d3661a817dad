using MlOps.Learning.Onnx;

namespace MlOps.Learning.Learners;

/// <summary>A model in memory, whatever learner made it. Immutable; many threads may use it at once.</summary>
public abstract class LearnedModel
{
    /// <summary>Names of the features, in the order of the fit.</summary>
    public abstract IReadOnlyList<string> FeatureNames { get; }

    /// <summary>Scores of a row: the number of classes where there are three or more, else 1.</summary>
    public abstract int Outputs { get; }

    /// <summary>Whether it tells what each feature did to a row's score.</summary>
    public abstract bool ExplainsRows { get; }

    /// <summary>Scores, row by row: the probability of the positive class, or of each class in order, or the value of a regression.</summary>
    /// <param name="columns">The features of the fit in the same order, each with the values of all rows.</param>
    /// <param name="threads">Threads, which never change a result.</param>
    /// <exception cref="ArgumentException">There are more or fewer features than at the fit.</exception>
    public abstract double[] Predict(double[][] columns, int threads);

    /// <summary>Row by row and output by output what each feature did to the raw score (log odds where scores are probabilities), then the score of the mean row.</summary>
    /// <param name="columns">As for <see cref="Predict"/>.</param>
    /// <exception cref="NotSupportedException">The model does not explain rows.</exception>
    public abstract double[] Contributions(double[][] columns);

    /// <summary>How much each feature is used in all, 0 or more: the gain of its splits, or how far its part of the score deviates.</summary>
    public abstract double[] Importance();

    /// <summary>How often each feature is split by; 0 where there are no splits.</summary>
    public virtual double[] Splits() => new double[FeatureNames.Count];

    /// <summary>Writes the model; the same model gives the same bytes.</summary>
    /// <param name="stream">Target.</param>
    public abstract void Save(Stream stream);

    /// <summary>Adds the model to an ONNX graph.</summary>
    /// <param name="graph">Graph.</param>
    /// <param name="features">Value of the features in it: doubles, row by row in the order of the fit, NaN where they are missing.</param>
    /// <returns>Value of the scores, as <see cref="Predict"/> gives them.</returns>
    /// <exception cref="OnnxException">The model has no form in ONNX; says why.</exception>
    internal abstract string AddTo(OnnxGraph graph, string features);

    /// <summary>Refuses another number of features than that of the fit.</summary>
    /// <param name="columns">Features.</param>
    protected void CheckCount(double[][] columns)
    {
        ArgumentNullException.ThrowIfNull(columns);
        if (columns.Length != FeatureNames.Count)
        {
            throw new ArgumentException($"The model was fitted on {FeatureNames.Count} features; there are {columns.Length}.", nameof(columns));
        }
    }
}
