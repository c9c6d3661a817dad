using MlOps.Boosting.Binning;

namespace MlOps.Boosting.Objectives;

/// <summary>A regression: start score is the mean label; with reg_sqrt the signed square root of the label is fitted.</summary>
internal abstract class RegressionObjective<TLoss>(bool sqrt) : PointwiseObjective<TLoss>
    where TLoss : struct, IPointwiseLoss
{
    private readonly bool _sqrt = sqrt;

    public override string ModelText => _sqrt ? $"{Name} sqrt" : Name;

    public override void Start(RowData rows)
    {
        base.Start(rows);
        if (_sqrt)
        {
            Label = [.. rows.Label.Select(y => MathF.Sign(y) * MathF.Sqrt(MathF.Abs(y)))];
        }
    }

    public override double StartScore(int tree)
    {
        double sum = 0;
        double weights = 0;
        if (Rows.Weight.Length == 0)
        {
            foreach (float y in Label)
            {
                sum += y;
            }

            return sum / Label.Length;
        }

        for (int i = 0; i < Label.Length; i++)
        {
            sum += (double)Label[i] * Rows.Weight[i];
            weights += Rows.Weight[i];
        }

        return sum / weights;
    }

    public override ScoreLink Link => _sqrt ? ScoreLink.SignedSquare : ScoreLink.Identity;

    public override void Convert(Span<double> scores)
    {
        if (_sqrt)
        {
            scores[0] = Math.Sign(scores[0]) * scores[0] * scores[0];
        }
    }
}

/// <summary>Squared error: g = s - y, h = 1.</summary>
internal sealed class RegressionL2(bool sqrt) : RegressionObjective<RegressionL2.SquaredError>(sqrt)
{
    public override string Name => "regression";

    public override bool HasConstantHessian => Rows.Weight.Length == 0;

    protected override SquaredError Loss => default;

    internal readonly struct SquaredError : IPointwiseLoss
    {
        public (float Gradient, float Hessian) At(double score, float label, float weight) =>
            ((float)(score - label) * weight, weight);
    }
}
