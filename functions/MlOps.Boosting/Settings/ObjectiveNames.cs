namespace MlOps.Boosting.Settings;

/// <summary>Names of objectives: LightGBM's aliases resolved to one spelling each.</summary>
internal static class ObjectiveNames
{
    public static readonly IReadOnlyList<string> All =
    [
        "regression", "regression_l1", "huber", "fair", "poisson", "quantile", "mape", "gamma", "tweedie",
        "binary", "multiclass", "multiclassova", "cross_entropy", "cross_entropy_lambda", "lambdarank", "rank_xendcg",
    ];

    /// <summary>The canonical name.</summary>
    /// <exception cref="ParameterException">The name is unknown.</exception>
    public static string Canonical(string name) => name.ToLowerInvariant() switch
    {
        "regression" or "regression_l2" or "mean_squared_error" or "mse" or "l2" or "l2_root" or "root_mean_squared_error" or "rmse" => "regression",
        "regression_l1" or "mean_absolute_error" or "l1" or "mae" => "regression_l1",
        "multiclass" or "softmax" => "multiclass",
        "multiclassova" or "multiclass_ova" or "ova" or "ovr" => "multiclassova",
        "cross_entropy" or "xentropy" => "cross_entropy",
        "cross_entropy_lambda" or "xentlambda" => "cross_entropy_lambda",
        "mape" or "mean_absolute_percentage_error" => "mape",
        "rank_xendcg" or "xendcg" or "xe_ndcg" or "xe_ndcg_mart" or "xendcg_mart" => "rank_xendcg",
        string other when All.Contains(other) => other,
        string other => throw new ParameterException("objective", $"objective={other} is not known. Known are: {string.Join(", ", All)}."),
    };

    public static bool IsMulticlass(string objective) => objective is "multiclass" or "multiclassova";

    public static bool IsRanking(string objective) => objective is "lambdarank" or "rank_xendcg";
}
