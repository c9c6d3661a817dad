namespace MlOps.Evaluation.Metrics;

/// <summary>
/// Metrics of a classification into K classes, from true classes 0..K-1, probabilities row by row and positive weights. The
/// predicted class is the most probable one, the lowest index of several. Undefined per-class quotients count as 0.
/// </summary>
public sealed class MulticlassMetrics
{
    private readonly int _classes;
    private readonly double _total;
    private readonly double[] _confusion;

    private MulticlassMetrics(int classes, double total, double[] confusion)
    {
        _classes = classes;
        _total = total;
        _confusion = confusion;
    }

    /// <summary>Weighted mean of -log of the true class's probability, clipped to [2.2e-16, 1 - 2.2e-16].</summary>
    public double LogLoss { get; private init; }

    /// <summary>Weighted mean of the squared distance of the probabilities from the truth.</summary>
    public double Brier { get; private init; }

    /// <summary>Share of rows whose class is among the two most probable, ties to the lower index.</summary>
    public double Top2Accuracy { get; private init; }

    /// <summary>Area under the ROC curve of each class against the rest.</summary>
    public IReadOnlyList<double> OneVersusRestAuc { get; private init; } = [];

    /// <summary>Share of rows predicted right.</summary>
    public double Accuracy => Diagonal() / _total;

    /// <summary>Mean recall over the classes.</summary>
    public double BalancedAccuracy => Mean(Recall);

    /// <summary>Mean F1 over the classes.</summary>
    public double MacroF1 => Mean(F1);

    /// <summary>Mean precision over the classes.</summary>
    public double MacroPrecision => Mean(Precision);

    /// <summary>Mean F1, each class weighted by its rows.</summary>
    public double WeightedF1 => Weighted(F1);

    /// <summary>Mean precision, each class weighted by its rows.</summary>
    public double WeightedPrecision => Weighted(Precision);

    /// <summary>Cohen's kappa, unweighted.</summary>
    public double CohenKappa
    {
        get
        {
            var expected = 0.0;
            for (var k = 0; k < _classes; k++)
            {
                expected += Row(k) * Column(k);
            }

            expected /= _total * _total;
            return (Accuracy - expected) / (1 - expected);
        }
    }

    /// <summary>Gorodkin's correlation R_K, the many-class form of Matthews' coefficient; 0 where undefined.</summary>
    public double Mcc
    {
        get
        {
            double product = 0, rows = 0, columns = 0;
            for (var k = 0; k < _classes; k++)
            {
                product += Row(k) * Column(k);
                rows += Row(k) * Row(k);
                columns += Column(k) * Column(k);
            }

            var denominator = Math.Sqrt((_total * _total) - rows) * Math.Sqrt((_total * _total) - columns);
            return denominator == 0 ? 0 : ((Diagonal() * _total) - product) / denominator;
        }
    }

    /// <summary>Weight of rows of true class <paramref name="truth"/> predicted as <paramref name="predicted"/>.</summary>
    /// <param name="truth">True class.</param>
    /// <param name="predicted">Predicted class.</param>
    public double Confusion(int truth, int predicted) => _confusion[(truth * _classes) + predicted];

    /// <summary>Share of the rows predicted as a class that are of it.</summary>
    /// <param name="k">Class.</param>
    public double Precision(int k) => Quotient(Confusion(k, k), Column(k));

    /// <summary>Share of a class's rows that are predicted as it.</summary>
    /// <param name="k">Class.</param>
    public double Recall(int k) => Quotient(Confusion(k, k), Row(k));

    /// <summary>Harmonic mean of a class's precision and recall.</summary>
    /// <param name="k">Class.</param>
    public double F1(int k) => Quotient(2 * Confusion(k, k), Row(k) + Column(k));

    /// <summary>Measures predictions.</summary>
    /// <param name="classes">Number of classes, K.</param>
    /// <param name="labels">True class of each row.</param>
    /// <param name="probabilities">K probabilities a row, row by row.</param>
    /// <param name="weights">Row weights.</param>
    public static MulticlassMetrics Of(
        int classes, ReadOnlySpan<double> labels, ReadOnlySpan<double> probabilities, ReadOnlySpan<double> weights = default)
    {
        if (probabilities.Length != labels.Length * classes)
        {
            throw new ArgumentException($"{labels.Length} rows of {classes} classes need {labels.Length * classes} probabilities, not {probabilities.Length}.", nameof(probabilities));
        }

        var confusion = new double[classes * classes];
        double total = 0, loss = 0, brier = 0, top2 = 0;
        for (var i = 0; i < labels.Length; i++)
        {
            var w = weights.IsEmpty ? 1 : weights[i];
            var p = probabilities.Slice(i * classes, classes);
            var truth = (int)labels[i];
            total += w;
            loss -= w * Math.Log(Math.Min(Math.Max(p[truth], BinaryMetrics.Epsilon), 1 - BinaryMetrics.Epsilon));
            var better = 0;
            for (var k = 0; k < classes; k++)
            {
                var distance = p[k] - (k == truth ? 1 : 0);
                brier += w * distance * distance;
                better += p[k] > p[truth] || (p[k] == p[truth] && k < truth) ? 1 : 0;
            }

            top2 += better < 2 ? w : 0;
            confusion[(truth * classes) + MostProbable(p)] += w;
        }

        return new MulticlassMetrics(classes, total, confusion)
        {
            LogLoss = loss / total,
            Brier = brier / total,
            Top2Accuracy = top2 / total,
            OneVersusRestAuc = OneVersusRest(classes, labels, probabilities, weights),
        };
    }

    /// <summary>Index of the greatest probability, the lowest of several.</summary>
    /// <param name="probabilities">One row.</param>
    public static int MostProbable(ReadOnlySpan<double> probabilities)
    {
        var best = 0;
        for (var k = 1; k < probabilities.Length; k++)
        {
            best = probabilities[k] > probabilities[best] ? k : best;
        }

        return best;
    }

    private static double[] OneVersusRest(int classes, ReadOnlySpan<double> labels, ReadOnlySpan<double> probabilities, ReadOnlySpan<double> weights)
    {
        var areas = new double[classes];
        var truth = new double[labels.Length];
        var scores = new double[labels.Length];
        for (var k = 0; k < classes; k++)
        {
            for (var i = 0; i < truth.Length; i++)
            {
                truth[i] = (int)labels[i] == k ? 1 : 0;
                scores[i] = probabilities[(i * classes) + k];
            }

            areas[k] = BinaryMetrics.Auc(truth, scores, weights);
        }

        return areas;
    }

    private static double Quotient(double numerator, double denominator) => denominator == 0 ? 0 : numerator / denominator;

    private double Row(int truth)
    {
        double sum = 0;
        for (var k = 0; k < _classes; k++)
        {
            sum += Confusion(truth, k);
        }

        return sum;
    }

    private double Column(int predicted)
    {
        double sum = 0;
        for (var k = 0; k < _classes; k++)
        {
            sum += Confusion(k, predicted);
        }

        return sum;
    }

    private double Diagonal()
    {
        double sum = 0;
        for (var k = 0; k < _classes; k++)
        {
            sum += Confusion(k, k);
        }

        return sum;
    }

    private double Mean(Func<int, double> metric) => Enumerable.Range(0, _classes).Sum(metric) / _classes;

    private double Weighted(Func<int, double> metric) => Enumerable.Range(0, _classes).Sum(k => metric(k) * Row(k)) / _total;
}
