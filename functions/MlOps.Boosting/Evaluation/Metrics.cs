using MlOps.Boosting.Settings;

namespace MlOps.Boosting.Evaluation;

/// <summary>
/// Measures of predictions against labels, with LightGBM's definitions. Labels above 0 are positive. Empty weights mean
/// that every row weighs 1. Multiclass predictions come class after class (all rows of class 0 first).
/// </summary>
public static class Metrics
{
    /// <summary>Area under the ROC curve; ties count half; 1 when there is only one class.</summary>
    /// <param name="scores">Scores of any scale, higher for positive.</param>
    /// <param name="labels">Labels.</param>
    /// <param name="weights">Weights, or empty.</param>
    public static double Auc(ReadOnlySpan<double> scores, ReadOnlySpan<float> labels, ReadOnlySpan<float> weights = default)
    {
        int[] order = ByScoreDescending(scores);
        double positivesBefore = 0;
        double positives = 0;
        double negatives = 0;
        double area = 0;
        double threshold = order.Length > 0 ? scores[order[0]] : 0;
        foreach (int row in order)
        {
            if (scores[row] != threshold)
            {
                threshold = scores[row];
                area += negatives * ((positives * 0.5) + positivesBefore);
                positivesBefore += positives;
                positives = 0;
                negatives = 0;
            }

            double weight = weights.IsEmpty ? 1 : weights[row];
            if (labels[row] > 0)
            {
                positives += weight;
            }
            else
            {
                negatives += weight;
            }
        }

        area += negatives * ((positives * 0.5) + positivesBefore);
        positivesBefore += positives;
        double total = SumOfWeights(labels.Length, weights);
        return positivesBefore > 0 && positivesBefore != total ? area / (positivesBefore * (total - positivesBefore)) : 1.0;
    }

    /// <summary>Average precision: the step-wise area under the precision-recall curve; 1 when there is only one class.</summary>
    /// <param name="scores">Scores of any scale, higher for positive.</param>
    /// <param name="labels">Labels.</param>
    /// <param name="weights">Weights, or empty.</param>
    public static double AveragePrecision(ReadOnlySpan<double> scores, ReadOnlySpan<float> labels, ReadOnlySpan<float> weights = default)
    {
        int[] order = ByScoreDescending(scores);
        double positives = 0;
        double taken = 0;
        double area = 0;
        int i = 0;
        while (i < order.Length)
        {
            double threshold = scores[order[i]];
            double tiedPositives = 0;
            double tiedNegatives = 0;
            for (; i < order.Length && scores[order[i]] == threshold; i++)
            {
                double weight = weights.IsEmpty ? 1 : weights[order[i]];
                if (labels[order[i]] > 0)
                {
                    tiedPositives += weight;
                }
                else
                {
                    tiedNegatives += weight;
                }
            }

            positives += tiedPositives;
            taken += tiedPositives + tiedNegatives;
            area += tiedPositives * (positives / taken);
        }

        return positives > 0 && positives != SumOfWeights(labels.Length, weights) ? area / positives : 1.0;
    }

    /// <summary>Mean of -ln(p) of the true class, p floored at 1e-15.</summary>
    /// <param name="probabilities">Probability of the positive class.</param>
    /// <param name="labels">Labels.</param>
    /// <param name="weights">Weights, or empty.</param>
    public static double BinaryLogLoss(ReadOnlySpan<double> probabilities, ReadOnlySpan<float> labels, ReadOnlySpan<float> weights = default)
    {
        double sum = 0;
        for (int i = 0; i < labels.Length; i++)
        {
            double p = labels[i] > 0 ? probabilities[i] : 1.0 - probabilities[i];
            double loss = p > SplitSettings.Epsilon ? -Math.Log(p) : -Math.Log(SplitSettings.Epsilon);
            sum += weights.IsEmpty ? loss : loss * weights[i];
        }

        return sum / SumOfWeights(labels.Length, weights);
    }

    /// <summary>Share of rows on the wrong side of 0.5.</summary>
    /// <param name="probabilities">Probability of the positive class.</param>
    /// <param name="labels">Labels.</param>
    /// <param name="weights">Weights, or empty.</param>
    public static double BinaryError(ReadOnlySpan<double> probabilities, ReadOnlySpan<float> labels, ReadOnlySpan<float> weights = default)
    {
        double sum = 0;
        for (int i = 0; i < labels.Length; i++)
        {
            bool wrong = probabilities[i] <= 0.5 ? labels[i] > 0 : labels[i] <= 0;
            sum += !wrong ? 0 : weights.IsEmpty ? 1 : weights[i];
        }

        return sum / SumOfWeights(labels.Length, weights);
    }

