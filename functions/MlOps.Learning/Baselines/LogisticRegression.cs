namespace MlOps.Learning.Baselines;

/// <summary>
/// Logistic regression on standardised features with an L2 penalty on the weights, not on the intercept. A missing value counts as the feature's mean.
/// </summary>
/// <param name="Standardization">Means and deviations of the training rows.</param>
/// <param name="Weights">Weights by standardised feature.</param>
/// <param name="Intercept">Log odds of a row at all means.</param>
public sealed record LogisticRegression(Standardization Standardization, IReadOnlyList<double> Weights, double Intercept) : BaselineModel
{
    /// <summary>Fits the weights that minimise C times the sum of the log losses plus half the squared weights, as scikit-learn does.</summary>
    /// <param name="columns">Features, each with the values of all rows.</param>
    /// <param name="label">0 or 1, both present.</param>
    /// <param name="c">Inverse strength of the penalty, above 0.</param>
    /// <param name="tolerance">Largest slope at which to stop, of the mean loss.</param>
    /// <param name="cancellation">Stops within one pass over the data.</param>
    /// <exception cref="ArgumentException">A class is absent.</exception>
    public static LogisticRegression Fit(IReadOnlyList<double[]> columns, float[] label, double c = 1, double tolerance = 1e-7, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(columns);
        ArgumentNullException.ThrowIfNull(label);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(c);
        CheckBinary(label);
        var standard = Standardization.Fit(columns);
        var (rows, features) = (label.Length, columns.Count);
        // The last place is the intercept; it starts at the log odds of the base rate, where the loss of a model without features is least.
        var start = new double[features + 1];
        var positives = label.Sum(v => (double)v);
        start[features] = Math.Log(positives / (rows - positives));
        var residuals = new double[rows];
        var solution = QuasiNewton.Minimize(start, Loss, tolerance);
        return new(standard, solution[..features], solution[features]);

        double Loss(double[] x, double[] slope)
        {
            cancellation.ThrowIfCancellationRequested();
            AddMargins(columns, standard, x.AsSpan(0, features), x[features], residuals);
            double loss = 0, sum = 0;
            for (var i = 0; i < rows; i++)
            {
                var margin = residuals[i];
                // log(1 + e^m) - y m, with the exponential of a negative number only.
                loss += Math.Max(margin, 0) + Math.Log(1 + Math.Exp(-Math.Abs(margin))) - (label[i] * margin);
                residuals[i] = Probability(margin) - label[i];
                sum += residuals[i];
            }

            var penalty = 1 / (c * rows);
            double squares = 0;
            for (var j = 0; j < features; j++)
            {
                slope[j] = (Slope(columns[j], standard.Means[j], residuals) / standard.Scales[j] / rows) + (penalty * x[j]);
                squares += x[j] * x[j];
            }

            slope[features] = sum / rows;
            return (loss / rows) + (penalty / 2 * squares);
        }
    }

    /// <inheritdoc/>
    public override double[] Predict(IReadOnlyList<double[]> columns)
    {
        CheckCount(columns, Weights.Count);
        var margins = new double[columns.Count == 0 ? 0 : columns[0].Length];
        AddMargins(columns, Standardization, [.. Weights], Intercept, margins);
        return Array.ConvertAll(margins, Probability);
    }

    private static double Probability(double margin) => margin >= 0 ? 1 / (1 + Math.Exp(-margin)) : Math.Exp(margin) / (1 + Math.Exp(margin));

    private static void AddMargins(IReadOnlyList<double[]> columns, Standardization standard, ReadOnlySpan<double> weights, double intercept, double[] margins)
    {
        Array.Fill(margins, intercept);
        for (var j = 0; j < columns.Count; j++)
        {
            var (weight, mean, column) = (weights[j] / standard.Scales[j], standard.Means[j], columns[j]);
            if (weight == 0)
            {
                continue;
            }

            for (var i = 0; i < margins.Length; i++)
            {
                var value = column[i] - mean;
                margins[i] += double.IsNaN(value) ? 0 : weight * value;
            }
        }
    }

    private static double Slope(double[] column, double mean, double[] residuals)
    {
        double sum = 0;
        for (var i = 0; i < residuals.Length; i++)
        {
            var value = column[i] - mean;
            sum += double.IsNaN(value) ? 0 : residuals[i] * value;
        }

        return sum;
    }
}
