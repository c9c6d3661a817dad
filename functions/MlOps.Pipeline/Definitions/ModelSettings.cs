using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace MlOps.Pipeline.Definitions;

/// <summary>The <c>model</c> part of a definition: LightGBM's parameters by name.</summary>
internal static class ModelSettings
{
    // Set by the pipeline itself; a definition that sets them too would contradict it.
    private static readonly string[] Reserved =
        ["data", "valid", "task", "input_model", "output_model", "output_result", "num_threads", "num_thread", "nthread", "nthreads", "n_jobs", "config"];

    public static void Add(
        Dictionary<string, string> given, string key, YamlNode value, Mark start, TaskKind task, Action<YamlNode, string> error)
    {
        _ = start;
        _ = task;
        if (Reserved.Contains(key, StringComparer.Ordinal))
        {
            error(value, $"'{key}' is set by the pipeline, not by the definition.");
            return;
        }

        switch (value)
        {
            case YamlScalarNode { Value: { } text }:
                given[key] = text;
                break;
            case YamlSequenceNode list when list.Children.All(c => c is YamlScalarNode):
                given[key] = string.Join(',', list.Children.Select(c => ((YamlScalarNode)c).Value));
                break;
            default:
                error(value, $"'{key}' must be a value or a list of values.");
                break;
        }
    }

    /// <summary>Lets the learner judge the parameters.</summary>
    public static void Check(IReadOnlyDictionary<string, string> all, Action<string> error)
    {
        _ = all;
        _ = error;
    }
}