    /// <summary>Coefficient of determination: 1 - residual / total sum of squares.</summary>
    /// <param name="predictions">Predicted values.</param>
    /// <param name="labels">Labels.</param>
    /// <param name="weights">Weights, or empty.</param>
    public static double R2(ReadOnlySpan<double> predictions, ReadOnlySpan<float> labels, ReadOnlySpan<float> weights = default)
    {
        double sum = 0;
        for (int i = 0; i < labels.Length; i++)
        {
            sum += weights.IsEmpty ? labels[i] : labels[i] * weights[i];
        }

        double mean = sum / SumOfWeights(labels.Length, weights);
        double total = 0;
        double residual = 0;
        for (int i = 0; i < labels.Length; i++)
        {
            double weight = weights.IsEmpty ? 1 : weights[i];
            double fromMean = labels[i] - mean;
            double fromPrediction = labels[i] - predictions[i];
            total += fromMean * fromMean * weight;
            residual += fromPrediction * fromPrediction * weight;
        }

        if (Math.Abs(total) < 1e-35f)
        {
            return Math.Abs(residual) < 1e-35f ? 1.0 : 0.0;
        }

        return 1.0 - (residual / total);
    }

    /// <summary>Mean squared error.</summary>
    /// <param name="predictions">Predicted values.</param>
    /// <param name="labels">Labels.</param>
    /// <param name="weights">Weights, or empty.</param>
    public static double L2(ReadOnlySpan<double> predictions, ReadOnlySpan<float> labels, ReadOnlySpan<float> weights = default)
    {
        double sum = 0;
        for (int i = 0; i < labels.Length; i++)
        {
            double difference = predictions[i] - labels[i];
            sum += weights.IsEmpty ? difference * difference : difference * difference * weights[i];
        }

        return sum / SumOfWeights(labels.Length, weights);
    }

    /// <summary>Mean absolute error.</summary>
    /// <param name="predictions">Predicted values.</param>
    /// <param name="labels">Labels.</param>
    /// <param name="weights">Weights, or empty.</param>
    public static double L1(ReadOnlySpan<double> predictions, ReadOnlySpan<float> labels, ReadOnlySpan<float> weights = default)
    {
        double sum = 0;
        for (int i = 0; i < labels.Length; i++)
        {
            double difference = Math.Abs(predictions[i] - labels[i]);
            sum += weights.IsEmpty ? difference : difference * weights[i];
        }

        return sum / SumOfWeights(labels.Length, weights);
    }

    /// <summary>Mean of -ln(p) of the true class, p floored at 1e-15.</summary>
    /// <param name="probabilities">Probabilities, class after class.</param>
    /// <param name="labels">Class of each row.</param>
    /// <param name="classes">Number of classes.</param>
    /// <param name="weights">Weights, or empty.</param>
    public static double MultiLogLoss(ReadOnlySpan<double> probabilities, ReadOnlySpan<float> labels, int classes, ReadOnlySpan<float> weights = default)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(probabilities.Length, labels.Length * classes);
        double sum = 0;
        for (int i = 0; i < labels.Length; i++)
        {
            double p = probabilities[((int)labels[i] * labels.Length) + i];
            double loss = p > SplitSettings.Epsilon ? -Math.Log(p) : -Math.Log(SplitSettings.Epsilon);
            sum += weights.IsEmpty ? loss : loss * weights[i];
        }

        return sum / SumOfWeights(labels.Length, weights);
    }

    /// <summary>Share of rows whose class is not among the <paramref name="topK"/> most probable; ties count as wrong.</summary>
    /// <param name="probabilities">Probabilities, class after class.</param>
    /// <param name="labels">Class of each row.</param>
    /// <param name="classes">Number of classes.</param>
    /// <param name="topK">How many guesses a row has.</param>
    /// <param name="weights">Weights, or empty.</param>
    public static double MultiError(ReadOnlySpan<double> probabilities, ReadOnlySpan<float> labels, int classes, int topK = 1, ReadOnlySpan<float> weights = default)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(probabilities.Length, labels.Length * classes);
        double sum = 0;
        for (int i = 0; i < labels.Length; i++)
        {
            double own = probabilities[((int)labels[i] * labels.Length) + i];
            int notSmaller = 0;
            for (int k = 0; k < classes; k++)
            {
                notSmaller += probabilities[(k * labels.Length) + i] >= own ? 1 : 0;
            }

            sum += notSmaller <= topK ? 0 : weights.IsEmpty ? 1 : weights[i];
        }

        return sum / SumOfWeights(labels.Length, weights);
    }

    internal static double SumOfWeights(int rows, ReadOnlySpan<float> weights)
    {
        if (weights.IsEmpty)
        {
            return rows;
        }

        double sum = 0;
        foreach (float weight in weights)
        {
            sum += weight;
        }

        return sum;
    }

    private static int[] ByScoreDescending(ReadOnlySpan<double> scores)
    {
        double[] keys = scores.ToArray();
        var order = new int[keys.Length];
        for (int i = 0; i < order.Length; i++)
        {
            order[i] = i;
            keys[i] = -keys[i];
        }

        Array.Sort(keys, order);
        return order;
    }
}
