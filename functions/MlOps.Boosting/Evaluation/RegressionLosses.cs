using MlOps.Boosting.Objectives;

namespace MlOps.Boosting.Evaluation;

/// <summary>Losses of one row, as LightGBM's metrics of the same names have them.</summary>
internal static class RegressionLosses
{
    // LightGBM floors a prediction at the float32 nearest 1e-10.
    private const double SmallestMean = 1e-10f;

    public static double Huber(double difference, double alpha) => Math.Abs(difference) <= alpha
        ? 0.5 * difference * difference
        : alpha * (Math.Abs(difference) - (0.5 * alpha));

    public static double Fair(double difference, double c)
    {
        double x = Math.Abs(difference);
        return (c * x) - (c * c * Logarithms.Log1P(x / c));
    }

    public static double Poisson(float label, double mean)
    {
        double floored = Math.Max(mean, SmallestMean);
        return floored - (label * Math.Log(floored));
    }

    public static double Gamma(float label, double mean)
    {
        double theta = -1.0 / mean;
        double b = -SafeLog(-theta);
        double c = SafeLog(label) - SafeLog(label);
        return -(((label * theta) - b) + c);
    }

    public static double GammaDeviance(float label, double mean)
    {
        double ratio = label / (mean + 1.0e-9);
        return ratio - SafeLog(ratio) - 1;
    }

    public static double Tweedie(float label, double mean, double rho)
    {
        double floored = Math.Max(mean, SmallestMean);
        double a = label * Math.Exp((1 - rho) * Math.Log(floored)) / (1 - rho);
        double b = Math.Exp((2 - rho) * Math.Log(floored)) / (2 - rho);
        return -a + b;
    }

    private static double SafeLog(double x) => x > 0 ? Math.Log(x) : double.NegativeInfinity;
}
