
namespace MlOps.Boosting.Settings;

/// <content>The typed view: one property a parameter.</content>
public sealed partial class Parameters
{
    /// <summary><c>boosting</c>. Boosting type: gbdt, dart or rf (goss is read as gbdt with data_sample_strategy=goss).</summary>
    public string Boosting { get; private set; } = string.Empty;

    /// <summary><c>objective</c>. Objective in its canonical spelling.</summary>
    public string Objective { get; private set; } = string.Empty;

    /// <summary><c>metric</c>. Metrics in their canonical spelling; the objective's own when none was given; empty for "none".</summary>
    public IReadOnlyList<string> Metric { get; private set; } = [];

    /// <summary><c>data_sample_strategy</c>. Row sampling: bagging or goss.</summary>
    public string DataSampleStrategy { get; private set; } = string.Empty;

    /// <summary><c>num_iterations</c>. Boosting rounds.</summary>
    public int NumIterations { get; private set; }

    /// <summary><c>learning_rate</c>. Shrinkage of each tree.</summary>
    public double LearningRate { get; private set; }

    /// <summary><c>num_leaves</c>. Most leaves in a tree (after max_depth was taken into account).</summary>
    public int NumLeaves { get; private set; }

    /// <summary><c>num_threads</c>. Threads; 0 or less means one for each processor. The model does not depend on it.</summary>
    public int NumThreads { get; private set; }

    /// <summary><c>seed</c>. Seed from which the other seeds derive.</summary>
    public int Seed { get; private set; }

    /// <summary><c>deterministic</c>. Always the case here; accepted for compatibility.</summary>
    public bool Deterministic { get; private set; }

    /// <summary><c>histogram_pool_size</c>. Accepted for compatibility; histograms are always kept.</summary>
    public double HistogramPoolSize { get; private set; }

    /// <summary><c>max_depth</c>. Largest depth of a leaf; 0 or less means no limit.</summary>
    public int MaxDepth { get; private set; }

    /// <summary><c>min_data_in_leaf</c>. Least rows in a leaf (estimated from hessians, as LightGBM does).</summary>
    public int MinDataInLeaf { get; private set; }

    /// <summary><c>min_sum_hessian_in_leaf</c>. Least hessian sum in a leaf.</summary>
    public double MinSumHessianInLeaf { get; private set; }

    /// <summary><c>bagging_fraction</c>. Share of rows in a bag.</summary>
    public double BaggingFraction { get; private set; }

    /// <summary><c>pos_bagging_fraction</c>. Share of positive rows in a bag (binary).</summary>
    public double PosBaggingFraction { get; private set; }

    /// <summary><c>neg_bagging_fraction</c>. Share of negative rows in a bag (binary).</summary>
    public double NegBaggingFraction { get; private set; }

    /// <summary><c>bagging_freq</c>. Rounds between bags; 0 means no bagging.</summary>
    public int BaggingFreq { get; private set; }

    /// <summary><c>bagging_seed</c>. Seed; derived from <c>seed</c> unless given.</summary>
    public int BaggingSeed { get; }

    /// <summary><c>bagging_by_query</c>. Bag whole queries (ranking).</summary>
    public bool BaggingByQuery { get; private set; }

    /// <summary><c>feature_fraction</c>. Share of features in a tree.</summary>
    public double FeatureFraction { get; private set; }

    /// <summary><c>feature_fraction_bynode</c>. Share of features at a node.</summary>
    public double FeatureFractionBynode { get; private set; }

    /// <summary><c>feature_fraction_seed</c>. Seed; derived from <c>seed</c> unless given.</summary>
    public int FeatureFractionSeed { get; }

    /// <summary><c>extra_trees</c>. One random threshold a feature and node.</summary>
    public bool ExtraTrees { get; private set; }

    /// <summary><c>extra_seed</c>. Seed; derived from <c>seed</c> unless given.</summary>
    public int ExtraSeed { get; }

    /// <summary><c>early_stopping_round</c>. Rounds without improvement before training stops; 0 means never.</summary>
    public int EarlyStoppingRound { get; private set; }

