using MlOps.Boosting.Settings;

namespace MlOps.Boosting.Sampling;

/// <summary>
/// Gradient-based one-side sampling: rows with large |g·h| are in, a share of the others is in with raised weight
/// (Ke et al., "LightGBM: a highly efficient gradient boosting decision tree", 2017, algorithm 2).
/// </summary>
internal sealed unsafe class GossSampler : RowSampler
{
    private readonly Parameters _parameters;
    private readonly int _trees;

    public GossSampler(int rows, Parameters parameters, int trees)
        : base(rows, parameters.BaggingSeed)
    {
        _parameters = parameters;
        _trees = trees;
        UsesSubset = parameters.TopRate + parameters.OtherRate <= 0.5;
    }

    public override bool ChangesHessians => true;

    public override void Draw(int round, float* pairs)
    {
        if (round < (int)(1.0 / _parameters.LearningRate))
        {
            return;
        }

        var sizes = new float[Rows];
        for (int row = 0; row < Rows; row++)
        {
            for (int k = 0; k < _trees; k++)
            {
                long at = 2 * (((long)k * Rows) + row);
                sizes[row] += Math.Abs(pairs[at] * pairs[at + 1]);
            }
        }

        int top = Math.Max(1, (int)(Rows * _parameters.TopRate));
        int other = (int)(Rows * _parameters.OtherRate);
        float[] sorted = [.. sizes];
        Array.Sort(sorted);
        Select(sizes, sorted[^top], top, other, pairs);
    }

    private void Select(float[] sizes, float threshold, int top, int other, float* pairs)
    {
        float factor = (float)(Rows - top) / other;
        var bag = new List<int>(top + other);
        var rest = new List<int>(Rows);
        int large = 0;
        for (int row = 0; row < Rows; row++)
        {
            if (sizes[row] >= threshold)
            {
                bag.Add(row);
                large++;
                continue;
            }

            int needed = other - (bag.Count - large);
            int left = Rows - row - (top - large);
            if (NextFloat(row) < needed / (double)left)
            {
                bag.Add(row);
                for (int k = 0; k < _trees; k++)
                {
                    long at = 2 * (((long)k * Rows) + row);
                    pairs[at] *= factor;
                    pairs[at + 1] *= factor;
                }
            }
            else
            {
                rest.Add(row);
            }
        }

        Keep(bag, rest);
    }
}
