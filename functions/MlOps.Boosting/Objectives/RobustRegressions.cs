namespace MlOps.Boosting.Objectives;

/// <summary>Huber's loss: squared within α, linear beyond (Huber, "Robust estimation of a location parameter", 1964).</summary>
internal sealed class RegressionHuber(double alpha) : RegressionObjective<RegressionHuber.HuberLoss>(false)
{
    public override string Name => "huber";

    public override bool HasConstantHessian => Rows.Weight.Length == 0;

    protected override HuberLoss Loss => new(alpha);

    internal readonly struct HuberLoss(double alpha) : IPointwiseLoss
    {
        public (float Gradient, float Hessian) At(double score, float label, float weight)
        {
            double difference = score - label;
            if (Math.Abs(difference) <= alpha)
            {
                return ((float)(difference * weight), weight);
            }

            float signed = difference > 0 ? weight : difference < 0 ? -weight : 0;
            return ((float)(signed * alpha), weight);
        }
    }
}

/// <summary>Fair loss: g = c·x / (|x| + c), h = c² / (|x| + c)².</summary>
internal sealed class RegressionFair(bool sqrt, double c) : RegressionObjective<RegressionFair.FairLoss>(sqrt)
{
    public override string Name => "fair";

    protected override FairLoss Loss => new(c);

    internal readonly struct FairLoss(double c) : IPointwiseLoss
    {
        public (float Gradient, float Hessian) At(double score, float label, float weight)
        {
            double x = score - label;
            double width = Math.Abs(x) + c;
            return ((float)(c * x / width * weight), (float)(c * c / (width * width) * weight));
        }
    }
}