    /// <summary><c>early_stopping_min_delta</c>. Least improvement that counts.</summary>
    public double EarlyStoppingMinDelta { get; private set; }

    /// <summary><c>first_metric_only</c>. Stop on the first metric only.</summary>
    public bool FirstMetricOnly { get; private set; }

    /// <summary><c>max_delta_step</c>. Largest absolute leaf output; 0 or less means no limit.</summary>
    public double MaxDeltaStep { get; private set; }

    /// <summary><c>lambda_l1</c>. L1 regularisation.</summary>
    public double LambdaL1 { get; private set; }

    /// <summary><c>lambda_l2</c>. L2 regularisation.</summary>
    public double LambdaL2 { get; private set; }

    /// <summary><c>min_gain_to_split</c>. Least gain of a split.</summary>
    public double MinGainToSplit { get; private set; }

    /// <summary><c>drop_rate</c>. DART: share of trees dropped.</summary>
    public double DropRate { get; private set; }

    /// <summary><c>max_drop</c>. DART: most trees dropped in a round; 0 or less means no limit.</summary>
    public int MaxDrop { get; private set; }

    /// <summary><c>skip_drop</c>. DART: chance that no tree is dropped.</summary>
    public double SkipDrop { get; private set; }

    /// <summary><c>xgboost_dart_mode</c>. DART: weights as XGBoost's.</summary>
    public bool XgboostDartMode { get; private set; }

    /// <summary><c>uniform_drop</c>. DART: drop independent of tree weights.</summary>
    public bool UniformDrop { get; private set; }

    /// <summary><c>drop_seed</c>. Seed; derived from <c>seed</c> unless given.</summary>
    public int DropSeed { get; }

    /// <summary><c>top_rate</c>. GOSS: share of rows with large gradients that are kept.</summary>
    public double TopRate { get; private set; }

    /// <summary><c>other_rate</c>. GOSS: share of the other rows that are kept.</summary>
    public double OtherRate { get; private set; }

    /// <summary><c>min_data_per_group</c>. Least rows in a categorical group.</summary>
    public int MinDataPerGroup { get; private set; }

    /// <summary><c>max_cat_threshold</c>. Most categories on the left of a split.</summary>
    public int MaxCatThreshold { get; private set; }

    /// <summary><c>cat_l2</c>. L2 regularisation of categorical splits.</summary>
    public double CatL2 { get; private set; }

    /// <summary><c>cat_smooth</c>. Smoothing of category statistics.</summary>
    public double CatSmooth { get; private set; }

    /// <summary><c>max_cat_to_onehot</c>. Categorical features with at most so many bins are split one against the rest.</summary>
    public int MaxCatToOnehot { get; private set; }

    /// <summary><c>monotone_constraints</c>. -1, 0 or 1 a feature, or empty.</summary>
    public IReadOnlyList<int> MonotoneConstraints { get; private set; } = [];

    /// <summary><c>monotone_penalty</c>. Penalty of monotone splits near the root.</summary>
    public double MonotonePenalty { get; private set; }

    /// <summary><c>feature_contri</c>. Factor on the gain, a feature, or empty.</summary>
    public IReadOnlyList<double> FeatureContri { get; private set; } = [];

    /// <summary><c>refit_decay_rate</c>. Share of the old leaf output kept by a refit.</summary>
    public double RefitDecayRate { get; private set; }

    /// <summary><c>path_smooth</c>. Smoothing of leaf outputs towards the parent.</summary>
    public double PathSmooth { get; private set; }

    /// <summary><c>verbosity</c>. Below 0: silent; 0: warnings; 1: information.</summary>
    public int Verbosity { get; private set; }

    /// <summary><c>saved_feature_importance_type</c>. Importance in the model file: 0 split counts, 1 gain.</summary>
    public int SavedFeatureImportanceType { get; private set; }

    /// <summary><c>use_quantized_grad</c>. Train on quantised gradients.</summary>
    public bool UseQuantizedGrad { get; private set; }

