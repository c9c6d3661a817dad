namespace MlOps.Boosting.Settings;

/// <summary>What a parameter's text must be.</summary>
internal enum ParameterKind
{
    Text,
    Integer,
    Number,
    Flag,
    IntegerList,
    NumberList,
    TextList,
}

/// <summary>One parameter: LightGBM's name, its kind, default, allowed range and aliases.</summary>
/// <param name="Name">LightGBM's name.</param>
/// <param name="Kind">What the text must parse as.</param>
/// <param name="Default">Default, as text.</param>
/// <param name="Aliases">Other spellings, separated by spaces.</param>
/// <param name="Minimum">Least value allowed (for lists: of each element).</param>
/// <param name="Maximum">Largest value allowed.</param>
/// <param name="Open">Whether <paramref name="Minimum"/> itself is excluded.</param>
/// <param name="InModel">Whether the model file lists it.</param>
internal sealed record ParameterEntry(
    string Name,
    ParameterKind Kind,
    string Default,
    string Aliases = "",
    double Minimum = double.NegativeInfinity,
    double Maximum = double.PositiveInfinity,
    bool Open = false,
    bool InModel = true);

/// <summary>
/// The one list of parameters: names, defaults and bounds as in LightGBM 4.6 (include/LightGBM/config.h),
/// in the order in which its model file prints them. Parsing, checking and the model file all read it.
/// </summary>
internal static class ParameterTable
{
    private const double Inf = double.PositiveInfinity;

