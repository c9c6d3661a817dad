using System.Text.Json;
using MlOps.Evaluation.Drift;
using static MlOps.Evaluation.Tests.Metrics.VectorFile;

namespace MlOps.Evaluation.Tests.Drift;

/// <summary>Drift values of Evidently, NannyML and SciPy, and of a second computation from the formulas.</summary>
public sealed class DriftTests
{
    public static TheoryData<string> Samples() => Cases("drift_numeric.json", "reference");

    public static TheoryData<string> Vectors() => Cases("drift_numeric.json", "p");

    public static TheoryData<string> Categories() => Cases("drift_categorical.json", "reference");

    [Theory]
    [MemberData(nameof(Samples))]
    public void Numeric_drift_has_the_reference_values(string name)
    {
        var (inputs, expected) = Parts("drift_numeric.json", name);
        var (reference, current) = (Numbers(inputs.GetProperty("reference")), Numbers(inputs.GetProperty("current")));

        var deciles = expected.GetProperty("rule_reference_deciles");
        AssertNumbers(deciles.GetProperty("inner_edges"), NumericBins.Deciles(reference).Edges);
        AssertDrift(deciles, "psi", NumericDrift.StabilityIndex(reference, current));

        var evidently = expected.GetProperty("rule_evidently");
        AssertDrift(evidently, "psi", NumericDrift.EvidentlyStabilityIndex(reference, current));
        var (r, c) = NumericDrift.EvidentlyCounts(reference, current);
        Check(evidently, "jensen_shannon_base_e", DistributionDistance.JensenShannon(DistributionDistance.Shares(r), DistributionDistance.Shares(c), Math.E));
        if (evidently.GetProperty("edges").ValueKind == JsonValueKind.Array)
        {
            AssertNumbers(evidently.GetProperty("edges"), NumericBins.Sturges(reference, current).Edges);
        }

        var doane = expected.GetProperty("rule_nannyml_doane");
        AssertNumbers(doane.GetProperty("edges"), NumericBins.Doane(reference).Edges);
        (r, c) = NumericDrift.DoaneCounts(reference, current);
        AssertCounts(doane, r[..^1], c[..^1]);
        Check(doane, "cur_outside", c[^1]);
        Check(doane, "jensen_shannon_base_2", NumericDrift.JensenShannon(reference, current).Value);
        Check(doane, "hellinger", DistributionDistance.Hellinger(DistributionDistance.Shares(r), DistributionDistance.Shares(c)));

        Check(expected, "wasserstein_1", NumericDrift.Wasserstein(reference, current));
        Check(expected, "wasserstein_1_over_reference_sd_ddof0", NumericDrift.NormedWasserstein(reference, current));
    }

    [Theory]
    [MemberData(nameof(Vectors))]
    public void Distances_of_distributions_have_the_reference_values(string name)
    {
        var (inputs, expected) = Parts("drift_numeric.json", name);
        var (p, q) = (Numbers(inputs.GetProperty("p")), Numbers(inputs.GetProperty("q")));
        Check(expected, "jensen_shannon_base_2", DistributionDistance.JensenShannon(p, q));
        Check(expected, "jensen_shannon_base_e", DistributionDistance.JensenShannon(p, q, Math.E));
        Check(expected, "hellinger", DistributionDistance.Hellinger(p, q));
        Check(expected, "l_infinity", DistributionDistance.Largest(p, q));
        Check(expected, "total_variation", DistributionDistance.TotalVariation(p, q));
        // The file takes q as the current distribution or as the reference; the index is symmetric.
        Check(expected, "psi_zero_becomes_1e-4", DistributionDistance.StabilityIndex(DistributionDistance.Fill(p), DistributionDistance.Fill(q)));
    }

    [Fact]
    public void Weights_of_rows_enter_the_distance_of_Wasserstein()
    {
        var (inputs, expected) = Parts("drift_numeric.json", "wasserstein_weighted");
        Check(expected, "wasserstein_1", NumericDrift.Wasserstein(
            Numbers(inputs.GetProperty("u")), Numbers(inputs.GetProperty("v")), Numbers(inputs.GetProperty("u_weight")), Numbers(inputs.GetProperty("v_weight"))));
    }