    /// <summary><c>num_grad_quant_bins</c>. Levels of quantised gradients.</summary>
    public int NumGradQuantBins { get; private set; }

    /// <summary><c>quant_train_renew_leaf</c>. Recompute leaf outputs from full gradients.</summary>
    public bool QuantTrainRenewLeaf { get; private set; }

    /// <summary><c>stochastic_rounding</c>. Round quantised gradients at random.</summary>
    public bool StochasticRounding { get; private set; }

    /// <summary><c>max_bin</c>. Most bins of a feature.</summary>
    public int MaxBin { get; private set; }

    /// <summary><c>max_bin_by_feature</c>. Most bins, feature by feature, or empty.</summary>
    public IReadOnlyList<int> MaxBinByFeature { get; private set; } = [];

    /// <summary><c>min_data_in_bin</c>. Least rows in a bin.</summary>
    public int MinDataInBin { get; private set; }

    /// <summary><c>bin_construct_sample_cnt</c>. Rows from which bins are found.</summary>
    public int BinConstructSampleCnt { get; private set; }

    /// <summary><c>data_random_seed</c>. Seed; derived from <c>seed</c> unless given.</summary>
    public int DataRandomSeed { get; }

    /// <summary><c>is_enable_sparse</c>. Whether sparse features may be stored together.</summary>
    public bool IsEnableSparse { get; private set; }

    /// <summary><c>enable_bundle</c>. Bundle mutually exclusive features.</summary>
    public bool EnableBundle { get; private set; }

    /// <summary><c>use_missing</c>. Handle missing values.</summary>
    public bool UseMissing { get; private set; }

    /// <summary><c>zero_as_missing</c>. Treat zero as missing.</summary>
    public bool ZeroAsMissing { get; private set; }

    /// <summary><c>feature_pre_filter</c>. Drop features that min_data_in_leaf rules out.</summary>
    public bool FeaturePreFilter { get; private set; }

    /// <summary><c>objective_seed</c>. Seed; derived from <c>seed</c> unless given.</summary>
    public int ObjectiveSeed { get; }

    /// <summary><c>num_class</c>. Classes of a multiclass objective.</summary>
    public int NumClass { get; private set; }

    /// <summary><c>is_unbalance</c>. Weigh the classes by their counts.</summary>
    public bool IsUnbalance { get; private set; }

    /// <summary><c>scale_pos_weight</c>. Weight of positive rows.</summary>
    public double ScalePosWeight { get; private set; }

    /// <summary><c>sigmoid</c>. Slope of the sigmoid.</summary>
    public double Sigmoid { get; private set; }

    /// <summary><c>boost_from_average</c>. Start from the best constant.</summary>
    public bool BoostFromAverage { get; private set; }

    /// <summary><c>reg_sqrt</c>. Fit the signed square root of the label.</summary>
    public bool RegSqrt { get; private set; }

    /// <summary><c>alpha</c>. Huber's width, or the quantile.</summary>
    public double Alpha { get; private set; }

    /// <summary><c>fair_c</c>. Width of the fair loss.</summary>
    public double FairC { get; private set; }

    /// <summary><c>poisson_max_delta_step</c>. Safeguard of the Poisson hessian.</summary>
    public double PoissonMaxDeltaStep { get; private set; }

    /// <summary><c>tweedie_variance_power</c>. Variance power of Tweedie, 1 to below 2.</summary>
    public double TweedieVariancePower { get; private set; }

    /// <summary><c>lambdarank_truncation_level</c>. Ranks that LambdaRank looks at.</summary>
    public int LambdarankTruncationLevel { get; private set; }

    /// <summary><c>lambdarank_norm</c>. Normalise lambdas by query.</summary>
    public bool LambdarankNorm { get; private set; }

    /// <summary><c>label_gain</c>. Gain of each relevance label; 2^i - 1 when empty.</summary>
    public IReadOnlyList<double> LabelGain { get; private set; } = [];

