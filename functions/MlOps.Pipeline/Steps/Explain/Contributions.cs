using MlOps.Learning.Learners;
using MlOps.Pipeline.Steps.Transforms;

namespace MlOps.Pipeline.Steps.Explain;

/// <summary>
/// SHAP contributions (of trees TreeSHAP: Lundberg, Erion, Lee 2018) by column of the file: those of the features that were made from one column
/// add up, because a sum of Shapley values is the value of the group's sum.
/// </summary>
internal sealed class Contributions
{
    private const int ChunkRows = 64;

    private readonly LearnedModel _model;
    private readonly int[] _columnOf;

    public Contributions(LearnedModel model, Transform transform)
    {
        _model = model;
        _columnOf = [.. transform.Columns.SelectMany((column, i) => column.Features.Select(_ => i))];
        Columns = transform.Columns.Count;
    }

    /// <summary>Columns of the file.</summary>
    public int Columns { get; }

    /// <summary>Numbers of a row: for each output the contribution of every column, then the bias.</summary>
    public int Width => _model.Outputs * (Columns + 1);

    /// <summary>Contributions of a range of rows, row by row; the result does not depend on the number of threads.</summary>
    /// <param name="features">Features in the model's order.</param>
    /// <param name="start">First row.</param>
    /// <param name="count">Rows.</param>
    /// <param name="threads">Threads.</param>
    public double[] Of(double[][] features, int start, int count, int threads)
    {
        var result = new double[count * Width];
        var options = new ParallelOptions { MaxDegreeOfParallelism = Math.Max(1, threads) };
        Parallel.For(0, (count + ChunkRows - 1) / ChunkRows, options, chunk =>
        {
            var first = chunk * ChunkRows;
            var rows = Math.Min(ChunkRows, count - first);
            var slice = Array.ConvertAll(features, f => f.AsSpan(start + first, rows).ToArray());
            Gather(_model.Contributions(slice), rows, result.AsSpan(first * Width, rows * Width));
        });
        return result;
    }

    private void Gather(double[] byFeature, int rows, Span<double> byColumn)
    {
        var features = _columnOf.Length;
        var outputs = _model.Outputs;
        for (var block = 0; block < rows * outputs; block++)
        {
            var from = byFeature.AsSpan(block * (features + 1), features + 1);
            var to = byColumn.Slice(block * (Columns + 1), Columns + 1);
            for (var f = 0; f < features; f++)
            {
                to[_columnOf[f]] += from[f];
            }

            to[Columns] = from[features];
        }
    }
}
