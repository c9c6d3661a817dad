using System.Text.Json.Serialization;

namespace MlOps.Learning.Baselines;

/// <summary>
/// A simple model to hold the boosted one against: fitted parameters as JSON, and a score a row. It sees the features of the featurize step,
/// missing values as NaN.
/// </summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(NaiveBayes), "naive_bayes")]
[JsonDerivedType(typeof(TreeModel), "trees")]
public abstract record BaselineModel
{
    /// <summary>Scores of rows: the probability of the positive class, or the value of a regression.</summary>
    /// <param name="columns">The features of the fit in the same order, each with the values of all rows.</param>
    /// <exception cref="ArgumentException">There are more or fewer features than at the fit.</exception>
    public abstract double[] Predict(IReadOnlyList<double[]> columns);

    private protected static void CheckCount(IReadOnlyList<double[]> columns, int expected)
    {
        ArgumentNullException.ThrowIfNull(columns);
        if (columns.Count != expected)
        {
            throw new ArgumentException($"The model was fitted on {expected} features; there are {columns.Count}.", nameof(columns));
        }
    }

    private protected static void CheckBinary(ReadOnlySpan<float> label)
    {
        var positives = 0;
        foreach (var value in label)
        {
            positives += value switch
            {
                0 => 0,
                1 => 1,
                _ => throw new ArgumentException($"A binary label is 0 or 1; there is {value}.", nameof(label)),
            };
        }

        if (positives == 0 || positives == label.Length)
        {
            throw new ArgumentException($"A binary label needs both classes; all {label.Length} rows have the same.", nameof(label));
        }
    }
}