    /// <summary><c>lambdarank_position_bias_regularization</c>. Regularisation of position biases.</summary>
    public double LambdarankPositionBiasRegularization { get; private set; }

    /// <summary><c>eval_at</c>. Ranks of NDCG and MAP, ascending; 1 to 5 when empty.</summary>
    public IReadOnlyList<int> EvalAt { get; private set; } = [];

    /// <summary><c>multi_error_top_k</c>. Top k of multi_error.</summary>
    public int MultiErrorTopK { get; private set; }

    /// <summary><c>auc_mu_weights</c>. Weights of AUC-mu, row by row, or empty.</summary>
    public IReadOnlyList<double> AucMuWeights { get; private set; } = [];

    /// <summary><c>start_iteration_predict</c>. First iteration used in prediction.</summary>
    public int StartIterationPredict { get; private set; }

    /// <summary><c>num_iteration_predict</c>. Iterations used in prediction; 0 or less means all.</summary>
    public int NumIterationPredict { get; private set; }

    /// <summary><c>metric_freq</c>. Rounds between metric reports.</summary>
    public int MetricFreq { get; private set; }

    /// <summary><c>is_provide_training_metric</c>. Whether metrics of the training set are computed.</summary>
    public bool IsProvideTrainingMetric { get; private set; }

    /// <summary><c>predict_raw_score</c>. Predict raw scores.</summary>
    public bool PredictRawScore { get; private set; }

    /// <summary><c>predict_leaf_index</c>. Predict leaf numbers.</summary>
    public bool PredictLeafIndex { get; private set; }

    /// <summary><c>predict_contrib</c>. Predict contributions.</summary>
    public bool PredictContrib { get; private set; }

    /// <summary><c>interaction_constraints</c>. Groups of features (by index) that may appear together on a branch, or empty.</summary>
    public IReadOnlyList<IReadOnlyList<int>> InteractionConstraints { get; private set; } = [];

