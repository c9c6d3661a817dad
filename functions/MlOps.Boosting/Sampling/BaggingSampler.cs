using MlOps.Boosting.Data;
using MlOps.Boosting.Settings;

namespace MlOps.Boosting.Sampling;

/// <summary>Bagging: each row, or each query, or each row by its class, is in with a fixed chance; drawn anew every bagging_freq rounds.</summary>
internal sealed unsafe class BaggingSampler : RowSampler
{
    private readonly Dataset _data;
    private readonly Parameters _parameters;
    private readonly bool _balanced;

    public BaggingSampler(Dataset data, Parameters parameters, int positiveRows, bool balanced)
        : base(data.RowCount, parameters.BaggingSeed)
    {
        _data = data;
        _parameters = parameters;
        _balanced = balanced;
        int expected = balanced
            ? (int)(positiveRows * parameters.PosBaggingFraction) + (int)((data.RowCount - positiveRows) * parameters.NegBaggingFraction)
            : (int)(parameters.BaggingFraction * data.RowCount);
        UsesSubset = (double)expected / data.RowCount / parameters.BaggingFreq <= 0.5;
        if (parameters.BaggingByQuery && data.Rows.Queries == 0)
        {
            throw new ParameterException("bagging_by_query", "bagging_by_query needs query groups: give the number of rows of each query.");
        }
    }

    public override void Draw(int round, float* pairs)
    {
        if (round % _parameters.BaggingFreq != 0 && round != 0)
        {
            return;
        }

        var bag = new List<int>(Rows);
        var rest = new List<int>();
        if (_parameters.BaggingByQuery)
        {
            DrawQueries(bag, rest);
        }
        else
        {
            float[] label = _data.Rows.Label;
            for (int row = 0; row < Rows; row++)
            {
                double fraction = !_balanced ? _parameters.BaggingFraction
                    : label[row] > 0 ? _parameters.PosBaggingFraction : _parameters.NegBaggingFraction;
                (NextFloat(row) < fraction ? bag : rest).Add(row);
            }
        }

        Keep(bag, rest);
    }

    private void DrawQueries(List<int> bag, List<int> rest)
    {
        int[] bounds = _data.Rows.QueryBoundaries;
        for (int query = 0; query < _data.Rows.Queries; query++)
        {
            List<int> side = NextFloat(query) < _parameters.BaggingFraction ? bag : rest;
            for (int row = bounds[query]; row < bounds[query + 1]; row++)
            {
                side.Add(row);
            }
        }
    }
}
