using MlOps.Boosting.Binning;
using MlOps.Boosting.Objectives;
using MlOps.Boosting.Settings;
using static MlOps.Boosting.Evaluation.Metrics;

namespace MlOps.Boosting.Evaluation;

/// <summary>Metrics by name.</summary>
internal static class MetricFactory
{
    public static Metric Create(string name, Parameters p) => name switch
    {
        "l2" => Loss(name, (y, s) => Square(s - y)),
        "rmse" => new SimpleMetric(name, false, (x, rows) => Math.Sqrt(Mean(x.Converted, rows, (y, s) => Square(s - y)))),
        "l1" => Loss(name, (y, s) => Math.Abs(s - y)),
        "quantile" => Loss(name, (y, s) => y - s < 0 ? (p.Alpha - 1.0) * (y - s) : p.Alpha * (y - s)),
        "huber" => Loss(name, (y, s) => RegressionLosses.Huber(s - y, p.Alpha)),
        "fair" => Loss(name, (y, s) => RegressionLosses.Fair(s - y, p.FairC)),
        "poisson" => Loss(name, RegressionLosses.Poisson),
        "mape" => Loss(name, (y, s) => Math.Abs(y - s) / Math.Max(1.0f, Math.Abs(y))),
        "gamma" => Loss(name, RegressionLosses.Gamma, rows => CheckPositive(rows, name)),
        "gamma_deviance" => new SimpleMetric(name, false, (x, rows) => 2 * Sum(x.Converted, rows, RegressionLosses.GammaDeviance), rows => CheckPositive(rows, name)),
        "tweedie" => Loss(name, (y, s) => RegressionLosses.Tweedie(y, s, p.TweedieVariancePower)),
        "r2" => new SimpleMetric(name, true, (x, rows) => R2(x.Converted, rows.Label, rows.Weight)),
        "binary_logloss" => new SimpleMetric(name, false, (x, rows) => BinaryLogLoss(x.Converted, rows.Label, rows.Weight)),
        "binary_error" => new SimpleMetric(name, false, (x, rows) => BinaryError(x.Converted, rows.Label, rows.Weight)),
        "auc" => new SimpleMetric(name, true, (x, rows) => Auc(x.Raw, rows.Label, rows.Weight)),
        "average_precision" => new SimpleMetric(name, true, (x, rows) => AveragePrecision(x.Raw, rows.Label, rows.Weight)),
        "auc_mu" => new AucMuMetric(p.NumClass, p.AucMuWeights),
        "ndcg" => new NdcgMetric(p.EvalAt, new DiscountedGain(p.LabelGain)),
        "map" => new MapMetric(p.EvalAt),
        "multi_logloss" => new SimpleMetric(name, false, (x, rows) => MultiLogLoss(x.Converted, rows.Label, p.NumClass, rows.Weight), rows => ClassLabels.Check(rows.Label, p.NumClass)),
        "multi_error" => new SimpleMetric(
            p.MultiErrorTopK == 1 ? name : $"multi_error@{p.MultiErrorTopK}",
            false,
            (x, rows) => MultiError(x.Converted, rows.Label, p.NumClass, p.MultiErrorTopK, rows.Weight),
            rows => ClassLabels.Check(rows.Label, p.NumClass)),
        "cross_entropy" => Loss(name, EntropyLosses.CrossEntropy, rows => UnitInterval.Check(rows.Label, name)),
        "cross_entropy_lambda" => new SimpleMetric(name, false, EntropyLosses.CrossEntropyLambda, rows => UnitInterval.Check(rows.Label, name)),
        "kullback_leibler" => new SimpleMetric(name, false, EntropyLosses.KullbackLeibler, rows => UnitInterval.Check(rows.Label, name)),
        _ => throw new ParameterException("metric", $"metric={name} is not known."),
    };

    private static SimpleMetric Loss(string name, Func<float, double, double> loss, Action<RowData>? check = null) =>
        new(name, false, (x, rows) => Mean(x.Converted, rows, loss), check);

    private static double Mean(double[] predictions, RowData rows, Func<float, double, double> loss) =>
        Sum(predictions, rows, loss) / SumOfWeights(rows.Label.Length, rows.Weight);

    private static double Sum(double[] predictions, RowData rows, Func<float, double, double> loss)
    {
        double sum = 0;
        for (int i = 0; i < rows.Label.Length; i++)
        {
            double one = loss(rows.Label[i], predictions[i]);
            sum += rows.Weight.Length == 0 ? one : one * rows.Weight[i];
        }

        return sum;
    }

    private static double Square(double x) => x * x;

    private static void CheckPositive(RowData rows, string metric)
    {
        for (int row = 0; row < rows.Label.Length; row++)
        {
            if (rows.Label[row] <= 0)
            {
                throw new BoostingDataException($"The label of row {row} is {rows.Label[row]}: metric={metric} needs labels above 0. Choose another metric.");
            }
        }
    }
}
