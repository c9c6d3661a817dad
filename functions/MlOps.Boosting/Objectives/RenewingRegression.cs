using MlOps.Boosting.Binning;

namespace MlOps.Boosting.Objectives;

/// <summary>A regression on a percentile: leaf outputs are percentiles of the residuals.</summary>
internal abstract class RenewingRegression<TLoss>(bool sqrt) : RegressionObjective<TLoss>(sqrt)
    where TLoss : struct, IPointwiseLoss
{
    public override bool RenewsOutputs => true;

    /// <summary>The percentile.</summary>
    protected abstract double Alpha { get; }

    /// <summary>Weights of the percentile; empty when all weigh the same.</summary>
    protected virtual float[] PercentileWeights => Rows.Weight;

    public override double StartScore(int tree) => PercentileWeights.Length == 0
        ? Percentile.OfLabels(Label, Alpha)
        : Percentile.Weighted([.. Label.Select(y => (double)y)], PercentileWeights, Alpha, inFloats: true);

    public override double RenewOutput(ReadOnlySpan<int> rows, Func<int, double> scores)
    {
        var residuals = new double[rows.Length];
        for (int i = 0; i < residuals.Length; i++)
        {
            residuals[i] = Label[rows[i]] - scores(rows[i]);
        }

        if (PercentileWeights.Length == 0)
        {
            return Percentile.Of(residuals, Alpha);
        }

        var weights = new float[rows.Length];
        for (int i = 0; i < weights.Length; i++)
        {
            weights[i] = PercentileWeights[rows[i]];
        }

        return Percentile.Weighted(residuals, weights, Alpha, inFloats: false);
    }
}

/// <summary>Absolute error: g = sign(s - y), h = 1; outputs are medians.</summary>
internal sealed class RegressionL1(bool sqrt) : RenewingRegression<RegressionL1.AbsoluteError>(sqrt)
{
    public override string Name => "regression_l1";

    public override bool HasConstantHessian => Rows.Weight.Length == 0;

    protected override double Alpha => 0.5;

    protected override AbsoluteError Loss => default;

    internal readonly struct AbsoluteError : IPointwiseLoss
    {
        public (float Gradient, float Hessian) At(double score, float label, float weight)
        {
            double difference = score - label;
            float sign = difference > 0 ? 1 : difference < 0 ? -1 : 0;
            return (sign * weight, weight);
        }
    }
}

/// <summary>Quantile (pinball) loss: g = 1 - α above the label, -α below; outputs are percentiles.</summary>
internal sealed class RegressionQuantile(bool sqrt, double alpha) : RenewingRegression<RegressionQuantile.Pinball>(sqrt)
{
    public override string Name => "quantile";

    public override bool HasConstantHessian => Rows.Weight.Length == 0;

    protected override double Alpha => (float)alpha;

    protected override Pinball Loss => new((float)alpha);

    internal readonly struct Pinball(float alpha) : IPointwiseLoss
    {
        public (float Gradient, float Hessian) At(double score, float label, float weight)
        {
            float difference = (float)(score - label);
            return (difference >= 0 ? (1.0f - alpha) * weight : -alpha * weight, weight);
        }
    }
}

/// <summary>
/// Mean absolute percentage error: absolute error, each row weighing 1 / max(1, |y|). Hessians are the rows' weights, as
/// in LightGBM's row-wise histograms (its column-wise ones take the first row's for all).
/// </summary>
internal sealed class RegressionMape(bool sqrt) : RenewingRegression<RegressionMape.NoLoss>(sqrt)
{
    private float[] _labelWeight = [];

    public override string Name => "mape";

    public override bool HasConstantHessian => true;

    protected override double Alpha => 0.5;

    protected override float[] PercentileWeights => _labelWeight;

    protected override NoLoss Loss => default;

    public override void Start(RowData rows)
    {
        base.Start(rows);
        _labelWeight = new float[Label.Length];
        for (int i = 0; i < _labelWeight.Length; i++)
        {
            _labelWeight[i] = 1.0f / Math.Max(1.0f, Math.Abs(Label[i])) * (rows.Weight.Length == 0 ? 1 : rows.Weight[i]);
        }
    }

    public override unsafe void Gradients(double* scores, float* pairs, Machine.Team team)
    {
        ForBlocks(Label.Length, team, (start, end) =>
        {
            for (int i = start; i < end; i++)
            {
                double difference = scores[i] - Label[i];
                float sign = difference > 0 ? 1 : difference < 0 ? -1 : 0;
                pairs[2 * i] = sign * _labelWeight[i];
                pairs[(2 * i) + 1] = Rows.Weight.Length == 0 ? 1 : Rows.Weight[i];
            }
        });
    }

    internal readonly struct NoLoss : IPointwiseLoss
    {
        public (float Gradient, float Hessian) At(double score, float label, float weight) => (0, 0);
    }
}
