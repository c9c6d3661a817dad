using MlOps.Boosting.Binning;
using MlOps.Boosting.Machine;
using MlOps.Boosting.Settings;

namespace MlOps.Boosting.Objectives;

/// <summary>Softmax over the classes: g = p_k - [y = k], h = K/(K-1)·p_k·(1 - p_k).</summary>
internal sealed unsafe class MulticlassSoftmax(int classes) : Objective
{
    private readonly double[] _shares = new double[classes];

    public override string Name => "multiclass";

    public override int TreesPerIteration => classes;

    public override string ModelText => $"multiclass num_class:{classes}";

    public override void Start(RowData rows)
    {
        base.Start(rows);
        ClassLabels.Check(rows.Label, classes);
        Array.Clear(_shares);
        double total = 0;
        for (int i = 0; i < rows.Label.Length; i++)
        {
            double weight = rows.Weight.Length == 0 ? 1.0 : rows.Weight[i];
            _shares[(int)rows.Label[i]] += weight;
            total += weight;
        }

        for (int k = 0; k < classes; k++)
        {
            _shares[k] /= total;
        }
    }

    public override bool NeedsTraining(int tree) =>
        Math.Abs(_shares[tree]) > SplitSettings.Epsilon && Math.Abs(_shares[tree]) < 1.0 - SplitSettings.Epsilon;

    public override double StartScore(int tree) => Math.Log(Math.Max(SplitSettings.Epsilon, _shares[tree]));

    public override void Gradients(double* scores, float* pairs, Team team)
    {
        int rows = Rows.Label.Length;
        double factor = classes / (classes - 1.0);
        ForBlocks(rows, team, (start, end) =>
        {
            Span<double> p = classes <= 256 ? stackalloc double[classes] : new double[classes];
            for (int i = start; i < end; i++)
            {
                for (int k = 0; k < classes; k++)
                {
                    p[k] = scores[((long)k * rows) + i];
                }

                Softmax(p);
                float weight = Rows.Weight.Length == 0 ? 1f : Rows.Weight[i];
                int label = (int)Rows.Label[i];
                for (int k = 0; k < classes; k++)
                {
                    long at = 2 * (((long)k * rows) + i);
                    double g = k == label ? p[k] - 1.0 : p[k];
                    pairs[at] = (float)(g * weight);
                    pairs[at + 1] = (float)(factor * p[k] * (1.0 - p[k]) * weight);
                }
            }
        });
    }

    public override void Convert(Span<double> scores) => Softmax(scores);

    public override ScoreLink Link => ScoreLink.Softmax;

    private static void Softmax(Span<double> values)
    {
        double largest = values[0];
        for (int k = 1; k < values.Length; k++)
        {
            largest = Math.Max(largest, values[k]);
        }

        double sum = 0;
        for (int k = 0; k < values.Length; k++)
        {
            values[k] = Math.Exp(values[k] - largest);
            sum += values[k];
        }

        for (int k = 0; k < values.Length; k++)
        {
            values[k] /= sum;
        }
    }
}

/// <summary>One binary training a class against the rest.</summary>
internal sealed unsafe class MulticlassOneVsAll : Objective
{
    private readonly BinaryLogLoss[] _binary;
    private readonly double _sigmoid;

    public MulticlassOneVsAll(int classes, double sigmoid, bool isUnbalance = false, double scalePosWeight = 1)
    {
        _sigmoid = sigmoid;
        _binary = new BinaryLogLoss[classes];
        for (int k = 0; k < classes; k++)
        {
            int own = k;
            _binary[k] = new BinaryLogLoss(sigmoid, isUnbalance, scalePosWeight, label => (int)label == own);
        }
    }

    public override string Name => "multiclassova";

    public override int TreesPerIteration => _binary.Length;

    public override string ModelText => $"multiclassova num_class:{_binary.Length} sigmoid:{ModelNumber.Short(_sigmoid)}";

    public override void Start(RowData rows)
    {
        base.Start(rows);
        ClassLabels.Check(rows.Label, _binary.Length);
        foreach (BinaryLogLoss objective in _binary)
        {
            objective.Start(rows);
        }
    }

    public override bool NeedsTraining(int tree) => _binary[tree].NeedsTraining(0);

    public override double StartScore(int tree) => _binary[tree].StartScore(0);

    public override void Gradients(double* scores, float* pairs, Team team)
    {
        long rows = Rows.Label.Length;
        for (int k = 0; k < _binary.Length; k++)
        {
            _binary[k].Gradients(scores + (k * rows), pairs + (2 * k * rows), team);
        }
    }

    public override ScoreLink Link => ScoreLink.Sigmoid;

    public override double LinkSlope => _sigmoid;

    public override void Convert(Span<double> scores)
    {
        for (int k = 0; k < scores.Length; k++)
        {
            scores[k] = 1.0 / (1.0 + Math.Exp(-_sigmoid * scores[k]));
        }
    }
}

/// <summary>Checks of class labels.</summary>
internal static class ClassLabels
{
    /// <exception cref="BoostingDataException">A label is not a whole number from 0 to classes - 1.</exception>
    public static void Check(float[] labels, int classes)
    {
        for (int row = 0; row < labels.Length; row++)
        {
            if (labels[row] < 0 || labels[row] >= classes || labels[row] != MathF.Truncate(labels[row]))
            {
                throw new BoostingDataException($"The label of row {row} is {labels[row]}: with num_class={classes} labels are the whole numbers 0 to {classes - 1}.");
            }
        }
    }
}
