using System.Globalization;
using System.Text.Json;
using MlOps.Boosting.Binning;
using MlOps.Boosting.Trees;

namespace MlOps.Boosting.ModelText;

/// <summary>A model as JSON, with the names and the nesting of LightGBM's dump_model.</summary>
internal static class ModelJson
{
    // JSON has no infinity; LightGBM writes this in its place.
    private const double Largest = 1e300;

    /// <param name="model">The model.</param>
    /// <param name="importance">Number of splits of each feature.</param>
    /// <param name="destination">Receives UTF-8.</param>
    public static void Write(BoosterModel model, double[] importance, Stream destination)
    {
        using var json = new Utf8JsonWriter(destination, new JsonWriterOptions { MaxDepth = int.MaxValue });
        json.WriteStartObject();
        json.WriteString("name", "tree");
        json.WriteString("version", "v4");
        json.WriteNumber("num_class", model.Classes);
        json.WriteNumber("num_tree_per_iteration", model.TreesPerIteration);
        json.WriteNumber("label_index", model.LabelIndex);
        json.WriteNumber("max_feature_idx", model.FeatureNames.Count - 1);
        if (model.ObjectiveText.Length > 0)
        {
            json.WriteString("objective", model.ObjectiveText);
        }

        json.WriteBoolean("average_output", model.AveragesOutput);
        WriteArray(json, "feature_names", model.FeatureNames, json.WriteStringValue);
        WriteArray(json, "monotone_constraints", model.MonotoneConstraints, json.WriteNumberValue);
        json.WriteStartObject("feature_infos");
        for (int feature = 0; feature < model.FeatureNames.Count; feature++)
        {
            WriteInfo(json, model.FeatureNames[feature], model.FeatureInfos[feature]);
        }

        json.WriteEndObject();
        json.WriteStartArray("tree_info");
        for (int i = 0; i < model.Trees.Count; i++)
        {
            WriteTree(json, i, model.Trees[i]);
        }

        json.WriteEndArray();
        json.WriteStartObject("feature_importances");
        for (int feature = 0; feature < importance.Length; feature++)
        {
            if (importance[feature] >= 1)
            {
                json.WriteNumber(model.FeatureNames[feature], (long)importance[feature]);
            }
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteInfo(Utf8JsonWriter json, string name, string info)
    {
        if (info is "none")
        {
            return;
        }

        double[] numbers = [.. info.Trim('[', ']').Split(':').Select(text =>
            double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) ? number : 0)];
        json.WriteStartObject(name);
        json.WriteNumber("min_value", Finite(numbers.Min()));
        json.WriteNumber("max_value", Finite(numbers.Max()));
        WriteArray(json, "values", info.StartsWith('[') ? [] : numbers, json.WriteNumberValue);
        json.WriteEndObject();
    }

    private static void WriteTree(Utf8JsonWriter json, int index, Tree tree)
    {
        json.WriteStartObject();
        json.WriteNumber("tree_index", index);
        json.WriteNumber("num_leaves", tree.NumLeaves);
        json.WriteNumber("num_cat", tree.NumCategorical);
        json.WriteNumber("shrinkage", tree.Shrinkage);
        if (tree.NumLeaves == 1)
        {
            json.WriteStartObject("tree_structure");
            json.WriteNumber("leaf_value", Finite(tree.LeafValue[0]));
            json.WriteNumber("leaf_count", tree.LeafCount[0]);
            json.WriteEndObject();
        }
        else
        {
            WriteNodes(json, tree);
        }

        json.WriteEndObject();
    }

    // Without recursion, because a tree may be as deep as it has leaves: a node is opened, and closed behind its right child.
    private static void WriteNodes(Utf8JsonWriter json, Tree tree)
    {
        const int close = int.MinValue;
        var open = new Stack<(string Name, int Child)>([("tree_structure", 0)]);
        while (open.TryPop(out (string Name, int Child) next))
        {
            if (next.Child == close)
            {
                json.WriteEndObject();
                continue;
            }

            json.WriteStartObject(next.Name);
            if (next.Child < 0)
            {
                WriteLeaf(json, tree, ~next.Child);
                json.WriteEndObject();
                continue;
            }

            WriteNode(json, tree, next.Child);
            open.Push((string.Empty, close));
            open.Push(("right_child", tree.RightChild[next.Child]));
            open.Push(("left_child", tree.LeftChild[next.Child]));
        }
    }

    private static void WriteNode(Utf8JsonWriter json, Tree tree, int node)
    {
        json.WriteNumber("split_index", node);
        json.WriteNumber("split_feature", tree.SplitFeature[node]);
        json.WriteNumber("split_gain", Finite(tree.SplitGain[node]));
        if (tree.IsCategorical(node))
        {
            json.WriteString("threshold", string.Join("||", Categories(tree, (int)tree.Threshold[node])));
            json.WriteString("decision_type", "==");
        }
        else
        {
            json.WriteNumber("threshold", Finite(tree.Threshold[node]));
            json.WriteString("decision_type", "<=");
        }

        json.WriteBoolean("default_left", tree.DefaultLeft(node));
        json.WriteString("missing_type", tree.Missing(node) switch { MissingKind.None => "None", MissingKind.Zero => "Zero", _ => "NaN" });
        json.WriteNumber("internal_value", Finite(tree.InternalValue[node]));
        json.WriteNumber("internal_weight", Finite(tree.InternalWeight[node]));
        json.WriteNumber("internal_count", tree.InternalCount[node]);
    }

    private static void WriteLeaf(Utf8JsonWriter json, Tree tree, int leaf)
    {
        json.WriteNumber("leaf_index", leaf);
        json.WriteNumber("leaf_value", Finite(tree.LeafValue[leaf]));
        json.WriteNumber("leaf_weight", Finite(tree.LeafWeight[leaf]));
        json.WriteNumber("leaf_count", tree.LeafCount[leaf]);
    }

    private static IEnumerable<int> Categories(Tree tree, int set)
    {
        int first = tree.CategoryBoundaries[set];
        int bits = 32 * (tree.CategoryBoundaries[set + 1] - first);
        return Enumerable.Range(0, bits).Where(category => (tree.CategoryWords[first + (category / 32)] >> (category % 32) & 1) != 0);
    }

    private static double Finite(double value) =>
        double.IsNaN(value) ? 0 : Math.Clamp(value, -Largest, Largest);

    private static void WriteArray<T>(Utf8JsonWriter json, string name, IEnumerable<T> values, Action<T> write)
    {
        json.WriteStartArray(name);
        foreach (T value in values)
        {
            write(value);
        }

        json.WriteEndArray();
    }
}
