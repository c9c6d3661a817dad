using System.Text.Json;
using MlOps.Evaluation.Metrics;
using static MlOps.Evaluation.Tests.Metrics.VectorFile;

namespace MlOps.Evaluation.Tests.Metrics;

/// <summary>Calibration, fairness by group and performance estimated without labels.</summary>
public sealed class GroupsAndEstimatesTests
{
    public static TheoryData<string> FairnessCases() => [.. Names("fairness.json")];

    public static TheoryData<string> EstimateCases() => [.. Names("cbpe.json").Where(n => Case("cbpe.json", n).GetProperty("inputs").TryGetProperty("threshold", out _))];

    public static TheoryData<string> BinaryCases() => [.. Names("binary.json")];

    [Theory]
    [MemberData(nameof(BinaryCases))]
    public void Calibration_errors_and_curves_have_the_reference_values(string name)
    {
        var test = Case("binary.json", name);
        var (inputs, expected) = (test.GetProperty("inputs"), test.GetProperty("expected"));
        var (y, p) = (Numbers(inputs.GetProperty("y")), Numbers(inputs.GetProperty("score")));
        foreach (var kind in new[] { "unweighted", "weighted" })
        {
            if (!expected.TryGetProperty(kind, out var e))
            {
                continue;
            }

            var w = kind == "weighted" ? Numbers(inputs.GetProperty("weight")) : [];
            if (e.TryGetProperty("ece_10_uniform", out var uniform))
            {
                AssertErrors(uniform, Calibration.Uniform(y, p, 10, w), "bins_index_weight_meanp_meany");
            }

            if (e.TryGetProperty("ece_5_equal_count", out var equal))
            {
                AssertErrors(equal, Calibration.EqualCounts(y, p, 5, w), null);
            }
        }

        if (expected.TryGetProperty("left_closed", out var left))
        {
            AssertErrors(left, Calibration.Uniform(y, p, 8), "bins_index_weight_meanp_meany");
            AssertErrors(expected.GetProperty("right_closed"), Calibration.UniformRightClosed(y, p, 8), "bins_index_weight_meanp_meany");
        }

        AssertCurve(expected, "calibration_curve_5_uniform", Calibration.UniformRightClosed(y, p, 5));
        AssertCurve(expected, "calibration_curve_5_quantile", Calibration.Quantiles(y, p, 5));
    }

    [Theory]
    [MemberData(nameof(FairnessCases))]
    public void Fairness_has_the_reference_values(string name)
    {
        var test = Case("fairness.json", name);
        var (inputs, expected) = (test.GetProperty("inputs"), test.GetProperty("expected"));
        var fairness = Fairness.Of(
            [.. inputs.GetProperty("group").EnumerateArray().Select(g => g.GetString()!)],
            Numbers(inputs.GetProperty("y")), Numbers(inputs.GetProperty("score")), inputs.GetProperty("threshold").GetDouble());
        Assert.Equal(expected.GetProperty("groups").EnumerateObject().Select(g => g.Name).Order(StringComparer.Ordinal), fairness.Groups.Select(g => g.Group));
        foreach (var group in fairness.Groups)
        {
            var e = expected.GetProperty("groups").GetProperty(group.Group);
            Check(e, "n", group.Rows);
            Check(e, "positives", group.Confusion.TruePositives + group.Confusion.FalseNegatives);
            Check(e, "selected", group.Selected);
            Check(e, "tp", group.Confusion.TruePositives);
            Check(e, "fp", group.Confusion.FalsePositives);
            Check(e, "selection_rate", group.SelectionRate);
            Check(e, "tpr", group.TruePositiveRate);
            Check(e, "fpr", group.FalsePositiveRate);
            Check(e, "precision", group.Confusion.Precision);
            Check(e, "accuracy", group.Confusion.Accuracy);
            Check(e, "mean_score", group.MeanScore);
            Check(e, "base_rate", group.BaseRate);
            Check(e, "mean_score_minus_base_rate", group.CalibrationGap);
            Check(e, "ece_5_uniform", group.CalibrationError);
            Check(e, "auc", group.Auc);
            AssertBins(e.GetProperty("calibration_bins_index_n_meanp_meany"), group.CalibrationBins);
        }

        Check(expected, "demographic_parity_difference", fairness.DemographicParityDifference);
        Check(expected, "demographic_parity_ratio", fairness.DemographicParityRatio);
        Check(expected, "equal_opportunity_difference", fairness.EqualOpportunityDifference);
        Check(expected, "equal_opportunity_ratio", fairness.EqualOpportunityRatio);
        Check(expected, "fpr_difference", fairness.FalsePositiveRateDifference);
        Check(expected, "equalized_odds_difference", fairness.EqualizedOddsDifference);
        Check(expected, "equalized_odds_ratio", fairness.EqualizedOddsRatio);
        Check(expected, "predictive_parity_difference", fairness.PredictiveParityDifference);
        Check(expected, "accuracy_difference", fairness.AccuracyDifference);
        Check(expected, "calibration_gap_difference", fairness.CalibrationGapDifference);
    }