    public static readonly IReadOnlyList<ParameterEntry> Entries =
    [
        new("boosting", ParameterKind.Text, "gbdt", "boosting_type boost"),
        new("objective", ParameterKind.Text, "regression", "objective_type app application loss"),
        new("metric", ParameterKind.TextList, "", "metrics metric_types"),
        new("tree_learner", ParameterKind.Text, "serial", "tree tree_type tree_learner_type"),
        new("device_type", ParameterKind.Text, "cpu", "device"),
        new("data_sample_strategy", ParameterKind.Text, "bagging"),
        new("data", ParameterKind.Text, "", "train train_data train_data_file data_filename"),
        new("valid", ParameterKind.TextList, "", "test valid_data valid_data_file test_data test_data_file valid_filenames"),
        new("num_iterations", ParameterKind.Integer, "100", "num_iteration n_iter num_tree num_trees num_round num_rounds nrounds num_boost_round n_estimators max_iter", 0),
        new("learning_rate", ParameterKind.Number, "0.1", "shrinkage_rate eta", 0, Inf, true),
        new("num_leaves", ParameterKind.Integer, "31", "num_leaf max_leaves max_leaf max_leaf_nodes", 2, 131072),
        new("num_threads", ParameterKind.Integer, "0", "num_thread nthread nthreads n_jobs"),
        new("seed", ParameterKind.Integer, "0", "random_seed random_state"),
        new("deterministic", ParameterKind.Flag, "false"),
        new("force_col_wise", ParameterKind.Flag, "false"),
        new("force_row_wise", ParameterKind.Flag, "false"),
        new("histogram_pool_size", ParameterKind.Number, "-1", "hist_pool_size"),
        new("max_depth", ParameterKind.Integer, "-1"),
        new("min_data_in_leaf", ParameterKind.Integer, "20", "min_data_per_leaf min_data min_child_samples min_samples_leaf", 0),
        new("min_sum_hessian_in_leaf", ParameterKind.Number, "0.001", "min_sum_hessian_per_leaf min_sum_hessian min_hessian min_child_weight", 0),
        new("bagging_fraction", ParameterKind.Number, "1", "sub_row subsample bagging", 0, 1, true),
        new("pos_bagging_fraction", ParameterKind.Number, "1", "pos_sub_row pos_subsample pos_bagging", 0, 1, true),
        new("neg_bagging_fraction", ParameterKind.Number, "1", "neg_sub_row neg_subsample neg_bagging", 0, 1, true),
        new("bagging_freq", ParameterKind.Integer, "0", "subsample_freq"),
        new("bagging_seed", ParameterKind.Integer, "3", "bagging_fraction_seed"),
        new("bagging_by_query", ParameterKind.Flag, "false"),
        new("feature_fraction", ParameterKind.Number, "1", "sub_feature colsample_bytree", 0, 1, true),
        new("feature_fraction_bynode", ParameterKind.Number, "1", "sub_feature_bynode colsample_bynode", 0, 1, true),
        new("feature_fraction_seed", ParameterKind.Integer, "2"),
        new("extra_trees", ParameterKind.Flag, "false", "extra_tree"),
        new("extra_seed", ParameterKind.Integer, "6"),
        new("early_stopping_round", ParameterKind.Integer, "0", "early_stopping_rounds early_stopping n_iter_no_change"),
        new("early_stopping_min_delta", ParameterKind.Number, "0", "", 0),
        new("first_metric_only", ParameterKind.Flag, "false"),
        new("max_delta_step", ParameterKind.Number, "0", "max_tree_output max_leaf_output"),
        new("lambda_l1", ParameterKind.Number, "0", "reg_alpha l1_regularization", 0),
        new("lambda_l2", ParameterKind.Number, "0", "reg_lambda lambda l2_regularization", 0),
        new("linear_lambda", ParameterKind.Number, "0", "", 0),
        new("min_gain_to_split", ParameterKind.Number, "0", "min_split_gain", 0),
        new("drop_rate", ParameterKind.Number, "0.1", "rate_drop", 0, 1),
        new("max_drop", ParameterKind.Integer, "50"),
        new("skip_drop", ParameterKind.Number, "0.5", "", 0, 1),
        new("xgboost_dart_mode", ParameterKind.Flag, "false"),
        new("uniform_drop", ParameterKind.Flag, "false"),
        new("drop_seed", ParameterKind.Integer, "4"),
        new("top_rate", ParameterKind.Number, "0.2", "", 0, 1),
        new("other_rate", ParameterKind.Number, "0.1", "", 0, 1),
        new("min_data_per_group", ParameterKind.Integer, "100", "", 1),
        new("max_cat_threshold", ParameterKind.Integer, "32", "", 1),
        new("cat_l2", ParameterKind.Number, "10", "", 0),
        new("cat_smooth", ParameterKind.Number, "10", "", 0),
        new("max_cat_to_onehot", ParameterKind.Integer, "4", "", 1),
        new("top_k", ParameterKind.Integer, "20", "topk", 1),
        new("monotone_constraints", ParameterKind.IntegerList, "", "mc monotone_constraint monotonic_cst", -1, 1),
        new("monotone_constraints_method", ParameterKind.Text, "basic", "monotone_constraining_method mc_method"),
        new("monotone_penalty", ParameterKind.Number, "0", "monotone_splits_penalty ms_penalty mc_penalty", 0),
        new("feature_contri", ParameterKind.NumberList, "", "feature_contrib fc fp feature_penalty"),
        new("forcedsplits_filename", ParameterKind.Text, "", "fs forced_splits_filename forced_splits_file forced_splits"),
        new("refit_decay_rate", ParameterKind.Number, "0.9", "", 0, 1),
        new("cegb_tradeoff", ParameterKind.Number, "1", "", 0),
        new("cegb_penalty_split", ParameterKind.Number, "0", "", 0),
        new("cegb_penalty_feature_lazy", ParameterKind.NumberList, ""),
        new("cegb_penalty_feature_coupled", ParameterKind.NumberList, ""),
        new("path_smooth", ParameterKind.Number, "0", "", 0),
        new("interaction_constraints", ParameterKind.Text, ""),
        new("verbosity", ParameterKind.Integer, "1", "verbose"),
        new("saved_feature_importance_type", ParameterKind.Integer, "0", "", 0, 1),
        new("use_quantized_grad", ParameterKind.Flag, "false"),
        new("num_grad_quant_bins", ParameterKind.Integer, "4", "", 2, 127),
        new("quant_train_renew_leaf", ParameterKind.Flag, "false"),
        new("stochastic_rounding", ParameterKind.Flag, "true"),
        new("linear_tree", ParameterKind.Flag, "false", "linear_trees"),
        new("max_bin", ParameterKind.Integer, "255", "max_bins", 2, 65535),
        new("max_bin_by_feature", ParameterKind.IntegerList, "", "", 2, 65535),
        new("min_data_in_bin", ParameterKind.Integer, "3", "", 1),
        new("bin_construct_sample_cnt", ParameterKind.Integer, "200000", "subsample_for_bin", 1),
        new("data_random_seed", ParameterKind.Integer, "1", "data_seed"),
        new("is_enable_sparse", ParameterKind.Flag, "true", "is_sparse enable_sparse sparse"),
        new("enable_bundle", ParameterKind.Flag, "true", "is_enable_bundle bundle"),
        new("use_missing", ParameterKind.Flag, "true"),
        new("zero_as_missing", ParameterKind.Flag, "false"),
        new("feature_pre_filter", ParameterKind.Flag, "true"),
        new("pre_partition", ParameterKind.Flag, "false", "is_pre_partition"),
        new("two_round", ParameterKind.Flag, "false", "two_round_loading use_two_round_loading"),
        new("header", ParameterKind.Flag, "false", "has_header"),
        new("label_column", ParameterKind.Text, "", "label"),
        new("weight_column", ParameterKind.Text, "", "weight"),
        new("group_column", ParameterKind.Text, "", "group group_id query_column query query_id"),
        new("ignore_column", ParameterKind.Text, "", "ignore_feature blacklist"),
        new("categorical_feature", ParameterKind.Text, "", "cat_feature categorical_column cat_column categorical_features"),
        new("forcedbins_filename", ParameterKind.Text, ""),
        new("precise_float_parser", ParameterKind.Flag, "false"),
        new("parser_config_file", ParameterKind.Text, ""),
        new("objective_seed", ParameterKind.Integer, "5"),
        new("num_class", ParameterKind.Integer, "1", "num_classes", 1),
        new("is_unbalance", ParameterKind.Flag, "false", "unbalance unbalanced_sets"),
        new("scale_pos_weight", ParameterKind.Number, "1", "", 0, Inf, true),
        new("sigmoid", ParameterKind.Number, "1", "", 0, Inf, true),
        new("boost_from_average", ParameterKind.Flag, "true"),
        new("reg_sqrt", ParameterKind.Flag, "false"),
        new("alpha", ParameterKind.Number, "0.9", "", 0, Inf, true),
        new("fair_c", ParameterKind.Number, "1", "", 0, Inf, true),
        new("poisson_max_delta_step", ParameterKind.Number, "0.7", "", 0, Inf, true),
        new("tweedie_variance_power", ParameterKind.Number, "1.5", "", 1, 1.9999999999999998),
        new("lambdarank_truncation_level", ParameterKind.Integer, "30", "", 1),
        new("lambdarank_norm", ParameterKind.Flag, "true"),
        new("label_gain", ParameterKind.NumberList, ""),
        new("lambdarank_position_bias_regularization", ParameterKind.Number, "0", "", 0),
        new("eval_at", ParameterKind.IntegerList, "", "ndcg_eval_at ndcg_at map_eval_at map_at", 1),
        new("multi_error_top_k", ParameterKind.Integer, "1", "", 1),
        new("auc_mu_weights", ParameterKind.NumberList, ""),
        new("num_machines", ParameterKind.Integer, "1", "num_machine", 1),
        new("local_listen_port", ParameterKind.Integer, "12400", "local_port port", 1),
        new("time_out", ParameterKind.Integer, "120", "", 1),
        new("machine_list_filename", ParameterKind.Text, "", "machine_list_file machine_list mlist"),
        new("machines", ParameterKind.Text, "", "workers nodes"),
        new("gpu_platform_id", ParameterKind.Integer, "-1"),
        new("gpu_device_id", ParameterKind.Integer, "-1"),
        new("gpu_device_id_list", ParameterKind.Text, ""),
        new("gpu_use_dp", ParameterKind.Flag, "false"),
        new("num_gpu", ParameterKind.Integer, "1", "", 1),
        new("config", ParameterKind.Text, "", "config_file", InModel: false),
        new("task", ParameterKind.Text, "train", "task_type", InModel: false),
        new("input_model", ParameterKind.Text, "", "model_input model_in", InModel: false),
        new("output_model", ParameterKind.Text, "LightGBM_model.txt", "model_output model_out", InModel: false),
        new("snapshot_freq", ParameterKind.Integer, "-1", "save_period", InModel: false),
        new("save_binary", ParameterKind.Flag, "false", "is_save_binary is_save_binary_file", InModel: false),
        new("start_iteration_predict", ParameterKind.Integer, "0", InModel: false),
        new("num_iteration_predict", ParameterKind.Integer, "-1", InModel: false),
        new("predict_raw_score", ParameterKind.Flag, "false", "is_predict_raw_score predict_rawscore raw_score", InModel: false),
        new("predict_leaf_index", ParameterKind.Flag, "false", "is_predict_leaf_index leaf_index", InModel: false),
        new("predict_contrib", ParameterKind.Flag, "false", "is_predict_contrib contrib", InModel: false),
        new("predict_disable_shape_check", ParameterKind.Flag, "false", InModel: false),
        new("pred_early_stop", ParameterKind.Flag, "false", InModel: false),
        new("pred_early_stop_freq", ParameterKind.Integer, "10", InModel: false),
        new("pred_early_stop_margin", ParameterKind.Number, "10", InModel: false),
        new("output_result", ParameterKind.Text, "LightGBM_predict_result.txt", "predict_result prediction_result predict_name prediction_name pred_name name_pred", InModel: false),
        new("convert_model_language", ParameterKind.Text, "", InModel: false),
        new("convert_model", ParameterKind.Text, "gbdt_prediction.cpp", "convert_model_file", InModel: false),
        new("metric_freq", ParameterKind.Integer, "1", "output_freq", 1, InModel: false),
        new("is_provide_training_metric", ParameterKind.Flag, "false", "training_metric is_training_metric train_metric", InModel: false),
        new("file_load_progress_interval_bytes", ParameterKind.Number, "10737418240", "", 1, InModel: false),
    ];

