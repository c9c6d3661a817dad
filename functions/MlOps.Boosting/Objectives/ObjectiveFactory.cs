using System.Globalization;
using MlOps.Boosting.Settings;

namespace MlOps.Boosting.Objectives;

/// <summary>Objectives by name: from parameters for training, from the model file's line for prediction.</summary>
internal static class ObjectiveFactory
{
    /// <summary>The objective of a training.</summary>
    public static Objective Create(Parameters p) => p.Objective switch
    {
        "regression" => new RegressionL2(p.RegSqrt),
        "regression_l1" => new RegressionL1(p.RegSqrt),
        "huber" => new RegressionHuber(p.Alpha),
        "fair" => new RegressionFair(p.RegSqrt, p.FairC),
        "poisson" => new RegressionPoisson(p.PoissonMaxDeltaStep),
        "quantile" => new RegressionQuantile(p.RegSqrt, p.Alpha),
        "mape" => new RegressionMape(p.RegSqrt),
        "gamma" => new RegressionGamma(),
        "tweedie" => new RegressionTweedie(p.TweedieVariancePower),
        "binary" => new BinaryLogLoss(p.Sigmoid, p.IsUnbalance, p.ScalePosWeight),
        "multiclass" => new MulticlassSoftmax(p.NumClass),
        "multiclassova" => new MulticlassOneVsAll(p.NumClass, p.Sigmoid, p.IsUnbalance, p.ScalePosWeight),
        "cross_entropy" => new CrossEntropy(),
        "cross_entropy_lambda" => new CrossEntropyLambda(),
        "lambdarank" => new LambdaRank(p.Sigmoid, p.LambdarankNorm, p.LambdarankTruncationLevel, new DiscountedGain(p.LabelGain)),
        "rank_xendcg" => new RankXeNdcg(p.ObjectiveSeed),
        _ => throw new ParameterException("objective", $"objective={p.Objective} is not known."),
    };

    /// <summary>The objective that a model file names; it only converts scores. Null when the file names none that is known.</summary>
    /// <param name="line">Such as "binary sigmoid:1".</param>
    public static Objective? Parse(string line)
    {
        string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (words.Length == 0)
        {
            return null;
        }

        bool sqrt = words.Contains("sqrt", StringComparer.Ordinal);
        double sigmoid = Value(words, "sigmoid", 1);
        int classes = (int)Value(words, "num_class", 1);
        return words[0] switch
        {
            "regression" => new RegressionL2(sqrt),
            "regression_l1" => new RegressionL1(sqrt),
            "huber" => new RegressionHuber(1),
            "fair" => new RegressionFair(sqrt, 1),
            "poisson" => new RegressionPoisson(0.7),
            "quantile" => new RegressionQuantile(sqrt, 0.5),
            "mape" => new RegressionMape(sqrt),
            "gamma" => new RegressionGamma(),
            "tweedie" => new RegressionTweedie(1.5),
            "binary" => new BinaryLogLoss(sigmoid),
            "multiclass" => new MulticlassSoftmax(classes),
            "multiclassova" => new MulticlassOneVsAll(classes, sigmoid),
            "cross_entropy" or "xentropy" => new CrossEntropy(),
            "cross_entropy_lambda" or "xentlambda" => new CrossEntropyLambda(),
            "lambdarank" => new LambdaRank(1, true, 30, new DiscountedGain([])),
            "rank_xendcg" => new RankXeNdcg(0),
            _ => null,
        };
    }

    private static double Value(string[] words, string key, double otherwise)
    {
        string prefix = key + ":";
        string? word = words.FirstOrDefault(w => w.StartsWith(prefix, StringComparison.Ordinal));
        return word is not null && double.TryParse(word.AsSpan(prefix.Length), NumberStyles.Float, CultureInfo.InvariantCulture, out double value)
            && value is > 0 and < 1e6
            ? value
            : otherwise;
    }
}
