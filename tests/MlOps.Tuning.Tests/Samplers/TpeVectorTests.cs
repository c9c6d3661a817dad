using System.Text.Json.Nodes;

namespace MlOps.Tuning.Tests.Samplers;

/// <summary>Splits, kernels and densities as Optuna computes them.</summary>
public sealed class TpeVectorTests
{
    // The files were recomputed with 60 digits: kernels agree to 2e-15, log densities to 1.3e-12.
    private const double Tolerance = 1e-10;

    public static TheoryData<string, string> Cases()
    {
        var data = new TheoryData<string, string>();
        foreach (var file in new[] { "tpe_univariate.json", "tpe_multivariate_4.9.0.json", "tpe_multivariate_5.0.0rc1.json" })
        {
            foreach (var c in OptunaVectors.Read(file)["cases"]!.AsArray())
            {
                data.Add(file, (string)c!["name"]!);
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Split_kernels_and_densities_are_Optunas(string file, string name)
    {
        var c = OptunaVectors.Read(file)["cases"]!.AsArray().Single(n => (string)n!["name"]! == name)!;
        var space = OptunaVectors.Space(c["space"]!);
        var settings = new TpeSettings
        {
            Multivariate = (string)c["mode"]! == "multivariate",
            ConstantLiar = (bool)c["constant_liar"]!,
            Bandwidth = file.Contains("4.9.0") ? TpeBandwidth.Scott : TpeBandwidth.Neighbour,
        };
        var (below, above) = TrialSplit.Split(OptunaVectors.Trials(c["trials"]!), OptunaVectors.Direction(c["direction"]!), settings.ConstantLiar);
        Assert.Equal(c["below"]!.AsArray().Select(n => (int)n!), below.Select(t => t.Number));
        Assert.Equal(c["above"]!.AsArray().Select(n => (int)n!), above.Select(t => t.Number));
        Assert.Equal((int)c["n_below"]!, below.Count);

        foreach (var e in c["estimators"]!.AsArray())
        {
            SearchParameter[] parameters = [.. e!["params"]!.AsArray().Select(p => space.Find((string)p!)!)];
            var (good, others) = new TpeSampler(settings).Estimators(parameters, below, above);
            AssertKernels(e["l"]!, good);
            AssertKernels(e["g"]!, others);
            var points = e["points"]!.AsArray().Select(p => Point(p!)).ToList();
            double[] logL = [.. points.Select(p => good.LogDensity(p))];
            double[] logG = [.. points.Select(p => others.LogDensity(p))];
            AssertClose(OptunaVectors.Numbers(e["log_l"]!), logL);
            AssertClose(OptunaVectors.Numbers(e["log_g"]!), logG);
            double[] gain = [.. logL.Zip(logG, (l, g) => l - g)];
            AssertClose(OptunaVectors.Numbers(e["acq"]!), gain);
            // Points whose gains differ by a rounding only are equal to Optuna too; the first of them is the answer.
            Assert.Equal((int)e["argmax"]!, Array.FindIndex(gain, g => g > gain.Max() - 1e-12));
        }
    }

    private static ParameterValue[] Point(JsonNode point) => [.. point.AsArray().Select(v => OptunaVectors.Value(v!))];

    private static void AssertKernels(JsonNode expected, ParzenEstimator actual)
    {
        AssertClose(OptunaVectors.Numbers(expected["weights"]!), actual.Weights);
        for (var d = 0; d < actual.Parameters.Count; d++)
        {
            var p = expected["params"]![actual.Parameters[d].Name]!;
            if (actual.Dimensions[d] is NumericKernels numeric)
            {
                AssertClose(OptunaVectors.Numbers(p["mus"]!), numeric.Mus);
                AssertClose(OptunaVectors.Numbers(p["sigmas"]!), numeric.Sigmas);
            }
            else
            {
                var rows = ((CategoricalKernels)actual.Dimensions[d]).Probabilities;
                Assert.Equal(p["probs"]!.AsArray().Count, rows.Length);
                for (var i = 0; i < rows.Length; i++)
                {
                    AssertClose(OptunaVectors.Numbers(p["probs"]![i]!), rows[i]);
                }
            }
        }
    }

    private static void AssertClose(double[] expected, double[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (var i = 0; i < expected.Length; i++)
        {
            Assert.True(Math.Abs(expected[i] - actual[i]) <= Tolerance * Math.Max(1, Math.Abs(expected[i])), $"[{i}] {expected[i]:R} became {actual[i]:R}");
        }
    }
}
