using MlOps.Boosting.Binning;
using MlOps.Boosting.Settings;

namespace MlOps.Boosting.Objectives;

/// <summary>A regression on labels that are at least 0, with the logarithm as link.</summary>
internal abstract class LogLinkRegression<TLoss> : RegressionObjective<TLoss>
    where TLoss : struct, IPointwiseLoss
{
    protected LogLinkRegression()
        : base(false)
    {
    }

    public override void Start(RowData rows)
    {
        base.Start(rows);
        double sum = 0;
        for (int row = 0; row < rows.Label.Length; row++)
        {
            if (rows.Label[row] < 0)
            {
                throw new BoostingDataException($"The label of row {row} is {rows.Label[row]}: objective={Name} needs labels of at least 0.");
            }

            sum += rows.Label[row];
        }

        if (sum == 0)
        {
            throw new BoostingDataException($"Every label is 0: objective={Name} needs at least one above.");
        }
    }

    public override double StartScore(int tree)
    {
        double mean = base.StartScore(tree);
        return mean > 0 ? Math.Log(mean) : double.NegativeInfinity;
    }

    public override void Convert(Span<double> scores) => scores[0] = Math.Exp(scores[0]);

    public override ScoreLink Link => ScoreLink.Exponential;
}

/// <summary>Poisson: g = eˢ - y, h = eˢ⁺ᵈ with a safeguard d.</summary>
internal sealed class RegressionPoisson(double maxDeltaStep) : LogLinkRegression<RegressionPoisson.PoissonLoss>
{
    public override string Name => "poisson";

    protected override PoissonLoss Loss => new(Math.Exp(maxDeltaStep));

    internal readonly struct PoissonLoss(double safeguard) : IPointwiseLoss
    {
        public (float Gradient, float Hessian) At(double score, float label, float weight)
        {
            double e = Math.Exp(score);
            return ((float)((e - label) * weight), (float)(e * safeguard * weight));
        }
    }
}

/// <summary>Gamma: g = 1 - y·e⁻ˢ, h = y·e⁻ˢ.</summary>
internal sealed class RegressionGamma : LogLinkRegression<RegressionGamma.GammaLoss>
{
    public override string Name => "gamma";

    protected override GammaLoss Loss => default;

    internal readonly struct GammaLoss : IPointwiseLoss
    {
        public (float Gradient, float Hessian) At(double score, float label, float weight)
        {
            double e = Math.Exp(-score);
            return ((float)((1.0 - (label * e)) * weight), (float)(label * e * weight));
        }
    }
}

/// <summary>Tweedie with variance power ρ: g = -y·e^((1-ρ)s) + e^((2-ρ)s).</summary>
internal sealed class RegressionTweedie(double rho) : LogLinkRegression<RegressionTweedie.TweedieLoss>
{
    public override string Name => "tweedie";

    protected override TweedieLoss Loss => new(rho);

    internal readonly struct TweedieLoss(double rho) : IPointwiseLoss
    {
        public (float Gradient, float Hessian) At(double score, float label, float weight)
        {
            double e1 = Math.Exp((1 - rho) * score);
            double e2 = Math.Exp((2 - rho) * score);
            double g = (-label * e1) + e2;
            double h = (-label * (1 - rho) * e1) + ((2 - rho) * e2);
            return ((float)(g * weight), (float)(h * weight));
        }
    }
}
