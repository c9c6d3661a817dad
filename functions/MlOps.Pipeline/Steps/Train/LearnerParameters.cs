using System.Globalization;
using MlOps.Boosting;
using MlOps.Pipeline.Definitions;

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

    /// <summary>Settings as the learner takes them, with the number of threads, which never changes a result.</summary>
    public static Parameters Parse(IReadOnlyDictionary<string, string> settings, int threads) =>
        Parameters.Parse(settings.Append(KeyValuePair.Create("num_threads", threads.ToString(CultureInfo.InvariantCulture))));
}
