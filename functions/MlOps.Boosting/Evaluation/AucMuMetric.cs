using MlOps.Boosting.Binning;
using MlOps.Boosting.Objectives;
using MlOps.Boosting.Settings;

namespace MlOps.Boosting.Evaluation;

/// <summary>AUC-μ (Kleiman and Page, "AUCμ: a performance metric for multi-class machine learning models", 2019).</summary>
internal sealed class AucMuMetric : Metric
{
    private readonly int _classes;
    private readonly double[] _partition;

    public AucMuMetric(int classes, IReadOnlyList<double> weights)
    {
        _classes = classes;
        if (weights.Count != 0 && weights.Count != classes * classes)
        {
            throw new ParameterException("auc_mu_weights", $"auc_mu_weights has {weights.Count} entries: {classes * classes} are needed, row by row.");
        }

        _partition = new double[classes * classes];
        for (int i = 0; i < _partition.Length; i++)
        {
            bool diagonal = i / classes == i % classes;
            _partition[i] = diagonal ? 0 : weights.Count == 0 ? 1 : weights[i];
        }
    }

    public override IReadOnlyList<string> Names { get; } = ["auc_mu"];

    public override bool HigherIsBetter => true;

    public override void Start(RowData rows)
    {
        base.Start(rows);
        ClassLabels.Check(rows.Label, _classes);
    }

    public override double[] Evaluate(Predictions predictions)
    {
        double sum = 0;
        for (int i = 0; i < _classes; i++)
        {
            for (int j = i + 1; j < _classes; j++)
            {
                sum += Separation(predictions.Raw, i, j) / ClassWeight(i) / ClassWeight(j);
            }
        }

        return [2.0 * sum / _classes / (_classes - 1)];
    }

    private double RowWeight(int row) => Rows.Weight.Length == 0 ? 1 : Rows.Weight[row];

    private double ClassWeight(int k)
    {
        double sum = 0;
        for (int row = 0; row < Rows.Label.Length; row++)
        {
            sum += Rows.Label[row] == k ? RowWeight(row) : 0;
        }

        return sum;
    }

    // Weight of pairs (a row of class i, a row of class j) that the scores put in the right order; ties count half.
    private double Separation(double[] raw, int i, int j)
    {
        int rows = Rows.Label.Length;
        var direction = new double[_classes];
        for (int k = 0; k < _classes; k++)
        {
            direction[k] = _partition[(i * _classes) + k] - _partition[(j * _classes) + k];
        }

        double orientation = direction[i] - direction[j];
        var items = new List<(int Row, double Distance)>();
        for (int row = 0; row < rows; row++)
        {
            if (Rows.Label[row] == i || Rows.Label[row] == j)
            {
                double distance = 0;
                for (int k = 0; k < _classes; k++)
                {
                    distance += direction[k] * raw[(k * rows) + row];
                }

                items.Add((row, orientation * distance));
            }
        }

        items.Sort((a, b) => Math.Abs(a.Distance - b.Distance) < SplitSettings.Epsilon
            ? Rows.Label[b.Row].CompareTo(Rows.Label[a.Row])
            : a.Distance.CompareTo(b.Distance));
        return CountPairs(items, i);
    }

    private double CountPairs(List<(int Row, double Distance)> items, int i)
    {
        double sum = 0;
        double before = 0;
        double lastDistance = 0;
        double atLast = 0;
        foreach ((int row, double distance) in items)
        {
            bool tied = Math.Abs(distance - lastDistance) < SplitSettings.Epsilon;
            double weight = RowWeight(row);
            if (Rows.Label[row] == i)
            {
                sum += weight * (tied ? before - (0.5 * atLast) : before);
                continue;
            }

            before += weight;
            atLast = tied ? atLast + weight : weight;
            lastDistance = tied ? lastDistance : distance;
        }

        return sum;
    }
}
