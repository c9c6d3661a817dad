using MlOps.Boosting.Settings;
using MlOps.Pipeline.Wording;
using YamlDotNet.RepresentationModel;

namespace MlOps.Pipeline.Definitions;

/// <summary>The <c>model</c> part of a definition: LightGBM's parameters by name or alias.</summary>
internal static class ModelSettings
{
    // Set by the pipeline itself; a definition that sets them too would contradict it.
    private static readonly string[] Reserved = ["task", "num_class", "num_threads", "categorical_feature", "verbosity"];

    /// <summary>Takes one setting under its canonical name, so that an alias never stands beside a default.</summary>
    public static void Add(Dictionary<string, string> given, string key, YamlNode value, Action<YamlNode, Sentence> error)
    {
        var text = value switch
        {
            YamlScalarNode { Value: { } one } => one,
            YamlSequenceNode list when list.Children.All(c => c is YamlScalarNode) =>
                string.Join(',', list.Children.Select(c => ((YamlScalarNode)c).Value)),
            _ => null,
        };
        if (text is null)
        {
            error(value, Sentence.Of("definition-value", ("key", key)));
            return;
        }

        try
        {
            var name = Parameters.Parse([KeyValuePair.Create(key, text)]).Given.Select(g => g.Key).FirstOrDefault(key);
            if (Reserved.Contains(name, StringComparer.Ordinal))
            {
                error(value, Sentence.Of("definition-reserved", ("key", key)));
            }
            else if (!given.TryAdd(name, text))
            {
                error(value, Sentence.Of("definition-alias-twice", ("key", key), ("name", name)));
            }
        }
        catch (ParameterException e)
        {
            error(value, Sentence.Of("definition-raw", ("problem", e.Message)));
        }
    }

    /// <summary>Lets the learner judge all parameters together.</summary>
    public static void Check(IReadOnlyDictionary<string, string> all, Action<Sentence> error)
    {
        try
        {
            // The number of classes is known only from the data; any will do to judge the rest.
            var classes = all["objective"].StartsWith("multiclass", StringComparison.Ordinal) || all["objective"] is "softmax" or "ova";
            _ = Parameters.Parse(classes ? all.Append(KeyValuePair.Create("num_class", "3")) : all);
        }
        catch (ParameterException e)
        {
            error(Sentence.Of("definition-raw", ("problem", e.Message)));
        }
    }
}
