using System.Globalization;
using MlOps.Boosting.Settings;
using MlOps.Learning.Learners;
using MlOps.Pipeline.Artifacts;
using MlOps.Pipeline.Definitions;
using MlOps.Pipeline.Steps.Featurize;

namespace MlOps.Pipeline.Steps.Train;

/// <summary>The learner's parameters as a definition gives them.</summary>
internal static class LearnerParameters
{
    /// <summary>The definition's parameters with those of a trial in their place, and the number of classes; ordered by name.</summary>
    public static IReadOnlyDictionary<string, string> Settings(
        PipelineDefinition definition, IReadOnlyDictionary<string, string>? trial, int classes)
    {
        var all = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in definition.Model.Concat(trial ?? new Dictionary<string, string>()))
        {
            all[name] = value;
        }

        if (definition.Task == TaskKind.Multiclass)
        {
            all["num_class"] = classes.ToString(CultureInfo.InvariantCulture);
        }

        return all;
    }

    /// <summary>
    /// Parameters of a tree or a forest, fixed so that they mean the same on every leaderboard. With squared error on labels of 0 and 1 the
    /// best split is that of the Gini impurity, and a leaf's value is its share of positives.
    /// </summary>
    public static IReadOnlyDictionary<string, string> Fixed(string learner, PipelineDefinition definition, int classes, int features)
    {
        if (KnownLearners.Find(learner) is { } kind)
        {
            return new SortedDictionary<string, string>(kind.Settings.ToDictionary(), StringComparer.Ordinal)
            {
                ["library"] = KnownLearners.Library,
                [ModelFiles.Learner] = learner,
                ["seed"] = SeedOf(definition).ToString(CultureInfo.InvariantCulture),
            };
        }

        var all = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["metric"] = definition.Model["metric"],
            ["min_data_in_bin"] = "1",
            ["min_sum_hessian_in_leaf"] = "0",
            ["objective"] = definition.Task == TaskKind.Multiclass ? "multiclass" : "regression",
            ["seed"] = definition.Model["seed"],
        };
        var own = learner switch
        {
            "random_forest" => new Dictionary<string, string>
            {
                ["boosting"] = "rf",
                ["bagging_fraction"] = "0.632",
                ["bagging_freq"] = "1",
                ["feature_fraction_bynode"] = (Math.Max(1, Math.Round(Math.Sqrt(features))) / features).ToString("R", CultureInfo.InvariantCulture),
                ["min_data_in_leaf"] = "5",
                ["num_iterations"] = "100",
                ["num_leaves"] = "255",
            },
            "decision_tree" => new Dictionary<string, string>
            {
                ["learning_rate"] = "1",
                ["min_data_in_leaf"] = "20",
                ["num_iterations"] = "1",
                ["num_leaves"] = "31",
            },
            _ => throw new ArgumentException($"'{learner}' is no learner with fixed parameters.", nameof(learner)),
        };
        foreach (var (name, value) in own)
        {
            all[name] = value;
        }

        if (definition.Task == TaskKind.Multiclass)
        {
            all["num_class"] = classes.ToString(CultureInfo.InvariantCulture);
        }

        return all;
    }

    /// <summary>Seed of a learner of ML.NET.</summary>
    public static int SeedOf(PipelineDefinition definition) => int.Parse(definition.Model["seed"], CultureInfo.InvariantCulture);

    /// <summary>Settings as the learner takes them, with the number of threads, which never changes a result.</summary>
    public static Parameters Parse(IReadOnlyDictionary<string, string> settings, int threads) =>
        Parameters.Parse(settings.Append(KeyValuePair.Create("num_threads", threads.ToString(CultureInfo.InvariantCulture))));

    /// <summary>Settings of a training on these features: the categories of a column take turns in being left out, but where a single tree is all there is.</summary>
    public static Parameters Parse(IReadOnlyDictionary<string, string> settings, int threads, FeaturizeResult shape)
    {
        var parameters = Parse(settings, threads);
        return shape.OneHotGroups is { } groups && parameters.NumIterations > 1 ? parameters.WithOneHotGroups(groups) : parameters;
    }
}
