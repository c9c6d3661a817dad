using MlOps.Boosting.Binning;
using MlOps.Boosting.Kernels;
using MlOps.Boosting.ModelText;
using MlOps.Boosting.Trees;

namespace MlOps.Boosting.Objectives;

/// <summary>
/// Logistic loss with labels ±1: r = -l·k / (1 + e^(l·k·s)); g = r·w, h = |r|·(k - |r|)·w, for sigmoid slope k and a
/// weight w of the row and its class.
/// </summary>
internal sealed unsafe class BinaryLogLoss : Objective
{
    private readonly double _sigmoid;
    private readonly bool _isUnbalance;
    private readonly double _scalePosWeight;
    private readonly Func<float, bool> _isPositive;
    private double _positiveWeight = 1;
    private double _negativeWeight = 1;
    private bool _needsTraining = true;
    private int _positives;

    public BinaryLogLoss(double sigmoid, bool isUnbalance = false, double scalePosWeight = 1, Func<float, bool>? isPositive = null)
    {
        _sigmoid = sigmoid;
        _isUnbalance = isUnbalance;
        _scalePosWeight = scalePosWeight;
        _isPositive = isPositive ?? (label => label > 0);
    }

    public override string Name => "binary";

    public override string ModelText => $"binary sigmoid:{ModelNumber.Short(_sigmoid)}";

    public override int PositiveRows => _positives;

    public override void Start(RowData rows)
    {
        base.Start(rows);
        _positives = rows.Label.Count(_isPositive);
        int negatives = rows.Label.Length - _positives;
        _needsTraining = _positives > 0 && negatives > 0;
        _positiveWeight = 1;
        _negativeWeight = 1;
        if (_isUnbalance && _needsTraining)
        {
            if (_positives > negatives)
            {
                _negativeWeight = (double)_positives / negatives;
            }
            else
            {
                _positiveWeight = (double)negatives / _positives;
            }
        }

        _positiveWeight *= _scalePosWeight;
    }

    public override bool NeedsTraining(int tree) => _needsTraining;

    public override double StartScore(int tree)
    {
        double share = MeanLabel(label => _isPositive(label) ? 1 : 0);
        share = Math.Max(Math.Min(share, 1.0 - SplitSettings.Epsilon), SplitSettings.Epsilon);
        return Math.Log(share / (1.0 - share)) / _sigmoid;
    }

    public override void Gradients(double* scores, float* pairs, Team team)
    {
        if (!_needsTraining)
        {
            return;
        }

        float[] label = Rows.Label;
        float[] weight = Rows.Weight;
        ForBlocks(label.Length, team, (start, end) =>
        {
            for (int i = start; i < end; i++)
            {
                bool positive = _isPositive(label[i]);
                double l = positive ? _sigmoid : -_sigmoid;
                double classWeight = positive ? _positiveWeight : _negativeWeight;
                double response = -l / (1.0 + Math.Exp(l * scores[i]));
                double size = Math.Abs(response);
                double g = response * classWeight;
                double h = size * (_sigmoid - size) * classWeight;
                if (weight.Length != 0)
                {
                    g *= weight[i];
                    h *= weight[i];
                }

                pairs[2 * i] = (float)g;
                pairs[(2 * i) + 1] = (float)h;
            }
        });
    }

    public override void Convert(Span<double> scores) => scores[0] = 1.0 / (1.0 + Math.Exp(-_sigmoid * scores[0]));
}
