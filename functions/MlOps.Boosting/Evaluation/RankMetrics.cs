using MlOps.Boosting.Binning;
using MlOps.Boosting.Objectives;
using MlOps.Boosting.Settings;

namespace MlOps.Boosting.Evaluation;

/// <summary>A metric over queries at several ranks.</summary>
internal abstract class QueryMetric(string prefix, IReadOnlyList<int> ranks) : Metric
{
    public override IReadOnlyList<string> Names { get; } = [.. ranks.Select(k => $"{prefix}@{k}")];

    public override bool HigherIsBetter => true;

    protected IReadOnlyList<int> Ranks { get; } = ranks;

    public override void Start(RowData rows)
    {
        base.Start(rows);
        if (rows.QueryBoundaries.Length == 0)
        {
            throw new BoostingDataException($"metric={Names[0]} needs query groups: give the number of rows of each query.");
        }
    }

    public override double[] Evaluate(Predictions predictions)
    {
        var sums = new double[Ranks.Count];
        double weights = 0;
        for (int query = 0; query < Rows.Queries; query++)
        {
            int start = Rows.QueryBoundaries[query];
            int end = Rows.QueryBoundaries[query + 1];
            double weight = Rows.Weight.Length == 0 ? 1 : QueryWeight(start, end);
            weights += weight;
            double[] raw = predictions.Raw;
            int[] order = [.. Enumerable.Range(0, end - start).OrderByDescending(i => raw[start + i])];
            AddQuery(Rows.Label.AsSpan(start..end), order, weight, sums);
        }

        return [.. sums.Select(sum => sum / weights)];
    }

    protected abstract void AddQuery(ReadOnlySpan<float> labels, int[] order, double weight, double[] sums);

    // The mean weight of the query's rows, in floats as LightGBM keeps it.
    private float QueryWeight(int start, int end)
    {
        float sum = 0;
        for (int row = start; row < end; row++)
        {
            sum += Rows.Weight[row];
        }

        return sum / (end - start);
    }
}

/// <summary>Normalised discounted cumulative gain; a query without any relevant row counts as 1.</summary>
internal sealed class NdcgMetric(IReadOnlyList<int> ranks, DiscountedGain gain) : QueryMetric("ndcg", ranks)
{
    public override void Start(RowData rows)
    {
        base.Start(rows);
        gain.CheckLabels(rows);
    }

    protected override void AddQuery(ReadOnlySpan<float> labels, int[] order, double weight, double[] sums)
    {
        bool relevant = gain.MaxAt(Ranks[0], labels) > 0;
        for (int i = 0; i < sums.Length; i++)
        {
            sums[i] += relevant ? gain.At(Ranks[i], labels, order) * (1.0 / gain.MaxAt(Ranks[i], labels)) * weight : 1.0;
        }
    }
}

/// <summary>Mean average precision; a query without any positive row counts as 1.</summary>
internal sealed class MapMetric(IReadOnlyList<int> ranks) : QueryMetric("map", ranks)
{
    protected override void AddQuery(ReadOnlySpan<float> labels, int[] order, double weight, double[] sums)
    {
        int positives = 0;
        foreach (float label in labels)
        {
            positives += label > 0.5f ? 1 : 0;
        }

        int hits = 0;
        double precision = 0;
        int next = 0;
        for (int i = 0; i < sums.Length; i++)
        {
            int k = Math.Min(Ranks[i], order.Length);
            for (; next < k; next++)
            {
                if (labels[order[next]] > 0.5f)
                {
                    hits++;
                    precision += hits / (next + 1.0);
                }
            }

            sums[i] += (positives > 0 ? precision / Math.Min(positives, k) : 1.0) * weight;
        }
    }
}