    [Theory]
    [MemberData(nameof(EstimateCases))]
    public void Performance_without_labels_has_the_reference_values(string name)
    {
        var test = Case("cbpe.json", name);
        var (inputs, expected) = (test.GetProperty("inputs"), test.GetProperty("expected"));
        var (calibrated, score) = (Numbers(inputs.GetProperty("calibrated")), Numbers(inputs.GetProperty("score")));
        var threshold = inputs.GetProperty("threshold").GetDouble();
        var counts = EstimatedPerformance.Counts(calibrated, score.Select(s => s >= threshold ? 1.0 : 0).ToArray());
        var matrix = expected.GetProperty("confusion_matrix");
        Check(matrix, "tp", counts.TruePositives);
        Check(matrix, "fp", counts.FalsePositives);
        Check(matrix, "fn", counts.FalseNegatives);
        Check(matrix, "tn", counts.TrueNegatives);
        Check(expected, "accuracy", counts.Accuracy);
        Check(expected, "precision", OrZero(counts.Precision));
        Check(expected, "recall", OrZero(counts.Recall));
        Check(expected, "specificity", OrZero(counts.Specificity));
        Check(expected, "f1", OrZero(counts.F1));
        Check(expected, "roc_auc", EstimatedPerformance.Auc(calibrated, score));
        Check(expected, "average_precision", EstimatedPerformance.AveragePrecision(calibrated, score));

        static double OrZero(double value) => double.IsNaN(value) ? 0 : value;
    }

    [Fact]
    public void Isotonic_calibration_sampling_error_and_alert_range_have_the_reference_values()
    {
        var (inputs, expected) = Parts("isotonic_calibration");
        var fit = IsotonicCalibration.Fit(Numbers(inputs.GetProperty("reference_y")), Numbers(inputs.GetProperty("reference_score")));
        AssertNumbers(expected.GetProperty("unique_score"), fit.Scores);
        AssertNumbers(expected.GetProperty("fitted"), fit.Fitted);
        AssertNumbers(expected.GetProperty("calibrated_new"), [.. Numbers(inputs.GetProperty("new_score")).Select(fit.Of)]);

        (inputs, expected) = Parts("auroc_sampling_error");
        var error = EstimatedPerformance.AucSamplingError(
            Numbers(inputs.GetProperty("reference_y")), Numbers(inputs.GetProperty("reference_score")), inputs.GetProperty("chunk_size").GetInt32());
        Check(expected, "sd_of_placements_ddof0", error.Deviation);
        Check(expected, "positive_share", error.PositiveShare);
        Check(expected, "sampling_error", error.SamplingError);

        (inputs, expected) = Parts("alert_threshold_3_sd");
        var range = EstimatedPerformance.AlertRange(Numbers(inputs.GetProperty("reference_chunk_metric")));
        Check(expected, "mean", range.Mean);
        Check(expected, "sd_ddof0", range.Deviation);
        Check(expected, "lower", range.Low);
        Check(expected, "upper", range.High);
    }

    [Fact]
    public void Performance_of_several_classes_has_the_reference_values()
    {
        var (inputs, expected) = Parts("multiclass_30");
        double[][] calibrated = [.. inputs.GetProperty("calibrated").EnumerateArray().Select(Numbers)];
        var counts = EstimatedPerformance.Counts(calibrated, [.. inputs.GetProperty("predicted").EnumerateArray().Select(e => e.GetInt32())]);
        double[][] rows = [.. expected.GetProperty("confusion_matrix_rows_true").EnumerateArray().Select(Numbers)];
        var f1 = Numbers(expected.GetProperty("f1_per_class"));
        for (var i = 0; i < rows.Length; i++)
        {
            AssertNumbers(expected.GetProperty("confusion_matrix_rows_true")[i], counts[i]);
            Near(f1[i], 2 * counts[i][i] / (counts[i].Sum() + counts.Sum(row => row[i])), $"f1 of class {i}");
        }

        Check(expected, "accuracy", counts.Select((row, i) => row[i]).Sum() / calibrated.Length);
    }

    private static (JsonElement Inputs, JsonElement Expected) Parts(string name)
    {
        var test = Case("cbpe.json", name);
        return (test.GetProperty("inputs"), test.GetProperty("expected"));
    }

    private static void AssertErrors(JsonElement expected, IReadOnlyList<CalibrationBin> bins, string? rows)
    {
        Check(expected, "ece", Calibration.ExpectedError(bins));
        Check(expected, "mce", Calibration.LargestError(bins));
        if (rows is not null)
        {
            AssertBins(expected.GetProperty(rows), bins);
        }
    }

    private static void AssertBins(JsonElement expected, IReadOnlyList<CalibrationBin> bins)
    {
        Assert.Equal(expected.GetArrayLength(), bins.Count);
        for (var i = 0; i < bins.Count; i++)
        {
            AssertNumbers(expected[i], [bins[i].Index, bins[i].Weight, bins[i].MeanPredicted, bins[i].MeanObserved]);
        }
    }

    private static void AssertCurve(JsonElement expected, string property, IReadOnlyList<CalibrationBin> bins)
    {
        if (expected.TryGetProperty(property, out var curve))
        {
            AssertNumbers(curve.GetProperty("prob_true"), [.. bins.Select(b => b.MeanObserved)]);
            AssertNumbers(curve.GetProperty("prob_pred"), [.. bins.Select(b => b.MeanPredicted)]);
        }
    }

    private static void AssertNumbers(JsonElement expected, IReadOnlyList<double> actual)
    {
        var numbers = Numbers(expected);
        Assert.Equal(numbers.Length, actual.Count);
        for (var i = 0; i < numbers.Length; i++)
        {
            Near(numbers[i], actual[i], $"[{i}]");
        }
    }
}
