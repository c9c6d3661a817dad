namespace MlOps.Tuning.Tests.Comparison;

/// <summary>The six objectives of the comparison with Optuna, all minimised; functions.json has their spaces and check points.</summary>
internal static class Objectives
{
    private static readonly double[] SphereCentre = [1.2, -2.1, 0.4, 3.0, -3.6];
    private static readonly double[] HartmannScale = [1, 1.2, 3, 3.2];
    private static readonly double[][] HartmannA = [[10, 3, 17, 3.5, 1.7, 8], [0.05, 10, 17, 0.1, 8, 14], [3, 3.5, 1.7, 10, 17, 8], [17, 8, 0.05, 10, 0.1, 14]];
    private static readonly double[][] HartmannP = [[1312, 1696, 5569, 124, 8283, 5886], [2329, 4135, 8307, 3736, 1004, 9991], [2348, 1451, 3522, 2883, 3047, 6650], [4047, 8828, 8732, 5743, 1091, 381]];

    public static Func<ParameterSet, double> Of(string name) => name switch
    {
        "sphere5" => p => SphereCentre.Select((c, i) => Math.Pow(p[$"x{i + 1}"].Number - c, 2)).Sum(),
        "rosenbrock4" => Rosenbrock,
        "branin2" => Branin,
        "hartmann6" => Hartmann,
        "mixed4" => Mixed,
        "gbdt7" => Boosting,
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, "there is no such objective"),
    };

    private static double Rosenbrock(ParameterSet p)
    {
        var sum = 0.0;
        for (var i = 1; i <= 3; i++)
        {
            var (x, next) = (p[$"x{i}"].Number, p[$"x{i + 1}"].Number);
            sum += (100 * Math.Pow(next - (x * x), 2)) + Math.Pow(1 - x, 2);
        }

        return sum;
    }

    private static double Branin(ParameterSet p)
    {
        var (x1, x2) = (p["x1"].Number, p["x2"].Number);
        return Math.Pow(x2 - (5.1 / (4 * Math.PI * Math.PI) * x1 * x1) + (5 / Math.PI * x1) - 6, 2) + (10 * (1 - (1 / (8 * Math.PI))) * Math.Cos(x1)) + 10;
    }

    private static double Hartmann(ParameterSet p)
    {
        var sum = 0.0;
        for (var i = 0; i < 4; i++)
        {
            var inner = 0.0;
            for (var j = 0; j < 6; j++)
            {
                inner += HartmannA[i][j] * Math.Pow(p[$"x{j + 1}"].Number - (HartmannP[i][j] * 1e-4), 2);
            }

            sum -= HartmannScale[i] * Math.Exp(-inner);
        }

        return sum;
    }

    private static double Mixed(ParameterSet p)
    {
        var (depth, units) = (p["depth"].Number, p["units"].Number);
        var (t, d, b) = p["act"].ToString() switch { "relu" => (0.0, 6.0, 0.1), "tanh" => (-0.5, 4.0, 0.3), "gelu" => (0.3, 8.0, 0.0), _ => (0.1, 7.0, 0.05) };
        var target = -2.5 - (0.08 * (depth - 6)) + t;
        return (0.5 * Math.Pow(Math.Log10(p["lr"].Number) - target, 2)) + (0.02 * Math.Pow(depth - d, 2)) + (0.3 * Math.Pow((units - 144 - (8 * (depth - 6))) / 64, 2)) + b;
    }

    private static double Boosting(ParameterSet p)
    {
        var (l1, l2) = (p["lambda_l1"].Number, p["lambda_l2"].Number);
        var (f, b, k) = (p["feature_fraction"].Number, p["bagging_fraction"].Number, p["bagging_freq"].Number);
        var c = Math.Log2(p["num_leaves"].Number) - (0.35 * Math.Log2(p["min_child_samples"].Number / 20));
        var r = Math.Log10(l1 + l2 + 0.001);
        var s = 1 / (1 + Math.Exp(-(c - 5)));
        return 0.30 + (0.010 * Math.Pow(c - 5.2 - (0.6 * (r + 1)), 2)) + (0.08 * (1 + (2 * s)) * Math.Pow(f - 0.72, 2)) + (0.10 * Math.Pow(b - 0.85, 2))
            + (0.03 * (f - 0.72) * (b - 0.85)) + (0.004 * (1 - b) * Math.Pow(k - 3, 2)) + (0.0015 * Math.Pow(Math.Log10(l1) + 2, 2)) + (0.0010 * Math.Pow(Math.Log10(l2) - Math.Log10(l1) - 1, 2));
    }
}
