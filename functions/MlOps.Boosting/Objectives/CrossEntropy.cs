using MlOps.Boosting.Binning;
using MlOps.Boosting.Settings;

namespace MlOps.Boosting.Objectives;

/// <summary>Cross entropy of labels in [0, 1], written so that neither exponential overflows.</summary>
internal sealed class CrossEntropy : PointwiseObjective<CrossEntropy.Loss01>
{
    public override string Name => "cross_entropy";

    protected override Loss01 Loss => default;

    public override void Start(RowData rows)
    {
        base.Start(rows);
        UnitInterval.Check(rows.Label, Name);
    }

    public override double StartScore(int tree)
    {
        double mean = MeanLabel(label => label);
        mean = Math.Max(Math.Min(mean, 1.0 - SplitSettings.Epsilon), SplitSettings.Epsilon);
        return Math.Log(mean / (1.0 - mean));
    }

    public override void Convert(Span<double> scores) => scores[0] = 1.0 / (1.0 + Math.Exp(-scores[0]));

    public override ScoreLink Link => ScoreLink.Sigmoid;

    internal readonly struct Loss01 : IPointwiseLoss
    {
        public (float Gradient, float Hessian) At(double score, float label, float weight)
        {
            if (score > -37.0)
            {
                double e = Math.Exp(-score);
                double g = ((1.0f - label) - (label * e)) / (1.0 + e);
                return ((float)(g * weight), (float)(e / ((1 + e) * (1 + e)) * weight));
            }

            double small = Math.Exp(score);
            return ((float)((small - label) * weight), (float)(small * weight));
        }
    }
}

/// <summary>Checks of labels that are probabilities.</summary>
internal static class UnitInterval
{
    /// <exception cref="BoostingDataException">A label is outside [0, 1].</exception>
    public static void Check(float[] labels, string objective)
    {
        for (int row = 0; row < labels.Length; row++)
        {
            if (labels[row] is < 0 or > 1)
            {
                throw new BoostingDataException($"The label of row {row} is {labels[row]}: objective={objective} needs labels from 0 to 1.");
            }
        }
    }
}
