using System.Globalization;
using MlOps.Boosting;
using MlOps.Pipeline.Definitions;

namespace MlOps.Pipeline.Steps.Train;

/// <summary>The learner's parameters as a definition gives them.</summary>
internal static class LearnerParameters
{
    // What decides the bins; everything else may differ between trainings on one binned data set.
    private static readonly HashSet<string> Binning = new(StringComparer.Ordinal)
    {
        "max_bin", "max_bin_by_feature", "min_data_in_bin", "bin_construct_sample_cnt", "data_random_seed", "seed", "use_missing", "zero_as_missing",
        "enable_bundle", "feature_pre_filter", "min_data_in_leaf", "is_enable_sparse", "max_cat_threshold", "objective", "num_class",
    };

    /// <summary>Everything but the number of threads, which never changes a result.</summary>
    public static Parameters For(PipelineDefinition definition, int threads, int classes = 2) =>
        Parse(definition.Model, definition.Task, threads, classes);

    /// <summary>What decides the bins.</summary>
    public static IReadOnlyDictionary<string, string> BinningSettings(PipelineDefinition definition) =>
        new SortedDictionary<string, string>(
            definition.Model.Where(m => Binning.Contains(m.Key)).ToDictionary(m => m.Key, m => m.Value, StringComparer.Ordinal),
            StringComparer.Ordinal);

    public static Parameters ForBinning(PipelineDefinition definition, int threads, int classes = 2) =>
        Parse(BinningSettings(definition), definition.Task, threads, classes);

    private static Parameters Parse(IReadOnlyDictionary<string, string> settings, TaskKind task, int threads, int classes)
    {
        var all = new Dictionary<string, string>(settings, StringComparer.Ordinal)
        {
            ["num_threads"] = threads.ToString(CultureInfo.InvariantCulture),
        };
        if (task == TaskKind.Multiclass)
        {
            all["num_class"] = classes.ToString(CultureInfo.InvariantCulture);
        }

        return Parameters.Parse(all);
    }
}
