using System.Text.Json;
using MlOps.Evaluation.Drift;
using static MlOps.Evaluation.Tests.Metrics.VectorFile;

namespace MlOps.Evaluation.Tests.Drift;

public sealed class StatisticalTestTests
{
    public static TheoryData<string> KolmogorovCases() => [.. Names("ks.json")];

    public static TheoryData<string> MissingCases() => [.. Names("missing_rate.json")];

    public static TheoryData<string> MultipleCases() => [.. Names("multiple_testing.json")];

    [Theory]
    [MemberData(nameof(KolmogorovCases))]
    public void Kolmogorov_Smirnov_has_the_reference_values(string name)
    {
        var test = Case("ks.json", name);
        var expected = test.GetProperty("expected");
        var ks = KolmogorovSmirnov.Of(Numbers(test.GetProperty("inputs").GetProperty("a")), Numbers(test.GetProperty("inputs").GetProperty("b")));
        Check(expected, "n", ks.First);
        Check(expected, "m", ks.Second);
        Check(expected, "statistic", ks.Statistic);
        Check(expected, "p_exact", ks.ExactPValue());
        Check(expected, "p_limit", ks.LimitPValue());
        Check(expected, "p_stephens", ks.StephensPValue());
        // The reference gives this one to 1e-9 only.
        Check(expected, "p_finite_n_rounded", ks.EffectiveRowsPValue(), 1e-9);
    }

    [Theory]
    [MemberData(nameof(MissingCases))]
    public void Tests_of_missing_rates_have_the_reference_values(string name)
    {
        var test = Case("missing_rate.json", name);
        var (inputs, expected) = (test.GetProperty("inputs"), test.GetProperty("expected"));
        if (inputs.TryGetProperty("population_rate", out var rate))
        {
            var one = MissingRate.Against(Whole("n"), Whole("missing"), rate.GetDouble());
            Check(expected, "z", one.Z);
            Check(expected, "p_two_sided", one.PValue);
            return;
        }

        var two = MissingRate.Compare(Whole("reference_n"), Whole("reference_missing"), Whole("current_n"), Whole("current_missing"));
        Check(expected, "difference", two.Difference);
        Check(expected, "z_pooled", two.Z);
        Check(expected, "p_two_sided", two.PValue);
        var interval = Numbers(expected.GetProperty("ci95_unpooled"));
        Near(interval[0], two.Low, "low");
        Near(interval[1], two.High, "high");

        long Whole(string property) => inputs.GetProperty(property).GetInt64();
    }

    [Theory]
    [MemberData(nameof(MultipleCases))]
    public void Adjusted_p_values_have_the_reference_values(string name)
    {
        var test = Case("multiple_testing.json", name);
        var expected = test.GetProperty("expected");
        var p = Numbers(test.GetProperty("inputs").GetProperty("p"));
        AssertAll("benjamini_hochberg", MultipleTesting.BenjaminiHochberg(p));
        AssertAll("benjamini_yekutieli", MultipleTesting.BenjaminiYekutieli(p));
        AssertAll("holm", MultipleTesting.Holm(p));
        AssertAll("bonferroni", MultipleTesting.Bonferroni(p));
        Assert.Equal(expected.GetProperty("rejected_at_0.05").EnumerateArray().Select(e => e.GetBoolean()), MultipleTesting.BenjaminiHochberg(p).Select(v => v <= 0.05));

        void AssertAll(string property, double[] actual)
        {
            var numbers = Numbers(expected.GetProperty(property));
            Assert.Equal(numbers.Length, actual.Length);
            for (var i = 0; i < numbers.Length; i++)
            {
                Near(numbers[i], actual[i], $"{property}[{i}]");
            }
        }
    }

    // Computed with 40 digits; twelve of them are asked for, also of small tails.
    [Theory]
    [InlineData(1, 1, 0.317310507862914103)]
    [InlineData(50, 3, 7.98917924495147114e-11)]
    [InlineData(120, 100, 0.0844066810936918296)]
    [InlineData(0, 4, 1)]
    public void Tails_of_chi_square_hold_for_few_and_many_degrees(double x, int degrees, double expected) =>
        Assert.Equal(expected, TailProbability.ChiSquare(x, degrees), 1e-12 * expected);
}
