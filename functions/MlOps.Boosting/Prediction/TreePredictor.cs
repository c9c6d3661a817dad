using MlOps.Boosting.Data;
using MlOps.Boosting.Trees;

namespace MlOps.Boosting.Prediction;

/// <summary>Sums leaf values over trees.</summary>
internal sealed class TreePredictor(IReadOnlyList<Tree> trees, int features)
{
    // Below this many rows, compiling and encoding costs more than walking.
    private const int BatchFrom = 16;

    private readonly Lazy<BatchPredictor?> _batch = new(() => BatchPredictor.Create(trees, features));
    private readonly Lazy<RowWalker> _walker = new(() => new RowWalker(trees));

    /// <summary>Adds the trees' outputs for consecutive rows.</summary>
    /// <param name="columns">All features.</param>
    /// <param name="start">First row.</param>
    /// <param name="count">Number of rows.</param>
    /// <param name="firstTree">First tree.</param>
    /// <param name="endTree">Behind the last tree.</param>
    /// <param name="perIteration">Trees of an iteration.</param>
    /// <param name="scores">Receives row by row one score a class; cleared by the caller.</param>
    public void AddScores(FeatureColumn[] columns, int start, int count, int firstTree, int endTree, int perIteration, Span<double> scores)
    {
        if (count >= BatchFrom && _batch.Value is { } batch)
        {
            batch.AddScores(columns, start, count, firstTree, endTree, perIteration, scores);
            return;
        }

        AddScoresByWalking(columns, start, count, firstTree, endTree, perIteration, scores);
    }

    /// <summary>The plain twin of the batch: every row walks every tree.</summary>
    /// <inheritdoc cref="AddScores"/>
    public void AddScoresByWalking(FeatureColumn[] columns, int start, int count, int firstTree, int endTree, int perIteration, Span<double> scores)
    {
        var row = new double[columns.Length];
        for (int i = 0; i < count; i++)
        {
            for (int f = 0; f < row.Length; f++)
            {
                row[f] = columns[f][start + i];
            }

            AddRow(row, firstTree, endTree, perIteration, scores.Slice(i * perIteration, perIteration));
        }
    }

    /// <summary>Adds the trees' outputs for one row; allocates nothing.</summary>
    public void AddRow(ReadOnlySpan<double> row, int firstTree, int endTree, int perIteration, Span<double> scores)
    {
        _walker.Value.AddRow(row, firstTree, endTree, perIteration, scores);
    }
}
