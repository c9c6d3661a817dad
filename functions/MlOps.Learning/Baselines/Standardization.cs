namespace MlOps.Learning.Baselines;

/// <summary>Means and standard deviations (population form) of features, over their present values; a constant feature gets 1.</summary>
/// <param name="Means">Mean by feature; 0 where all values are missing.</param>
/// <param name="Scales">Standard deviation by feature.</param>
public sealed record Standardization(IReadOnlyList<double> Means, IReadOnlyList<double> Scales)
{
    /// <summary>Learns means and deviations.</summary>
    /// <param name="columns">Features, each with the values of all rows.</param>
    public static Standardization Fit(IReadOnlyList<double[]> columns)
    {
        ArgumentNullException.ThrowIfNull(columns);
        var (means, scales) = (new double[columns.Count], new double[columns.Count]);
        for (var j = 0; j < columns.Count; j++)
        {
            var (mean, variance, _) = Moments(columns[j]);
            means[j] = mean;
            scales[j] = variance > 0 ? Math.Sqrt(variance) : 1;
        }

        return new(means, scales);
    }

    /// <summary>Mean, population variance and number of the values that are not NaN; in two passes, so that a large offset costs no digits.</summary>
    internal static (double Mean, double Variance, int Count) Moments(ReadOnlySpan<double> values)
    {
        var (sum, count) = (0.0, 0);
        foreach (var value in values)
        {
            if (!double.IsNaN(value))
            {
                sum += value;
                count++;
            }
        }

        if (count == 0)
        {
            return (0, 0, 0);
        }

        var (mean, squares) = (sum / count, 0.0);
        foreach (var value in values)
        {
            squares += double.IsNaN(value) ? 0 : (value - mean) * (value - mean);
        }

        return (mean, squares / count, count);
    }
}
