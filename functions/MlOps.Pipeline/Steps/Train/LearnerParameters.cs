using System.Globalization;
using MlOps.Boosting;
using MlOps.Pipeline.Definitions;

namespace MlOps.Pipeline.Steps.Train;

/// <summary>The learner's parameters as a definition gives them.</summary>
internal static class LearnerParameters
{
    /// <summary>Everything but the number of threads, which never changes a result.</summary>
    public static Parameters For(PipelineDefinition definition, int threads, int classes = 2) =>
        Parse(definition.Model, definition.Task, threads, classes);

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
