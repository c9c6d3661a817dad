using System.Globalization;
using MlOps.Boosting;
using MlOps.Pipeline.Definitions;

namespace MlOps.Pipeline.Steps.Train;

/// <summary>The learner's parameters as a definition gives them.</summary>
internal static class LearnerParameters
{
    /// <summary>The definition's parameters, the number of classes and of threads (which never changes a result).</summary>
    public static Parameters For(PipelineDefinition definition, int classes, int threads)
    {
        var all = new Dictionary<string, string>(definition.Model, StringComparer.Ordinal)
        {
            ["num_threads"] = threads.ToString(CultureInfo.InvariantCulture),
        };
        if (definition.Task == TaskKind.Multiclass)
        {
            all["num_class"] = classes.ToString(CultureInfo.InvariantCulture);
        }

        return Parameters.Parse(all);
    }
}