    [Theory]
    [MemberData(nameof(Categories))]
    public void Categorical_drift_has_the_reference_values(string name)
    {
        var (inputs, expected) = Parts("drift_categorical.json", name);
        var (categories, r, c) = CategoricalDrift.Count(Texts(inputs.GetProperty("reference")), Texts(inputs.GetProperty("current")));
        // The file lists a category that the union does not need ("e" of both) in the same order.
        Assert.Equal(Texts(expected.GetProperty("categories")), categories);
        AssertCounts(expected, r, c);

        AssertTest(expected.GetProperty("contingency"), CategoricalDrift.Contingency(r, c));
        Check(expected.GetProperty("contingency"), "cramers_v", CategoricalDrift.CramersV(r, c));
        AssertTest(expected.GetProperty("goodness_of_fit_vs_reference_shares"), CategoricalDrift.GoodnessOfFit(r, c));
        if (expected.TryGetProperty("contingency_yates", out var yates))
        {
            AssertTest(yates, CategoricalDrift.Contingency(r, c, yates: true));
            var z = MissingRate.Compare(r[0] + r[1], r[1], c[0] + c[1], c[1]);
            Check(expected.GetProperty("z_test_two_proportions"), "z", -z.Z);
            Check(expected.GetProperty("z_test_two_proportions"), "p_value", z.PValue);
        }

        var (p, q) = (DistributionDistance.Shares(r), DistributionDistance.Shares(c));
        Check(expected, "psi_evidently", CategoricalDrift.StabilityIndex(r, c));
        Check(expected, "jensen_shannon_base_2", DistributionDistance.JensenShannon(p, q));
        Check(expected, "jensen_shannon_base_e", DistributionDistance.JensenShannon(p, q, Math.E));
        Check(expected, "l_infinity", DistributionDistance.Largest(p, q));
        Check(expected, "hellinger", DistributionDistance.Hellinger(p, q));
    }

    [Fact]
    public void A_drift_of_an_empty_sample_is_an_error_and_never_zero()
    {
        Assert.Throws<ArgumentException>(() => NumericDrift.StabilityIndex([], [1, 2]));
        Assert.Throws<ArgumentException>(() => NumericDrift.StabilityIndex([1, 2], []));
        Assert.Throws<ArgumentException>(() => NumericDrift.Wasserstein([1], []));
        Assert.Throws<ArgumentException>(() => KolmogorovSmirnov.Of([], [1]));
        Assert.Throws<ArgumentException>(() => CategoricalDrift.StabilityIndex([1, 2], [0, 0]));
    }

    private static void AssertDrift(JsonElement expected, string property, BinnedDrift drift)
    {
        AssertCounts(expected, drift.ReferenceCounts, drift.CurrentCounts);
        Check(expected, property, drift.Value);
    }

    private static void AssertCounts(JsonElement expected, IReadOnlyList<long> reference, IReadOnlyList<long> current)
    {
        Assert.Equal(Numbers(expected.GetProperty("ref_counts")), reference.Select(n => (double)n));
        Assert.Equal(Numbers(expected.GetProperty("cur_counts")), current.Select(n => (double)n));
    }

    private static void AssertTest(JsonElement expected, ChiSquareTest test)
    {
        Check(expected, "chi2", test.Statistic);
        Check(expected, "dof", test.Degrees);
        Check(expected, "p_value", test.PValue);
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

    private static TheoryData<string> Cases(string file, string input) =>
        [.. Names(file).Where(n => Case(file, n).GetProperty("inputs").TryGetProperty(input, out _))];

    private static (JsonElement Inputs, JsonElement Expected) Parts(string file, string name)
    {
        var test = Case(file, name);
        return (test.GetProperty("inputs"), test.GetProperty("expected"));
    }

    private static string[] Texts(JsonElement array) => [.. array.EnumerateArray().Select(e => e.GetString()!)];
}