    private static readonly Dictionary<string, ParameterEntry> ByName = BuildNames();

    /// <summary>Finds an entry by name or alias, or <see langword="null"/>.</summary>
    public static ParameterEntry? Find(string nameOrAlias) => ByName.GetValueOrDefault(nameOrAlias);

    /// <summary>The known spelling with the least edit distance, or <see langword="null"/> when none is near.</summary>
    public static string? Nearest(string name)
    {
        string? best = null;
        int bestDistance = Math.Max(2, name.Length / 3) + 1;
        foreach (string candidate in ByName.Keys.Order(StringComparer.Ordinal))
        {
            int distance = EditDistance(name, candidate);
            if (distance < bestDistance)
            {
                best = candidate;
                bestDistance = distance;
            }
        }

        return best;
    }

    private static Dictionary<string, ParameterEntry> BuildNames()
    {
        var names = new Dictionary<string, ParameterEntry>(StringComparer.Ordinal);
        foreach (ParameterEntry entry in Entries)
        {
            names.Add(entry.Name, entry);
            foreach (string alias in entry.Aliases.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            {
                names.Add(alias, entry);
            }
        }

        return names;
    }

    private static int EditDistance(string a, string b)
    {
        var previous = new int[b.Length + 1];
        var current = new int[b.Length + 1];
        for (int j = 0; j <= b.Length; j++)
        {
            previous[j] = j;
        }

        for (int i = 1; i <= a.Length; i++)
        {
            current[0] = i;
            for (int j = 1; j <= b.Length; j++)
            {
                int substitution = previous[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
                current[j] = Math.Min(substitution, Math.Min(previous[j], current[j - 1]) + 1);
            }

            (previous, current) = (current, previous);
        }

        return previous[b.Length];
    }
}
