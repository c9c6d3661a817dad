using System.Text;
using MlOps.Boosting.Settings;
using MlOps.Boosting.Trees;

namespace MlOps.Boosting.ModelText;

/// <summary>Writes LightGBM's text model, version v4. The same model gives the same bytes.</summary>
internal static class ModelWriter
{
    /// <param name="model">The model.</param>
    /// <param name="importance">Importance of each feature, for the list behind the trees.</param>
    public static string Write(BoosterModel model, double[] importance)
    {
        var text = new StringBuilder();
        text.Append("tree\nversion=v4\n");
        text.Append("num_class=").Append(model.Classes).Append('\n');
        text.Append("num_tree_per_iteration=").Append(model.TreesPerIteration).Append('\n');
        text.Append("label_index=").Append(model.LabelIndex).Append('\n');
        text.Append("max_feature_idx=").Append(model.FeatureNames.Count - 1).Append('\n');
        if (model.ObjectiveText.Length > 0)
        {
            text.Append("objective=").Append(model.ObjectiveText).Append('\n');
        }

        if (model.AveragesOutput)
        {
            text.Append("average_output\n");
        }

        text.Append("feature_names=").AppendJoin(' ', model.FeatureNames).Append('\n');
        if (model.MonotoneConstraints.Count > 0)
        {
            text.Append("monotone_constraints=").AppendJoin(' ', model.MonotoneConstraints).Append('\n');
        }

        text.Append("feature_infos=").AppendJoin(' ', model.FeatureInfos).Append('\n');
        string[] trees = [.. model.Trees.Select((tree, i) => $"Tree={i}\n{TreeBlock(tree)}\n")];
        text.Append("tree_sizes=").AppendJoin(' ', trees.Select(tree => tree.Length)).Append("\n\n");
        foreach (string tree in trees)
        {
            text.Append(tree);
        }

        text.Append("end of trees\n\nfeature_importances:\n");
        foreach ((string name, long value) in Importances(model, importance))
        {
            text.Append(name).Append('=').Append(value).Append('\n');
        }

        if (model.ParametersText.Length > 0)
        {
            text.Append("\nparameters:\n").Append(model.ParametersText).Append("\nend of parameters\n");
        }

        return text.ToString();
    }

    /// <summary>The parameters section of a training: every parameter that LightGBM lists, in its order.</summary>
    public static string Parameters(Parameters parameters)
    {
        var text = new StringBuilder();
        foreach (ParameterEntry entry in ParameterTable.Entries.Where(entry => entry.InModel))
        {
            text.Append('[').Append(entry.Name).Append(": ").Append(ParameterValue(parameters, entry)).Append("]\n");
        }

        return text.ToString();
    }

    private static string ParameterValue(Parameters p, ParameterEntry entry) => entry.Name switch
    {
        "boosting" => p.Boosting,
        "objective" => p.Objective,
        "metric" => string.Join(',', p.Metric),
        "data_sample_strategy" => p.DataSampleStrategy,
        "num_leaves" => Text(p.NumLeaves),
        "min_data_in_leaf" => Text(p.MinDataInLeaf),
        "data_random_seed" => Text(p.DataRandomSeed),
        "bagging_seed" => Text(p.BaggingSeed),
        "drop_seed" => Text(p.DropSeed),
        "feature_fraction_seed" => Text(p.FeatureFractionSeed),
        "objective_seed" => Text(p.ObjectiveSeed),
        "extra_seed" => Text(p.ExtraSeed),
        "eval_at" => p.IsGiven("eval_at") ? string.Join(',', p.EvalAt) : string.Empty,

        // How many threads ran does not belong to the model: the same model must have the same bytes.
        "num_threads" => "0",
        _ => entry.Kind switch
        {
            ParameterKind.Flag => p.Text(entry.Name).ToLowerInvariant() is "true" or "1" or "+" ? "1" : "0",
            ParameterKind.Number => ModelNumber.Short(double.Parse(p.Text(entry.Name), System.Globalization.CultureInfo.InvariantCulture)),
            ParameterKind.IntegerList or ParameterKind.NumberList => p.Text(entry.Name).Trim('[', ']', ' ').Replace(" ", string.Empty, StringComparison.Ordinal),
            _ => p.Text(entry.Name).ReplaceLineEndings(" "),
        },
    };

    private static string Text(int value) => value.ToString(System.Globalization.CultureInfo.InvariantCulture);

    private static string TreeBlock(Tree tree)
    {
        var text = new StringBuilder();
        int nodes = tree.NumNodes;
        text.Append("num_leaves=").Append(tree.NumLeaves).Append('\n');
        text.Append("num_cat=").Append(tree.NumCategorical).Append('\n');
        text.Append("split_feature=").AppendJoin(' ', tree.SplitFeature.Take(nodes)).Append('\n');
        text.Append("split_gain=").AppendJoin(' ', tree.SplitGain.Take(nodes).Select(gain => ModelNumber.Short(gain))).Append('\n');
        text.Append("threshold=").AppendJoin(' ', tree.Threshold.Take(nodes).Select(ModelNumber.Exact)).Append('\n');
        text.Append("decision_type=").AppendJoin(' ', tree.DecisionType.Take(nodes)).Append('\n');
        text.Append("left_child=").AppendJoin(' ', tree.LeftChild.Take(nodes)).Append('\n');
        text.Append("right_child=").AppendJoin(' ', tree.RightChild.Take(nodes)).Append('\n');
        text.Append("leaf_value=").AppendJoin(' ', tree.LeafValue.Take(tree.NumLeaves).Select(ModelNumber.Exact)).Append('\n');
        text.Append("leaf_weight=").AppendJoin(' ', tree.LeafWeight.Take(tree.NumLeaves).Select(ModelNumber.Exact)).Append('\n');
        text.Append("leaf_count=").AppendJoin(' ', tree.LeafCount.Take(tree.NumLeaves)).Append('\n');
        text.Append("internal_value=").AppendJoin(' ', tree.InternalValue.Take(nodes).Select(ModelNumber.Short)).Append('\n');
        text.Append("internal_weight=").AppendJoin(' ', tree.InternalWeight.Take(nodes).Select(ModelNumber.Short)).Append('\n');
        text.Append("internal_count=").AppendJoin(' ', tree.InternalCount.Take(nodes)).Append('\n');
        if (tree.NumCategorical > 0)
        {
            text.Append("cat_boundaries=").AppendJoin(' ', tree.CategoryBoundaries).Append('\n');
            text.Append("cat_threshold=").AppendJoin(' ', tree.CategoryWords).Append('\n');
        }

        text.Append("is_linear=0\nshrinkage=").Append(ModelNumber.Short(tree.Shrinkage)).Append("\n\n");
        return text.ToString();
    }

    private static IEnumerable<(string Name, long Value)> Importances(BoosterModel model, double[] importance) =>
        model.FeatureNames
            .Select((name, i) => (name, Value: (long)importance[i]))
            .Where(item => item.Value > 0)
            .OrderByDescending(item => item.Value);
}
