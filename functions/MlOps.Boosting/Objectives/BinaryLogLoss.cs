using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using MlOps.Boosting.Binning;
using MlOps.Boosting.Kernels;
using MlOps.Boosting.Machine;
using MlOps.Boosting.Settings;

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
    private float[] _sign = [];

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
        _sign = [.. rows.Label.Select(label => _isPositive(label) ? 1f : -1f)];
        _positives = _sign.Count(sign => sign > 0);
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

        ForBlocks(_sign.Length, team, (start, end) => Gradients(scores, pairs, start, end));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Gradients(double* scores, float* pairs, int start, int end)
    {
        fixed (float* sign = _sign, weight = Rows.Weight)
        {
            int i = start;
            if (Vector512.IsHardwareAccelerated && weight is null)
            {
                for (; i + Vector512<double>.Count <= end; i += Vector512<double>.Count)
                {
                    EightRows(scores + i, sign + i, pairs + (2L * i));
                }
            }

            for (; i < end; i += Vector256<double>.Count)
            {
                int lanes = Math.Min(Vector256<double>.Count, end - i);
                if (lanes == Vector256<double>.Count)
                {
                    FourRows(scores + i, sign + i, weight is null ? null : weight + i, pairs + (2L * i));
                }
                else
                {
                    LastRows(scores + i, sign + i, weight is null ? null : weight + i, pairs + (2L * i), lanes);
                }
            }
        }
    }

    // Fewer rows than lanes: the same arithmetic on a padded copy, so that a row's gradient does not depend on its place.
    private void LastRows(double* scores, float* sign, float* weight, float* pairs, int lanes)
    {
        double* s = stackalloc double[4];
        float* y = stackalloc float[4];
        float* w = stackalloc float[4];
        float* p = stackalloc float[8];
        for (int lane = 0; lane < lanes; lane++)
        {
            s[lane] = scores[lane];
            y[lane] = sign[lane];
            w[lane] = weight is null ? 1 : weight[lane];
        }

        FourRows(s, y, weight is null ? null : w, p);
        for (int i = 0; i < 2 * lanes; i++)
        {
            pairs[i] = p[i];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void FourRows(double* scores, float* sign, float* weight, float* pairs)
    {
        Vector256<double> label = WidenFour(Vector128.Load(sign));
        Vector256<double> l = label * _sigmoid;
        Vector256<double> classWeight = Vector256.ConditionalSelect(
            Vector256.GreaterThan(label, Vector256<double>.Zero), Vector256.Create(_positiveWeight), Vector256.Create(_negativeWeight));
        Vector256<double> response = -l / (Vector256<double>.One + ExpKernel.Exp(l * Vector256.Load(scores)));
        Vector256<double> size = Vector256.Abs(response);
        Vector256<double> g = response * classWeight;
        Vector256<double> h = size * (Vector256.Create(_sigmoid) - size) * classWeight;
        if (weight is not null)
        {
            Vector256<double> w = WidenFour(Vector128.Load(weight));
            g *= w;
            h *= w;
        }

        Vector256.Shuffle(Vector256.Narrow(g, h), Vector256.Create(0, 4, 1, 5, 2, 6, 3, 7)).Store(pairs);
    }

    // The arithmetic of FourRows without weights, in wider registers: the same bits.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void EightRows(double* scores, float* sign, float* pairs)
    {
        Vector256<float> narrow = Vector256.Load(sign);
        Vector512<double> label = Vector512.Create(WidenFour(narrow.GetLower()), WidenFour(narrow.GetUpper()));
        Vector512<double> l = label * _sigmoid;
        Vector512<double> classWeight = Vector512.ConditionalSelect(
            Vector512.GreaterThan(label, Vector512<double>.Zero), Vector512.Create(_positiveWeight), Vector512.Create(_negativeWeight));
        Vector512<double> response = -l / (Vector512<double>.One + ExpKernel.Exp(l * Vector512.Load(scores)));
        Vector512<double> size = Vector512.Abs(response);
        Vector512<double> g = response * classWeight;
        Vector512<double> h = size * (Vector512.Create(_sigmoid) - size) * classWeight;
        Vector512.Shuffle(Vector512.Narrow(g, h), Vector512.Create(0, 8, 1, 9, 2, 10, 3, 11, 4, 12, 5, 13, 6, 14, 7, 15)).Store(pairs);
    }

    private static Vector256<double> WidenFour(Vector128<float> values) =>
        Vector256.Create(Vector128.WidenLower(values), Vector128.WidenUpper(values));

    public override void Convert(Span<double> scores) => scores[0] = 1.0 / (1.0 + Math.Exp(-_sigmoid * scores[0]));

    public override ScoreLink Link => ScoreLink.Sigmoid;

    public override double LinkSlope => _sigmoid;
}
