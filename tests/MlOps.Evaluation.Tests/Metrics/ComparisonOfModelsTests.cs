using MlOps.Evaluation.Intervals;
using MlOps.Evaluation.Metrics;

using static MlOps.Evaluation.Tests.Metrics.VectorFile;

namespace MlOps.Evaluation.Tests.Metrics;

/// <summary>Two models on the same rows: DeLong's covariance and the paired bootstrap.</summary>
public sealed class ComparisonOfModelsTests
{
    public static TheoryData<string> DeLongCases() => [.. Names("delong.json")];

    [Theory]
    [MemberData(nameof(DeLongCases))]
    public void DeLongs_test_has_the_reference_values(string name)
    {
        var test = Case("delong.json", name);
        var (inputs, expected) = (test.GetProperty("inputs"), test.GetProperty("expected"));
        var result = DeLong.Compare(Numbers(inputs.GetProperty("y")), Numbers(inputs.GetProperty("score_a")), Numbers(inputs.GetProperty("score_b")));
        foreach (var (property, estimate) in new[] { ("a", result.A), ("b", result.B) })
        {
            var e = expected.GetProperty(property);
            Check(e, "auc", estimate.Auc);
            Check(e, "variance", estimate.Variance);
            Check(e, "se", estimate.StandardError);
            AssertInterval(Numbers(e.GetProperty("ci95_plain")), estimate.Interval);
            AssertInterval(Numbers(e.GetProperty("ci95_logit")), estimate.LogitInterval);
        }

        Check(expected, "covariance", result.Covariance);
        Check(expected, "difference_a_minus_b", result.Difference);
        Check(expected, "variance_of_difference", result.Variance);
        Check(expected, "se_of_difference", Math.Sqrt(result.Variance));
        Check(expected, "z", result.Z);
        Check(expected, "p_two_sided", result.PValue);
        AssertInterval(Numbers(expected.GetProperty("ci95_difference")), result.Interval);
    }

    [Theory]
    [InlineData("auc")]
    [InlineData("log_loss")]
    [InlineData("accuracy")]
    public void The_paired_bootstrap_has_the_reference_values(string metricName)
    {
        var test = Case("paired_bootstrap.json", "200_resamples_40_rows");
        var inputs = test.GetProperty("inputs");
        var expected = test.GetProperty("expected").GetProperty(metricName);
        PairedBootstrap.Metric metric = metricName switch
        {
            "auc" => (y, p) => BinaryMetrics.Auc(y, p),
            "log_loss" => (y, p) => BinaryMetrics.LogLoss(y, p),
            _ => (y, p) => BinaryMetrics.At(y, p, 0.5).Accuracy,
        };
        var rows = inputs.GetProperty("index_lists").EnumerateArray().Select(l => l.EnumerateArray().Select(i => i.GetInt32()).ToArray());
        var result = PairedBootstrap.Compare(metric, Numbers(inputs.GetProperty("y")), Numbers(inputs.GetProperty("proba_a")), Numbers(inputs.GetProperty("proba_b")), rows);

        var differences = Numbers(expected.GetProperty("resample_differences"));
        Assert.Equal(differences.Length, result.Resamples.Count);
        for (var i = 0; i < differences.Length; i++)
        {
            Near(differences[i], result.Resamples[i], $"resample {i}");
        }

        Check(expected, "full_sample_difference_a_minus_b", result.Full);
        Check(expected, "mean", result.Mean);
        Check(expected, "sd_ddof1", result.StandardDeviation);
        AssertInterval(Numbers(expected.GetProperty("percentile_ci95")), result.PercentileInterval);
        AssertInterval(Numbers(expected.GetProperty("basic_ci95")), result.BasicInterval);
        Check(expected, "share_at_or_below_0", result.ShareAtOrBelowZero);
        Check(expected, "share_at_or_above_0", result.ShareAtOrAboveZero);
    }

    [Fact]
    public void Resamples_are_the_same_for_the_same_seed_and_cover_all_rows()
    {
        var first = PairedBootstrap.Draw(50, 20, 7).ToList();
        Assert.Equal(first, PairedBootstrap.Draw(50, 20, 7));
        Assert.NotEqual(first, PairedBootstrap.Draw(50, 20, 8));
        Assert.Equal(50, first.SelectMany(r => r).Distinct().Count());
        Assert.All(first, r => Assert.InRange(r.Max(), 0, 49));
    }

    private static void AssertInterval(double[] expected, (double Low, double High) actual)
    {
        Near(expected[0], actual.Low, "low");
        Near(expected[1], actual.High, "high");
    }
}
