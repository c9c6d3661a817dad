using MlOps.Boosting.Binning;
using MlOps.Boosting.Machine;
using MlOps.Boosting.Settings;

namespace MlOps.Boosting.Objectives;

/// <summary>An objective over queries: each query's rows are compared with each other.</summary>
internal abstract unsafe class RankingObjective : Objective
{
    public override void Start(RowData rows)
    {
        base.Start(rows);
        if (rows.QueryBoundaries.Length == 0)
        {
            throw new BoostingDataException($"objective={Name} needs query groups: give the number of rows of each query.");
        }
    }

    public override double StartScore(int tree) => 0;

    public override void Gradients(double* scores, float* pairs, Team team)
    {
        int[] bounds = Rows.QueryBoundaries;
        int queries = Rows.Queries;
        const int perShare = 32;
        team.Run((queries + perShare - 1) / perShare, share =>
        {
            for (int query = share * perShare; query < Math.Min(queries, (share + 1) * perShare); query++)
            {
                int start = bounds[query];
                int count = bounds[query + 1] - start;
                GradientsOfQuery(query, Rows.Label.AsSpan(start, count), new ReadOnlySpan<double>(scores + start, count), new Span<float>(pairs + (2L * start), 2 * count));
                if (Rows.Weight.Length != 0)
                {
                    for (int i = 0; i < count; i++)
                    {
                        pairs[2L * (start + i)] *= Rows.Weight[start + i];
                        pairs[(2L * (start + i)) + 1] *= Rows.Weight[start + i];
                    }
                }
            }
        });
    }

    protected abstract void GradientsOfQuery(int query, ReadOnlySpan<float> label, ReadOnlySpan<double> score, Span<float> pairs);
}

/// <summary>LambdaRank with NDCG (Burges, "From RankNet to LambdaRank to LambdaMART", 2010), with LightGBM's sigmoid table.</summary>
internal sealed class LambdaRank(double sigmoid, bool norm, int truncation, DiscountedGain gain) : RankingObjective
{
    private const int TableSize = 1024 * 1024;
    private double[] _inverseMaxDcg = [];
    private double[] _table = [];
    private double _tableStart;
    private double _tableFactor;

    public override string Name => "lambdarank";

    public override void Start(RowData rows)
    {
        base.Start(rows);
        gain.CheckLabels(rows);
        _inverseMaxDcg = new double[rows.Queries];
        for (int query = 0; query < _inverseMaxDcg.Length; query++)
        {
            double best = gain.MaxAt(truncation, rows.Label.AsSpan(rows.QueryBoundaries[query]..rows.QueryBoundaries[query + 1]));
            _inverseMaxDcg[query] = best > 0 ? 1.0 / best : best;
        }

        FillTable();
    }

    protected override void GradientsOfQuery(int query, ReadOnlySpan<float> label, ReadOnlySpan<double> score, Span<float> pairs)
    {
        pairs.Clear();
        int count = label.Length;
        double[] scores = score.ToArray();
        int[] order = [.. Enumerable.Range(0, count).OrderByDescending(i => scores[i])];
        bool spread = norm && scores[order[0]] != scores[order[count - 1]];
        double sum = 0;
        for (int i = 0; i < count - 1 && i < truncation; i++)
        {
            for (int j = i + 1; j < count; j++)
            {
                if (label[order[i]] != label[order[j]])
                {
                    sum += AddPair(label, scores, order, i, j, spread, _inverseMaxDcg[query], pairs);
                }
            }
        }

        if (norm && sum > 0)
        {
            double factor = Math.Log2(1 + sum) / sum;
            for (int i = 0; i < pairs.Length; i++)
            {
                pairs[i] = (float)(pairs[i] * factor);
            }
        }
    }

