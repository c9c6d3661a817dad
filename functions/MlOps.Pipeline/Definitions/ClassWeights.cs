using MlOps.Pipeline.Wording;
using YamlDotNet.RepresentationModel;

namespace MlOps.Pipeline.Definitions;

/// <summary>Where the weights of classes come from.</summary>
public enum ClassWeightKind
{
    /// <summary>Every row weighs the same.</summary>
    Equal,

    /// <summary>Every class weighs the same: a row weighs rows / (classes x rows of its class).</summary>
    Balanced,

    /// <summary>The definition names them.</summary>
    Given,
}

/// <summary>What rows weigh by their class while learning. Scores are corrected for it, so that they stay probabilities.</summary>
/// <param name="Kind">Where the weights come from.</param>
/// <param name="Weights">Weights of <see cref="ClassWeightKind.Given"/> by class; a class that is not named weighs 1.</param>
public sealed record ClassWeights(ClassWeightKind Kind, IReadOnlyDictionary<string, double> Weights)
{
    /// <summary>Every row weighs the same.</summary>
    public static ClassWeights Equal { get; } = new(ClassWeightKind.Equal, new SortedDictionary<string, double>(StringComparer.Ordinal));

    /// <summary>The weight of each class, or <see langword="null"/> where all weigh the same.</summary>
    /// <param name="classes">The label's classes, in the order of their numbers.</param>
    /// <param name="labels">The class of each row to learn from.</param>
    internal double[]? Of(IReadOnlyList<string> classes, ReadOnlySpan<float> labels)
    {
        if (Kind == ClassWeightKind.Equal || classes.Count == 0)
        {
            return null;
        }

        if (Kind == ClassWeightKind.Given)
        {
            return [.. classes.Select(c => Weights.TryGetValue(c, out var weight) ? weight : 1)];
        }

        var rows = new long[classes.Count];
        foreach (var label in labels)
        {
            rows[(int)label]++;
        }

        var total = labels.Length;
        return Array.ConvertAll(rows, count => count == 0 ? 1 : total / ((double)rows.Length * count));
    }

    internal static ClassWeights Read(YamlMap map, TaskKind task)
    {
        var settings = Equal;
        if (map.Node("class_weight") is YamlScalarNode)
        {
            settings = Equal with
            {
                Kind = map.Choice("class_weight", ClassWeightKind.Equal, ("equal", ClassWeightKind.Equal), ("balanced", ClassWeightKind.Balanced)),
            };
        }
        else if (map.Map("class_weight") is { } inner)
        {
            var weights = new SortedDictionary<string, double>(StringComparer.Ordinal);
            foreach (var name in inner.Entries().Select(e => e.Key).ToArray())
            {
                weights[name] = inner.Number(name, 1, 0, 1e6, open: true);
            }

            settings = new ClassWeights(ClassWeightKind.Given, weights);
        }

        if (settings.Kind != ClassWeightKind.Equal && task == TaskKind.Regression)
        {
            map.Error("class_weight", Sentence.Of("definition-weights-classes"));
        }

        return settings;
    }
}
