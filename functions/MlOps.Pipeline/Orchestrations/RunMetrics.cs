namespace MlOps.Pipeline.Orchestrations;

/// <summary>The metrics of the model that predicts, in one table.</summary>
internal static class RunMetrics
{
    /// <summary>Name of the part for metrics against the labels in the predicted file itself.</summary>
    public const string DropPart = "drop";

    public static IReadOnlyDictionary<string, IReadOnlyDictionary<string, double>> Of(Prepared prepared)
    {
        var metrics = new SortedDictionary<string, IReadOnlyDictionary<string, double>>(StringComparer.Ordinal);
        // Those of the run's own model say nothing of another one that predicts.
        var own = prepared.PredictsWithItsOwn ? prepared.Evaluate.Metrics : prepared.Promotion.Metrics;
        foreach (var (part, values) in own ?? new Dictionary<string, IReadOnlyDictionary<string, double>>())
        {
            metrics[part] = values;
        }

        if (prepared.Predict.Metrics.Count > 0)
        {
            metrics[DropPart] = prepared.Predict.Metrics;
        }

        return metrics;
    }
}
