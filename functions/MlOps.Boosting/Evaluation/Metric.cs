using MlOps.Boosting.Binning;
using MlOps.Boosting.Objectives;
using MlOps.Boosting.Settings;

namespace MlOps.Boosting.Evaluation;

/// <summary>Raw scores of a set, class after class, and what the objective makes of them (computed when first asked for).</summary>
internal sealed class Predictions(double[] raw, int classes, Objective? objective)
{
    private double[]? _converted;

    public double[] Raw { get; } = raw;

    public int Classes { get; } = classes;

    public int Rows => Raw.Length / Classes;

    /// <summary>Probabilities or values, class after class.</summary>
    public double[] Converted => _converted ??= Convert();

    private double[] Convert()
    {
        if (objective is null)
        {
            return Raw;
        }

        var converted = new double[Raw.Length];
        Span<double> row = Classes <= 256 ? stackalloc double[Classes] : new double[Classes];
        int rows = Rows;
        for (int i = 0; i < rows; i++)
        {
            for (int k = 0; k < Classes; k++)
            {
                row[k] = Raw[(k * rows) + i];
            }

            objective.Convert(row);
            for (int k = 0; k < Classes; k++)
            {
                converted[(k * rows) + i] = row[k];
            }
        }

        return converted;
    }
}

/// <summary>A measure of predictions against labels.</summary>
internal abstract class Metric
{
    /// <summary>One name for each number that <see cref="Evaluate"/> returns.</summary>
    public abstract IReadOnlyList<string> Names { get; }

    public abstract bool HigherIsBetter { get; }

    protected RowData Rows { get; private set; } = null!;

    protected ReadOnlySpan<float> Weight => Rows.Weight;

    /// <exception cref="BoostingDataException">The labels do not fit the metric.</exception>
    public virtual void Start(RowData rows) => Rows = rows;

    public abstract double[] Evaluate(Predictions predictions);
}

/// <summary>A metric that is one function of predictions, labels and weights.</summary>
internal sealed class SimpleMetric(string name, bool higherIsBetter, Func<Predictions, RowData, double> evaluate, Action<RowData>? check = null) : Metric
{
    public override IReadOnlyList<string> Names { get; } = [name];

    public override bool HigherIsBetter => higherIsBetter;

    public override void Start(RowData rows)
    {
        base.Start(rows);
        check?.Invoke(rows);
    }

    public override double[] Evaluate(Predictions predictions) => [evaluate(predictions, Rows)];
}
