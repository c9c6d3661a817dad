using System.Globalization;
using MlOps.Boosting.Data;
using MlOps.Boosting.Settings;
using MlOps.Boosting;

namespace MlOps.Learning.Baselines;

/// <summary>
/// A decision tree or a random forest, grown by the boosting room: with squared error on a label of 0 and 1 the best split is that of the
/// Gini impurity, and a leaf's value is its share of positives.
/// </summary>
/// <param name="ModelText">The trees in LightGBM's text format.</param>
public sealed record TreeModel(string ModelText) : BaselineModel
{
    private readonly Lazy<Booster> _booster = new(() => Booster.Load(ModelText));

    /// <summary>Grows one tree, best split first.</summary>
    /// <param name="columns">Features, each with the values of all rows.</param>
    /// <param name="names">A name for each feature.</param>
    /// <param name="label">0 and 1, or the value of a regression.</param>
    /// <param name="leaves">Largest number of leaves, 2 or more.</param>
    /// <param name="rowsInLeaf">Smallest number of rows in a leaf.</param>
    /// <param name="categorical">Indices of categorical features.</param>
    /// <param name="threads">Threads; 0 for one a processor. The tree does not depend on it.</param>
    /// <param name="cancellation">Stops the training.</param>
    public static TreeModel FitTree(
        IReadOnlyList<double[]> columns, IReadOnlyList<string> names, float[] label, int leaves = 31, int rowsInLeaf = 20,
        IReadOnlyCollection<int>? categorical = null, int threads = 0, CancellationToken cancellation = default) =>
        Grow(columns, names, label, categorical, cancellation, new(Shared(leaves, rowsInLeaf, threads))
        {
            ["num_iterations"] = "1",
            ["learning_rate"] = "1",
        });

    /// <summary>Grows a random forest: each tree on two thirds of the rows, drawn without replacement, each node on the square root of the number of features.</summary>
    /// <param name="columns">Features, each with the values of all rows.</param>
    /// <param name="names">A name for each feature.</param>
    /// <param name="label">0 and 1, or the value of a regression.</param>
    /// <param name="trees">Number of trees.</param>
    /// <param name="leaves">Largest number of leaves of a tree, 2 or more.</param>
    /// <param name="rowsInLeaf">Smallest number of rows in a leaf.</param>
    /// <param name="seed">Seed of rows and features.</param>
    /// <param name="categorical">Indices of categorical features.</param>
    /// <param name="threads">Threads; 0 for one a processor. The forest does not depend on it.</param>
    /// <param name="cancellation">Stops the training.</param>
    public static TreeModel FitForest(
        IReadOnlyList<double[]> columns, IReadOnlyList<string> names, float[] label, int trees = 100, int leaves = 255, int rowsInLeaf = 5, int seed = 0,
        IReadOnlyCollection<int>? categorical = null, int threads = 0, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(columns);
        var share = Math.Max(1, Math.Round(Math.Sqrt(columns.Count))) / columns.Count;
        return Grow(columns, names, label, categorical, cancellation, new(Shared(leaves, rowsInLeaf, threads))
        {
            ["boosting"] = "rf",
            ["num_iterations"] = trees.ToString(CultureInfo.InvariantCulture),
            ["bagging_fraction"] = "0.632",
            ["bagging_freq"] = "1",
            ["feature_fraction_bynode"] = share.ToString("R", CultureInfo.InvariantCulture),
            ["seed"] = seed.ToString(CultureInfo.InvariantCulture),
        });
    }

    /// <inheritdoc/>
    public override double[] Predict(IReadOnlyList<double[]> columns)
    {
        CheckCount(columns, _booster.Value.FeatureCount);
        return _booster.Value.Predict(columns);
    }

    private static Dictionary<string, string> Shared(int leaves, int rowsInLeaf, int threads) => new()
    {
        ["objective"] = "regression",
        ["num_leaves"] = leaves.ToString(CultureInfo.InvariantCulture),
        ["min_data_in_leaf"] = rowsInLeaf.ToString(CultureInfo.InvariantCulture),
        ["min_sum_hessian_in_leaf"] = "0",
        // A tree on few rows may split between any two values.
        ["min_data_in_bin"] = "1",
        ["num_threads"] = threads.ToString(CultureInfo.InvariantCulture),
    };

    private static TreeModel Grow(
        IReadOnlyList<double[]> columns, IReadOnlyList<string> names, float[] label, IReadOnlyCollection<int>? categorical, CancellationToken cancellation, Dictionary<string, string> settings)
    {
        var parameters = Parameters.Parse(settings);
        using var train = Dataset.Create(columns, names, label, parameters, categorical);
        return new TreeModel(Booster.Train(parameters, train, cancellation: cancellation).SaveToString());
    }

    /// <summary>Same trees.</summary>
    public bool Equals(TreeModel? other) => other is not null && ModelText == other.ModelText;

    /// <inheritdoc/>
    public override int GetHashCode() => ModelText.GetHashCode(StringComparison.Ordinal);
}
