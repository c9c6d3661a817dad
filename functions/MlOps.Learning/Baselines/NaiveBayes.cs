namespace MlOps.Learning.Baselines;

/// <summary>Gaussian naive Bayes: within a class every feature is normal and independent of the others. Missing values are passed over.</summary>
/// <param name="LogPrior">Logarithm of each class's share.</param>
/// <param name="Means">Means by class and feature.</param>
/// <param name="Variances">Variances by class and feature, smoothed.</param>
public sealed record NaiveBayes(IReadOnlyList<double> LogPrior, IReadOnlyList<double[]> Means, IReadOnlyList<double[]> Variances) : BaselineModel
{
    // As scikit-learn: a billionth of the largest variance keeps a feature that is constant in a class from deciding alone.
    private const double Smoothing = 1e-9;

    /// <summary>Fits means and variances.</summary>
    /// <param name="columns">Features, each with the values of all rows.</param>
    /// <param name="label">0 or 1, both present.</param>
    /// <exception cref="ArgumentException">A class is absent.</exception>
    public static NaiveBayes Fit(IReadOnlyList<double[]> columns, float[] label)
    {
        ArgumentNullException.ThrowIfNull(columns);
        ArgumentNullException.ThrowIfNull(label);
        CheckBinary(label);
        var epsilon = Smoothing * columns.Max(c => Standardization.Moments(c).Variance);
        // With all features constant nothing but the prior is left; any variance above 0 says so.
        epsilon = epsilon > 0 ? epsilon : Smoothing;
        double[][] means = [new double[columns.Count], new double[columns.Count]], variances = [new double[columns.Count], new double[columns.Count]];
        for (var k = 0; k < 2; k++)
        {
            int[] rows = [.. Enumerable.Range(0, label.Length).Where(i => label[i] == k)];
            for (var j = 0; j < columns.Count; j++)
            {
                var column = columns[j];
                var (mean, variance, _) = Standardization.Moments(Array.ConvertAll(rows, i => column[i]));
                (means[k][j], variances[k][j]) = (mean, variance + epsilon);
            }
        }

        var positives = label.Sum(v => (double)v);
        return new([Math.Log(1 - (positives / label.Length)), Math.Log(positives / label.Length)], means, variances);
    }

    /// <inheritdoc/>
    public override double[] Predict(IReadOnlyList<double[]> columns)
    {
        CheckCount(columns, Means[0].Length);
        var odds = new double[columns.Count == 0 ? 0 : columns[0].Length];
        Array.Fill(odds, LogPrior[1] - LogPrior[0]);
        for (var j = 0; j < columns.Count; j++)
        {
            for (var i = 0; i < odds.Length; i++)
            {
                var value = columns[j][i];
                odds[i] += double.IsNaN(value) ? 0 : LogDensity(1, j, value) - LogDensity(0, j, value);
            }
        }

        return Array.ConvertAll(odds, o => o >= 0 ? 1 / (1 + Math.Exp(-o)) : Math.Exp(o) / (1 + Math.Exp(o)));
    }

    /// <summary>log of the normal density without the constant, which both classes share.</summary>
    private double LogDensity(int k, int feature, double value)
    {
        var (mean, variance) = (Means[k][feature], Variances[k][feature]);
        return -0.5 * (Math.Log(variance) + ((value - mean) * (value - mean) / variance));
    }
}
