using MlOps.Boosting.Binning;

namespace MlOps.Boosting.Evaluation;

/// <summary>Losses of labels that are probabilities.</summary>
internal static class EntropyLosses
{
    private const double SmallestArgument = 1.0e-12;

    public static double CrossEntropy(float label, double p)
    {
        double a = label * Math.Log(Math.Max(p, SmallestArgument));
        double b = (1.0f - label) * Math.Log(Math.Max(1.0 - p, SmallestArgument));
        return -(a + b);
    }

    public static double CrossEntropyLambda(Predictions predictions, RowData rows)
    {
        double sum = 0;
        for (int i = 0; i < rows.Label.Length; i++)
        {
            double weight = rows.Weight.Length == 0 ? 1.0 : rows.Weight[i];
            sum += CrossEntropy(rows.Label[i], 1.0 - Math.Exp(-weight * predictions.Converted[i]));
        }

        return sum / rows.Label.Length;
    }

    public static double KullbackLeibler(Predictions predictions, RowData rows)
    {
        double entropy = 0;
        double loss = 0;
        double weights = 0;
        for (int i = 0; i < rows.Label.Length; i++)
        {
            double weight = rows.Weight.Length == 0 ? 1.0 : rows.Weight[i];
            double y = rows.Label[i];
            entropy += (PLogP(y) + PLogP(1.0 - y)) * weight;
            loss += CrossEntropy(rows.Label[i], predictions.Converted[i]) * weight;
            weights += weight;
        }

        return (entropy / weights) + (loss / weights);
    }

    private static double PLogP(double p) => p > 0 ? p * Math.Log(p) : 0;
}
