using MlOps.Evaluation.Drift;

namespace MlOps.Evaluation.Intervals;

/// <summary>An AUC with its uncertainty.</summary>
/// <param name="Auc">Area under the ROC curve.</param>
/// <param name="Variance">Its variance by DeLong, DeLong and Clarke-Pearson 1988.</param>
public sealed record AucEstimate(double Auc, double Variance)
{
    /// <summary>Standard error.</summary>
    public double StandardError => Math.Sqrt(Variance);

    /// <summary>95 % interval on the scale of the AUC; may reach beyond 1.</summary>
    public (double Low, double High) Interval => (Auc - (TailProbability.Z975 * StandardError), Auc + (TailProbability.Z975 * StandardError));

    /// <summary>95 % interval on the logit scale, which stays within (0, 1).</summary>
    public (double Low, double High) LogitInterval
    {
        get
        {
            var logit = Math.Log(Auc / (1 - Auc));
            var half = TailProbability.Z975 * StandardError / (Auc * (1 - Auc));
            return (1 / (1 + Math.Exp(half - logit)), 1 / (1 + Math.Exp(-half - logit)));
        }
    }
}

/// <summary>Two AUCs on the same rows, compared.</summary>
/// <param name="A">The first model.</param>
/// <param name="B">The second model.</param>
/// <param name="Covariance">Covariance of the two AUCs.</param>
public sealed record DeLong(AucEstimate A, AucEstimate B, double Covariance)
{
    /// <summary>AUC of the first minus AUC of the second.</summary>
    public double Difference => A.Auc - B.Auc;

    /// <summary>Variance of the difference; 0 where the two models order all pairs alike.</summary>
    public double Variance => Math.Max(0, A.Variance + B.Variance - (2 * Covariance));

    /// <summary>Standard score of the difference; NaN where its variance is 0.</summary>
    public double Z => Variance == 0 ? double.NaN : Difference / Math.Sqrt(Variance);

    /// <summary>Two-sided p value; NaN where the variance is 0.</summary>
    public double PValue => TailProbability.NormalTwoSided(Z);

    /// <summary>95 % interval of the difference.</summary>
    public (double Low, double High) Interval => (Difference - (TailProbability.Z975 * Math.Sqrt(Variance)), Difference + (TailProbability.Z975 * Math.Sqrt(Variance)));

    /// <summary>Compares two models on the same rows.</summary>
    /// <param name="labels">0 or 1, both present at least twice.</param>
    /// <param name="a">Scores of the first model.</param>
    /// <param name="b">Scores of the second model.</param>
    public static DeLong Compare(ReadOnlySpan<double> labels, ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        var first = Placements.Of(labels, a);
        var second = Placements.Of(labels, b);
        return new(
            new AucEstimate(first.Auc, Covariance(first, first)),
            new AucEstimate(second.Auc, Covariance(second, second)),
            Covariance(first, second));

        static double Covariance(Placements x, Placements y) =>
            (SampleCovariance(x.Positive, y.Positive) / x.Positive.Length) + (SampleCovariance(x.Negative, y.Negative) / x.Negative.Length);
    }

    private static double SampleCovariance(double[] x, double[] y)
    {
        var (mx, my) = (x.Average(), y.Average());
        double sum = 0;
        for (var i = 0; i < x.Length; i++)
        {
            sum += (x[i] - mx) * (y[i] - my);
        }

        return sum / (x.Length - 1);
    }
}

/// <summary>For every positive the share of negatives below it, for every negative the share of positives above it; ties count half.</summary>
/// <param name="Positive">Placements of positives, in row order.</param>
/// <param name="Negative">Placements of negatives, in row order.</param>
internal sealed record Placements(double[] Positive, double[] Negative)
{
    public double Auc => Positive.Average();

    public static Placements Of(ReadOnlySpan<double> labels, ReadOnlySpan<double> scores)
    {
        List<double> positive = [], negative = [];
        for (var i = 0; i < labels.Length; i++)
        {
            (labels[i] > 0 ? positive : negative).Add(scores[i]);
        }

        double[] sortedPositive = [.. positive.Order()], sortedNegative = [.. negative.Order()];
        return new(
            [.. positive.Select(s => Share(sortedNegative, s))],
            [.. negative.Select(s => 1 - Share(sortedPositive, s))]);
    }

    /// <summary>Share of ascending values below a score, those equal to it counted half.</summary>
    private static double Share(double[] sorted, double score)
    {
        var below = Bound(sorted, score, strict: true);
        var notAbove = Bound(sorted, score, strict: false);
        return (below + notAbove) / 2.0 / sorted.Length;
    }

    private static int Bound(double[] sorted, double score, bool strict)
    {
        var (low, high) = (0, sorted.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = sorted[middle] < score || (!strict && sorted[middle] == score) ? (middle + 1, high) : (low, middle);
        }

        return low;
    }
}
