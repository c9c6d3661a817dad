namespace MlOps.Evaluation.Metrics;

/// <summary>
/// Metrics of a regression, from labels y, predictions p and positive weights w (1 where not given). Sums are taken about a
/// mean found first, so that a large common offset costs no digits.
/// </summary>
/// <param name="MeanSquaredError">Weighted mean of (y - p)².</param>
/// <param name="MeanAbsoluteError">Weighted mean of |y - p|.</param>
/// <param name="R2">1 - SSE / SST about the weighted mean; NaN where y is constant.</param>
/// <param name="ExplainedVariance">As R2, with the mean error taken out of the residuals; NaN where y is constant.</param>
/// <param name="MeanAbsolutePercentageError">Weighted mean of |y - p| / max(|y|, 2.2e-16), a fraction.</param>
/// <param name="MeanError">Weighted mean of y - p.</param>
/// <param name="MedianAbsoluteError">Median of |y - p|, unweighted.</param>
/// <param name="MaxError">Largest |y - p|.</param>
public sealed record RegressionMetrics(
    double MeanSquaredError,
    double MeanAbsoluteError,
    double R2,
    double ExplainedVariance,
    double MeanAbsolutePercentageError,
    double MeanError,
    double MedianAbsoluteError,
    double MaxError)
{
    /// <summary>Square root of the mean squared error.</summary>
    public double RootMeanSquaredError => Math.Sqrt(MeanSquaredError);

    /// <summary>Measures predictions.</summary>
    /// <param name="labels">Labels.</param>
    /// <param name="predictions">Predictions.</param>
    /// <param name="weights">Row weights.</param>
    public static RegressionMetrics Of(ReadOnlySpan<double> labels, ReadOnlySpan<double> predictions, ReadOnlySpan<double> weights = default)
    {
        double total = 0, meanY = 0, meanError = 0;
        for (var i = 0; i < labels.Length; i++)
        {
            var w = weights.IsEmpty ? 1 : weights[i];
            total += w;
            meanY += w * (labels[i] - labels[0]);
            meanError += w * (labels[i] - predictions[i]);
        }

        meanY = (meanY / total) + (labels.Length > 0 ? labels[0] : 0);
        meanError /= total;
        double sse = 0, sst = 0, centred = 0, absolute = 0, percentage = 0;
        var errors = new double[labels.Length];
        for (var i = 0; i < labels.Length; i++)
        {
            var w = weights.IsEmpty ? 1 : weights[i];
            var error = labels[i] - predictions[i];
            errors[i] = Math.Abs(error);
            sse += w * error * error;
            centred += w * (error - meanError) * (error - meanError);
            sst += w * (labels[i] - meanY) * (labels[i] - meanY);
            absolute += w * errors[i];
            percentage += w * errors[i] / Math.Max(Math.Abs(labels[i]), BinaryMetrics.Epsilon);
        }

        Array.Sort(errors);
        var n = errors.Length;
        return new RegressionMetrics(
            sse / total, absolute / total,
            sst == 0 ? double.NaN : 1 - (sse / sst), sst == 0 ? double.NaN : 1 - (centred / sst),
            percentage / total, meanError,
            n == 0 ? double.NaN : (errors[(n - 1) / 2] + errors[n / 2]) / 2,
            n == 0 ? double.NaN : errors[n - 1]);
    }
}
