namespace MlOps.Pipeline.Definitions;

/// <summary>Parameters of the learner where the definition says nothing.</summary>
internal static class ModelDefaults
{
    // The loss of a task says more of few rows than AUC, which changes in steps: it finds better rounds and parameters, judged by AUC too.
    // A rate of 0.05 with early stopping gives close to the best AUC of smaller rates at a fraction of the rounds.
    private static readonly (string Name, string Value)[] Common =
    [
        ("early_stopping_round", "50"),
        // Which features a data set keeps must not depend on a trial's min_data_in_leaf: trials share their bins.
        ("feature_pre_filter", "false"),
        ("learning_rate", "0.05"),
        ("num_iterations", "1000"),
        ("num_leaves", "31"),
        ("seed", "42"),
    ];

    /// <summary>The given parameters with the defaults of the task for those that are absent, ordered by name.</summary>
    /// <param name="task">Task.</param>
    /// <param name="given">Parameters of the definition, LightGBM's canonical names.</param>
    public static IReadOnlyDictionary<string, string> For(TaskKind task, IReadOnlyDictionary<string, string> given)
    {
        var all = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in Common)
        {
            all[name] = value;
        }

        (all["objective"], all["metric"]) = task switch
        {
            TaskKind.Binary => ("binary", "binary_logloss"),
            TaskKind.Regression => ("regression", "l2"),
            _ => ("multiclass", "multi_logloss"),
        };
        foreach (var (name, value) in given)
        {
            all[name] = value;
        }

        return all;
    }
}