    private double AddPair(ReadOnlySpan<float> label, double[] score, int[] order, int i, int j, bool spread, double inverseMaxDcg, Span<float> pairs)
    {
        bool firstIsHigher = label[order[i]] > label[order[j]];
        int highRank = firstIsHigher ? i : j;
        int lowRank = firstIsHigher ? j : i;
        int high = order[highRank];
        int low = order[lowRank];
        double difference = score[high] - score[low];
        double gap = gain.Gain((int)label[high]) - gain.Gain((int)label[low]);
        double discount = Math.Abs(gain.Discount(highRank) - gain.Discount(lowRank));
        double delta = gap * discount * inverseMaxDcg;
        if (spread)
        {
            delta /= 0.01f + Math.Abs(difference);
        }

        double p = Sigmoid(difference);
        double h = p * (1.0 - p);
        p *= -sigmoid * delta;
        h *= sigmoid * sigmoid * delta;
        pairs[2 * low] -= (float)p;
        pairs[(2 * low) + 1] += (float)h;
        pairs[2 * high] += (float)p;
        pairs[(2 * high) + 1] += (float)h;
        return -2 * p;
    }

    private double Sigmoid(double score)
    {
        if (score <= _tableStart)
        {
            return _table[0];
        }

        return score >= -_tableStart ? _table[TableSize - 1] : _table[(int)((score - _tableStart) * _tableFactor)];
    }

    private void FillTable()
    {
        _tableStart = -50.0 / sigmoid / 2;
        _tableFactor = TableSize / (-_tableStart - _tableStart);
        _table = new double[TableSize];
        for (int i = 0; i < TableSize; i++)
        {
            double score = (i / _tableFactor) + _tableStart;
            _table[i] = 1.0 / (1.0 + Math.Exp(score * sigmoid));
        }
    }
}

/// <summary>XE-NDCG (Bruch, "An alternative cross entropy loss for learning-to-rank", 2021).</summary>
internal sealed class RankXeNdcg(int seed) : RankingObjective
{
    private LinearCongruential[] _random = [];

    public override string Name => "rank_xendcg";

    public override void Start(RowData rows)
    {
        base.Start(rows);
        _random = [.. Enumerable.Range(0, rows.Queries).Select(query => new LinearCongruential(seed + query))];
    }

    protected override void GradientsOfQuery(int query, ReadOnlySpan<float> label, ReadOnlySpan<double> score, Span<float> pairs)
    {
        int count = label.Length;
        pairs.Clear();
        if (count <= 1)
        {
            return;
        }

        double[] rho = Softmax(score);
        var terms = new double[count];
        double sum = 0;
        for (int i = 0; i < count; i++)
        {
            terms[i] = Math.Pow(2, (int)label[i]) - _random[query].NextFloat();
            sum += terms[i];
        }

        double inverse = 1.0 / Math.Max(SplitSettings.Epsilon, sum);
        double first = 0;
        for (int i = 0; i < count; i++)
        {
            double term = (-terms[i] * inverse) + rho[i];
            pairs[2 * i] = (float)term;
            terms[i] = term / (1.0 - rho[i]);
            first += terms[i];
        }

        double second = 0;
        for (int i = 0; i < count; i++)
        {
            double term = rho[i] * (first - terms[i]);
            pairs[2 * i] += (float)term;
            terms[i] = term / (1.0 - rho[i]);
            second += terms[i];
        }

        for (int i = 0; i < count; i++)
        {
            pairs[2 * i] += (float)(rho[i] * (second - terms[i]));
            pairs[(2 * i) + 1] = (float)(rho[i] * (1.0 - rho[i]));
        }
    }

    private static double[] Softmax(ReadOnlySpan<double> score)
    {
        double largest = score[0];
        foreach (double s in score)
        {
            largest = Math.Max(largest, s);
        }

        var rho = new double[score.Length];
        double sum = 0;
        for (int i = 0; i < rho.Length; i++)
        {
            rho[i] = Math.Exp(score[i] - largest);
            sum += rho[i];
        }

        for (int i = 0; i < rho.Length; i++)
        {
            rho[i] /= sum;
        }

        return rho;
    }
}
