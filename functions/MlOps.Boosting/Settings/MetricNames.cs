namespace MlOps.Boosting.Settings;

/// <summary>Names of metrics: LightGBM's aliases resolved to one spelling each.</summary>
internal static class MetricNames
{
    public static readonly IReadOnlyList<string> All =
    [
        "l2", "rmse", "l1", "quantile", "huber", "fair", "poisson", "mape", "gamma", "gamma_deviance", "tweedie", "r2",
        "binary_logloss", "binary_error", "auc", "average_precision", "auc_mu", "ndcg", "map",
        "multi_logloss", "multi_error", "cross_entropy", "cross_entropy_lambda", "kullback_leibler",
    ];

    /// <summary>Canonical names, each once, in the order given; "none" is left out.</summary>
    /// <exception cref="ParameterException">A name is unknown.</exception>
    public static IReadOnlyList<string> Canonical(IEnumerable<string> names)
    {
        var canonical = new List<string>();
        foreach (string name in names)
        {
            string? metric = CanonicalOne(name.ToLowerInvariant());
            if (metric is not null && !canonical.Contains(metric))
            {
                canonical.Add(metric);
            }
        }

        return canonical;
    }

    public static bool IsMulticlass(string metric) => metric is "multi_logloss" or "multi_error" or "auc_mu";

    private static string? CanonicalOne(string name) => name switch
    {
        "l2" or "regression" or "regression_l2" or "mean_squared_error" or "mse" => "l2",
        "rmse" or "l2_root" or "root_mean_squared_error" => "rmse",
        "l1" or "regression_l1" or "mean_absolute_error" or "mae" => "l1",
        "binary_logloss" or "binary" => "binary_logloss",
        "ndcg" or "lambdarank" or "rank_xendcg" or "xendcg" or "xe_ndcg" or "xe_ndcg_mart" or "xendcg_mart" => "ndcg",
        "map" or "mean_average_precision" => "map",
        "multi_logloss" or "multiclass" or "softmax" or "multiclassova" or "multiclass_ova" or "ova" or "ovr" => "multi_logloss",
        "cross_entropy" or "xentropy" => "cross_entropy",
        "cross_entropy_lambda" or "xentlambda" => "cross_entropy_lambda",
        "kullback_leibler" or "kldiv" => "kullback_leibler",
        "mape" or "mean_absolute_percentage_error" => "mape",
        "none" or "null" or "custom" or "na" => null,
        _ when All.Contains(name) => name,
        _ => throw new ParameterException("metric", $"metric={name} is not known. Known are: {string.Join(", ", All)}, none."),
    };
}
