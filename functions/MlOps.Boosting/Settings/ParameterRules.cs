using System.Globalization;

namespace MlOps.Boosting.Settings;

/// <summary>Rules between parameters: what contradicts what, and what this learner does not offer.</summary>
internal static class ParameterRules
{
    /// <exception cref="ParameterException">Two parameters contradict each other, or one asks for what is not offered.</exception>
    public static void Check(Parameters p)
    {
        CheckOffered(p);
        bool multiclass = ObjectiveNames.IsMulticlass(p.Objective);
        Refuse(multiclass && p.NumClass < 2, "num_class", $"objective={p.Objective} needs num_class of at least 2.");
        Refuse(!multiclass && p.NumClass != 1, "num_class", $"num_class={p.NumClass} needs objective=multiclass or multiclassova, not {p.Objective}.");
        foreach (string metric in p.Metric)
        {
            Refuse(
                MetricNames.IsMulticlass(metric) != multiclass,
                "metric",
                $"metric={metric} does not go with objective={p.Objective}: one is for several classes, the other is not.");
        }

        Refuse(
            p.IsUnbalance && Math.Abs(p.ScalePosWeight - 1) > 1e-6,
            "is_unbalance",
            "is_unbalance and scale_pos_weight both weigh the classes: set one of them.");
        Refuse(
            p.MonotoneConstraints.Count > 0 && (p.Objective is "regression_l1" or "quantile" or "mape"),
            "monotone_constraints",
            $"objective={p.Objective} renews its leaf outputs, which monotone_constraints does not allow.");
        Refuse(p.Objective is "quantile" && (float)p.Alpha >= 1, "alpha", $"alpha={p.Alpha}: a quantile lies between 0 and 1.");
        CheckSampling(p);
    }

    public static string CanonicalBoosting(string name) => name.ToLowerInvariant() switch
    {
        "gbdt" or "gbrt" => "gbdt",
        "dart" => "dart",
        "goss" => "goss",
        "rf" or "random_forest" => "rf",
        string other => throw new ParameterException("boosting", $"boosting={other} is not known. Known are: gbdt, dart, rf, goss."),
    };

    /// <summary>Reads groups written as "[0,1],[2,3]".</summary>
    public static IReadOnlyList<IReadOnlyList<int>> ParseInteractionConstraints(string text)
    {
        var groups = new List<IReadOnlyList<int>>();
        string compact = text.Replace(" ", string.Empty, StringComparison.Ordinal);
        if (compact.StartsWith("[[", StringComparison.Ordinal) && compact.EndsWith("]]", StringComparison.Ordinal))
        {
            compact = compact[1..^1];
        }

        foreach (string part in compact.Split(']', StringSplitOptions.RemoveEmptyEntries))
        {
            string group = part.TrimStart(',');
            bool whole = group.StartsWith('[');
            Refuse(!whole, "interaction_constraints", $"interaction_constraints={text}: expected groups such as [0,1],[2,3].");
            var features = new List<int>();
            foreach (string item in group[1..].Split(',', StringSplitOptions.RemoveEmptyEntries))
            {
                bool number = int.TryParse(item, NumberStyles.None, CultureInfo.InvariantCulture, out int feature);
                Refuse(!number, "interaction_constraints", $"interaction_constraints={text}: '{item}' is not a feature index.");
                features.Add(feature);
            }

            groups.Add(features);
        }

        return groups;
    }

    private static void CheckOffered(Parameters p)
    {
        Refuse(!Is(p, "tree_learner", "serial") && p.Text("num_machines") != "1", "tree_learner", "Only tree_learner=serial on one machine is offered.");
        Refuse(p.Text("num_machines") != "1", "num_machines", "Training runs on one machine: num_machines must be 1.");
        Refuse(!Is(p, "device_type", "cpu"), "device_type", $"device_type={p.Text("device_type")} is not offered: use cpu.");
        Refuse(p.Text("linear_tree").ToLowerInvariant() is "true" or "1" or "+", "linear_tree", "linear_tree is not offered: leaves are constants.");
        Refuse(
            p.MonotoneConstraints.Count > 0 && !Is(p, "monotone_constraints_method", "basic"),
            "monotone_constraints_method",
            "Only monotone_constraints_method=basic is offered.");
        Refuse(p.Text("forcedsplits_filename").Length > 0, "forcedsplits_filename", "Forced splits are not offered.");
        Refuse(p.Text("forcedbins_filename").Length > 0, "forcedbins_filename", "Forced bins are not offered.");
        Refuse(p.Text("cegb_penalty_feature_lazy").Length > 0, "cegb_penalty_feature_lazy", "Cost-effective boosting is not offered.");
        Refuse(p.Text("cegb_penalty_feature_coupled").Length > 0, "cegb_penalty_feature_coupled", "Cost-effective boosting is not offered.");
        Refuse(p.Text("cegb_penalty_split") is not ("0" or "0.0"), "cegb_penalty_split", "Cost-effective boosting is not offered.");
        Refuse(p.DataSampleStrategy is not ("bagging" or "goss"), "data_sample_strategy", $"data_sample_strategy={p.DataSampleStrategy}: expected bagging or goss.");
    }

    private static void CheckSampling(Parameters p)
    {
        if (p.DataSampleStrategy == "goss")
        {
            Refuse(p.TopRate + p.OtherRate > 1, "top_rate", $"top_rate + other_rate is {p.TopRate + p.OtherRate}: must be at most 1.");
            Refuse(p.TopRate <= 0, "top_rate", "GOSS needs top_rate above 0.");
            Refuse(p.OtherRate <= 0, "other_rate", "GOSS needs other_rate above 0.");
            Refuse(p.BaggingFreq > 0 && p.BaggingFraction != 1, "bagging_fraction", "GOSS and bagging exclude each other: remove bagging_fraction or bagging_freq.");
        }
        else if (p.Boosting == "rf")
        {
            bool bags = p.BaggingFreq > 0 && p.BaggingFraction < 1;
            Refuse(
                !bags && p.FeatureFraction >= 1,
                "bagging_fraction",
                "boosting=rf needs bagging_freq above 0 with bagging_fraction below 1, or feature_fraction below 1: else all trees are equal.");
        }
    }

    private static bool Is(Parameters p, string name, string value) => p.Text(name).Equals(value, StringComparison.OrdinalIgnoreCase);

    private static void Refuse(bool condition, string parameter, string message)
    {
        if (condition)
        {
            throw new ParameterException(parameter, message);
        }
    }
}
