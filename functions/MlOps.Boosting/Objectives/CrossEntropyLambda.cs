using MlOps.Boosting.Binning;
using MlOps.Boosting.Machine;
using MlOps.Boosting.Settings;

namespace MlOps.Boosting.Objectives;

/// <summary>Cross entropy with the intensity as score: the probability of a row with weight w is 1 - exp(-w·log(1 + eˢ)).</summary>
internal sealed unsafe class CrossEntropyLambda : Objective
{
    public override string Name => "cross_entropy_lambda";

    public override void Start(RowData rows)
    {
        base.Start(rows);
        UnitInterval.Check(rows.Label, Name);
        for (int row = 0; row < rows.Weight.Length; row++)
        {
            if (rows.Weight[row] <= 0)
            {
                throw new BoostingDataException($"The weight of row {row} is {rows.Weight[row]}: objective={Name} needs weights above 0.");
            }
        }
    }

    public override double StartScore(int tree) => Math.Log(Logarithms.ExpM1(MeanLabel(label => label)));

    public override void Gradients(double* scores, float* pairs, Team team)
    {
        float[] label = Rows.Label;
        float[] weight = Rows.Weight;
        ForBlocks(label.Length, team, (start, end) =>
        {
            for (int i = start; i < end; i++)
            {
                (pairs[2 * i], pairs[(2 * i) + 1]) = weight.Length == 0 ? Unweighted(scores[i], label[i]) : Weighted(scores[i], label[i], weight[i]);
            }
        });
    }

    public override void Convert(Span<double> scores) => scores[0] = Logarithms.Log1P(Math.Exp(scores[0]));

    public override ScoreLink Link => ScoreLink.Softplus;

    private static (float Gradient, float Hessian) Unweighted(double score, float label)
    {
        double z = 1.0 / (1.0 + Math.Exp(-score));
        return ((float)(z - label), (float)(z * (1.0 - z)));
    }

    private static (float Gradient, float Hessian) Weighted(double score, double y, double w)
    {
        double e = Math.Exp(score);
        double z = 1.0 - Math.Exp(-w * Logarithms.Log1P(e));
        double g = (1.0 - (y / z)) * w / (1.0 + (1.0 / e));
        double c = 1.0 / (1.0 - z);
        double d = 1.0 + e;
        double a = w * e / (d * d);
        d = c - 1.0;
        double b = c / (d * d) * (1.0 + (w * e) - c);
        return ((float)g, (float)(a * (1.0 + (y * b))));
    }
}

/// <summary>log(1 + x) and eˣ - 1 without cancellation near 0 (Kahan's forms).</summary>
internal static class Logarithms
{
    public static double Log1P(double x)
    {
        double u = 1.0 + x;
        if (double.IsInfinity(u))
        {
            return u;
        }

        return u == 1.0 ? x : Math.Log(u) * (x / (u - 1.0));
    }

    public static double ExpM1(double x)
    {
        double u = Math.Exp(x);
        if (u == 1.0)
        {
            return x;
        }

        double reduced = u - 1.0;
        return reduced == -1.0 ? -1.0 : reduced * x / Math.Log(u);
    }
}
