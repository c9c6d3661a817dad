using MlOps.Evaluation.Metrics;

using static MlOps.Evaluation.Tests.Metrics.VectorFile;

namespace MlOps.Evaluation.Tests.Metrics;

public sealed class OtherTaskMetricsTests
{
    public static TheoryData<string, string> Regressions() => Both("regression.json");

    public static TheoryData<string, string> Multiclasses() => Both("multiclass.json");

    [Theory]
    [MemberData(nameof(Regressions))]
    public void Every_value_of_a_regression_is_met(string name, string kind)
    {
        var test = Case("regression.json", name);
        var inputs = test.GetProperty("inputs");
        var expected = test.GetProperty("expected").GetProperty(kind);
        var m = RegressionMetrics.Of(
            Numbers(inputs.GetProperty("y")), Numbers(inputs.GetProperty("pred")),
            kind == "weighted" ? Numbers(inputs.GetProperty("weight")) : []);

        Check(expected, "mse", m.MeanSquaredError);
        Check(expected, "rmse", m.RootMeanSquaredError);
        Check(expected, "mae", m.MeanAbsoluteError);
        Check(expected, "r2", m.R2);
        Check(expected, "explained_variance", m.ExplainedVariance);
        Check(expected, "mape_fraction", m.MeanAbsolutePercentageError);
        Check(expected, "mean_error_y_minus_pred", m.MeanError);
        Check(expected, "median_absolute_error", m.MedianAbsoluteError);
        Check(expected, "max_error", m.MaxError);
    }

    [Theory]
    [MemberData(nameof(Multiclasses))]
    public void Every_value_of_a_multiclass_task_is_met(string name, string kind)
    {
        var test = Case("multiclass.json", name);
        var inputs = test.GetProperty("inputs");
        var expected = test.GetProperty("expected").GetProperty(kind);
        var classes = inputs.GetProperty("n_classes").GetInt32();
        var m = MulticlassMetrics.Of(
            classes, Numbers(inputs.GetProperty("y")), [.. inputs.GetProperty("proba").EnumerateArray().SelectMany(Numbers)],
            kind == "weighted" ? Numbers(inputs.GetProperty("weight")) : []);

        Check(expected, "log_loss", m.LogLoss);
        Check(expected, "accuracy", m.Accuracy);
        Check(expected, "macro_precision", m.MacroPrecision);
        Check(expected, "weighted_precision", m.WeightedPrecision);
        Check(expected, "macro_f1", m.MacroF1);
        Check(expected, "weighted_f1", m.WeightedF1);
        Check(expected, "balanced_accuracy", m.BalancedAccuracy);
        Check(expected, "mcc", m.Mcc);
        Check(expected, "cohen_kappa", m.CohenKappa);
        Check(expected, "top2_accuracy", m.Top2Accuracy);
        Check(expected, "brier_sum", m.Brier);
        for (var k = 0; k < classes; k++)
        {
            var one = expected.GetProperty("per_class")[k];
            Check(one, "precision", m.Precision(k));
            Check(one, "recall", m.Recall(k));
            Check(one, "f1", m.F1(k));
            Near(Value(expected.GetProperty("ovr_auc_per_class")[k]), m.OneVersusRestAuc[k], "ovr auc");
        }
    }

    private static TheoryData<string, string> Both(string file)
    {
        var data = new TheoryData<string, string>();
        foreach (var name in Names(file))
        {
            data.Add(name, "unweighted");
            data.Add(name, "weighted");
        }

        return data;
    }
}
