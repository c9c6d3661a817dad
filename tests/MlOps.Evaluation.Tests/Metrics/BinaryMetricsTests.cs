using System.Globalization;
using MlOps.Evaluation.Metrics;
using static MlOps.Evaluation.Tests.Metrics.VectorFile;

namespace MlOps.Evaluation.Tests.Metrics;

/// <summary>Values by scikit-learn and by a second computation; the tolerance is that of the reference's own agreement (1e-12 relative).</summary>
public sealed class BinaryMetricsTests
{
    public static TheoryData<string, string> Cases()
    {
        var data = new TheoryData<string, string>();
        foreach (var name in Names("binary.json"))
        {
            foreach (var kind in new[] { "unweighted", "weighted" })
            {
                if (Case("binary.json", name).GetProperty("expected").TryGetProperty(kind, out _))
                {
                    data.Add(name, kind);
                }
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Every_value_of_the_reference_is_met(string name, string kind)
    {
        var test = Case("binary.json", name);
        var inputs = test.GetProperty("inputs");
        var expected = test.GetProperty("expected").GetProperty(kind);
        var y = Numbers(inputs.GetProperty("y"));
        var p = Numbers(inputs.GetProperty("score"));
        var w = kind == "weighted" ? Numbers(inputs.GetProperty("weight")) : [];

        Check(expected, "roc_auc", BinaryMetrics.Auc(y, p, w));
        Check(expected, "average_precision", BinaryMetrics.AveragePrecision(y, p, w));
        Check(expected, "ks", BinaryMetrics.Ks(y, p, w));
        Check(expected, "brier", BinaryMetrics.Brier(y, p, w));
        Check(expected, "pr_auc_trapezoid", Curves.TrapezoidArea(Curves.PrecisionRecall(y, p, w)));
        if (expected.TryGetProperty("log_loss", out var losses))
        {
            foreach (var loss in losses.EnumerateObject())
            {
                Near(Value(loss.Value), BinaryMetrics.LogLoss(y, p, w, double.Parse(loss.Name, CultureInfo.InvariantCulture)), "log loss at " + loss.Name);
            }
        }

        if (expected.TryGetProperty("at_threshold", out var thresholds))
        {
            foreach (var at in thresholds.EnumerateArray())
            {
                var c = BinaryMetrics.At(y, p, at.GetProperty("threshold").GetDouble(), w);
                Check(at, "tp", c.TruePositives);
                Check(at, "fp", c.FalsePositives);
                Check(at, "fn", c.FalseNegatives);
                Check(at, "tn", c.TrueNegatives);
                Check(at, "accuracy", c.Accuracy);
                Check(at, "precision", c.Precision);
                Check(at, "recall", c.Recall);
                Check(at, "specificity", c.Specificity);
                Check(at, "f1", c.F1);
                Check(at, "balanced_accuracy", c.BalancedAccuracy);
                Check(at, "mcc", c.Mcc);
            }
        }

        if (expected.TryGetProperty("roc_curve", out var curve))
        {
            var points = Curves.Roc(y, p, w);
            Assert.Equal(curve.GetProperty("fpr").GetArrayLength(), points.Count);
            for (var i = 0; i < points.Count; i++)
            {
                Near(Value(curve.GetProperty("fpr")[i]), points[i].FalsePositiveRate, "fpr");
                Near(Value(curve.GetProperty("tpr")[i]), points[i].TruePositiveRate, "tpr");
            }
        }
    }

    [Fact]
    public void The_best_threshold_for_F1_is_one_of_the_scores()
    {
        double[] y = [0, 0, 1, 0, 1, 1];
        double[] p = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6];

        Assert.Equal(0.3, BinaryMetrics.BestF1Threshold(y, p));
    }
}