    private void Read()
    {
        Boosting = Text("boosting");
        Objective = Text("objective");
        Metric = Items("metric");
        DataSampleStrategy = Text("data_sample_strategy");
        NumIterations = Integer("num_iterations");
        LearningRate = Number("learning_rate");
        NumLeaves = Integer("num_leaves");
        NumThreads = Integer("num_threads");
        Seed = Integer("seed");
        Deterministic = Flag("deterministic");
        HistogramPoolSize = Number("histogram_pool_size");
        MaxDepth = Integer("max_depth");
        MinDataInLeaf = Integer("min_data_in_leaf");
        MinSumHessianInLeaf = Number("min_sum_hessian_in_leaf");
        BaggingFraction = Number("bagging_fraction");
        PosBaggingFraction = Number("pos_bagging_fraction");
        NegBaggingFraction = Number("neg_bagging_fraction");
        BaggingFreq = Integer("bagging_freq");
        BaggingByQuery = Flag("bagging_by_query");
        FeatureFraction = Number("feature_fraction");
        FeatureFractionBynode = Number("feature_fraction_bynode");
        ExtraTrees = Flag("extra_trees");
        EarlyStoppingRound = Integer("early_stopping_round");
        EarlyStoppingMinDelta = Number("early_stopping_min_delta");
        FirstMetricOnly = Flag("first_metric_only");
        MaxDeltaStep = Number("max_delta_step");
        LambdaL1 = Number("lambda_l1");
        LambdaL2 = Number("lambda_l2");
        MinGainToSplit = Number("min_gain_to_split");
        DropRate = Number("drop_rate");
        MaxDrop = Integer("max_drop");
        SkipDrop = Number("skip_drop");
        XgboostDartMode = Flag("xgboost_dart_mode");
        UniformDrop = Flag("uniform_drop");
        TopRate = Number("top_rate");
        OtherRate = Number("other_rate");
        MinDataPerGroup = Integer("min_data_per_group");
        MaxCatThreshold = Integer("max_cat_threshold");
        CatL2 = Number("cat_l2");
        CatSmooth = Number("cat_smooth");
        MaxCatToOnehot = Integer("max_cat_to_onehot");
        MonotoneConstraints = Integers("monotone_constraints");
        MonotonePenalty = Number("monotone_penalty");
        FeatureContri = Numbers("feature_contri");
        RefitDecayRate = Number("refit_decay_rate");
        PathSmooth = Number("path_smooth");
        Verbosity = Integer("verbosity");
        SavedFeatureImportanceType = Integer("saved_feature_importance_type");
        UseQuantizedGrad = Flag("use_quantized_grad");
        NumGradQuantBins = Integer("num_grad_quant_bins");
        QuantTrainRenewLeaf = Flag("quant_train_renew_leaf");
        StochasticRounding = Flag("stochastic_rounding");
        MaxBin = Integer("max_bin");
        MaxBinByFeature = Integers("max_bin_by_feature");
        MinDataInBin = Integer("min_data_in_bin");
        BinConstructSampleCnt = Integer("bin_construct_sample_cnt");
        IsEnableSparse = Flag("is_enable_sparse");
        EnableBundle = Flag("enable_bundle");
        UseMissing = Flag("use_missing");
        ZeroAsMissing = Flag("zero_as_missing");
        FeaturePreFilter = Flag("feature_pre_filter");
        NumClass = Integer("num_class");
        IsUnbalance = Flag("is_unbalance");
        ScalePosWeight = Number("scale_pos_weight");
        Sigmoid = Number("sigmoid");
        BoostFromAverage = Flag("boost_from_average");
        RegSqrt = Flag("reg_sqrt");
        Alpha = Number("alpha");
        FairC = Number("fair_c");
        PoissonMaxDeltaStep = Number("poisson_max_delta_step");
        TweedieVariancePower = Number("tweedie_variance_power");
        LambdarankTruncationLevel = Integer("lambdarank_truncation_level");
        LambdarankNorm = Flag("lambdarank_norm");
        LabelGain = Numbers("label_gain");
        LambdarankPositionBiasRegularization = Number("lambdarank_position_bias_regularization");
        EvalAt = Integers("eval_at");
        MultiErrorTopK = Integer("multi_error_top_k");
        AucMuWeights = Numbers("auc_mu_weights");
        StartIterationPredict = Integer("start_iteration_predict");
        NumIterationPredict = Integer("num_iteration_predict");
        MetricFreq = Integer("metric_freq");
        IsProvideTrainingMetric = Flag("is_provide_training_metric");
        PredictRawScore = Flag("predict_raw_score");
        PredictLeafIndex = Flag("predict_leaf_index");
        PredictContrib = Flag("predict_contrib");
        InteractionConstraints = ParameterRules.ParseInteractionConstraints(Text("interaction_constraints"));
    }

    // LightGBM resolves aliases and contradictions after reading (src/io/config.cpp, CheckParamConflict); so do we.
    private void Normalise()
    {
        Boosting = ParameterRules.CanonicalBoosting(Boosting);
        DataSampleStrategy = DataSampleStrategy.ToLowerInvariant();
        if (Boosting == "goss")
        {
            Boosting = "gbdt";
            DataSampleStrategy = "goss";
        }

        Objective = ObjectiveNames.Canonical(Objective);
        string metricText = Text("metric");
        Metric = MetricNames.Canonical(metricText.Length == 0 ? [Objective] : Metric);
        EvalAt = EvalAt.Count == 0 ? [1, 2, 3, 4, 5] : [.. EvalAt.Order()];
        if (MaxDepth > 0 && !_given.ContainsKey("num_leaves") && MaxDepth < 17)
        {
            NumLeaves = Math.Min(NumLeaves, 1 << MaxDepth);
        }

        if (PathSmooth > 1e-15f && MinDataInLeaf < 2)
        {
            MinDataInLeaf = 2;
        }

        if (MinDataInLeaf <= 0 && MinSumHessianInLeaf <= 1e-15f)
        {
            MinDataInLeaf = 1;
        }

        if (BaggingByQuery && DataSampleStrategy != "bagging")
        {
            BaggingByQuery = false;
        }
    }
}
