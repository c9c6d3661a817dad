using MlOps.Boosting.Binning;
using MlOps.Boosting.Settings;

namespace MlOps.Boosting.Objectives;

/// <summary>Discounted cumulative gain: Σ gain(label) / log2(2 + rank) (Järvelin and Kekäläinen, 2002).</summary>
internal sealed class DiscountedGain
{
    private const int MaxPosition = 10000;
    private readonly double[] _gains;
    private readonly double[] _discounts = new double[MaxPosition];

    /// <param name="gains">Gain of each label; 2^label - 1 for labels 0 to 30 when empty.</param>
    public DiscountedGain(IReadOnlyList<double> gains)
    {
        _gains = gains.Count > 0 ? [.. gains] : [.. Enumerable.Range(0, 31).Select(label => (double)((1L << label) - 1))];
        for (int rank = 0; rank < MaxPosition; rank++)
        {
            _discounts[rank] = 1.0 / Math.Log2(2.0 + rank);
        }
    }

    public double Gain(int label) => _gains[label];

    public double Discount(int rank) => _discounts[rank];

    /// <exception cref="BoostingDataException">A label has no gain, or a query is too long.</exception>
    public void CheckLabels(RowData rows)
    {
        for (int row = 0; row < rows.Label.Length; row++)
        {
            float label = rows.Label[row];
            if (label < 0 || label != MathF.Truncate(label) || label >= _gains.Length)
            {
                throw new BoostingDataException($"The label of row {row} is {label}: ranking needs whole labels from 0 to {_gains.Length - 1} (see label_gain).");
            }
        }

        for (int query = 0; query < rows.Queries; query++)
        {
            if (rows.QueryBoundaries[query + 1] - rows.QueryBoundaries[query] > MaxPosition)
            {
                throw new BoostingDataException($"Query {query} has more than {MaxPosition} rows.");
            }
        }
    }

    /// <summary>The best DCG that any order of the labels has at rank <paramref name="k"/>.</summary>
    public double MaxAt(int k, ReadOnlySpan<float> labels)
    {
        float[] sorted = labels.ToArray();
        Array.Sort(sorted);
        double sum = 0;
        for (int rank = 0; rank < Math.Min(k, sorted.Length); rank++)
        {
            sum += _discounts[rank] * _gains[(int)sorted[^(rank + 1)]];
        }

        return sum;
    }

    /// <summary>DCG at rank <paramref name="k"/> of rows in the order given.</summary>
    public double At(int k, ReadOnlySpan<float> labels, int[] order)
    {
        double sum = 0;
        for (int rank = 0; rank < Math.Min(k, order.Length); rank++)
        {
            sum += _gains[(int)labels[order[rank]]] * _discounts[rank];
        }

        return sum;
    }
}
