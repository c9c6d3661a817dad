using MlOps.Boosting.Contributions;
using MlOps.Boosting.Data;
using MlOps.Boosting.Machine;
using MlOps.Boosting.Settings;
using MlOps.Boosting.Trees;

namespace MlOps.Boosting;

/// <content>Prediction.</content>
public sealed partial class Booster
{
    private const int BlockRows = 1024;

    /// <summary>Predicts a batch.</summary>
    /// <param name="columns">Features in the model's order, each with the values of all rows; NaN means missing.</param>
    /// <param name="kind">What to return.</param>
    /// <param name="startIteration">First iteration used, from 0.</param>
    /// <param name="numIteration">Iterations used; 0 or less means all.</param>
    /// <param name="threads">Threads; 0 for one a processor. The result does not depend on it.</param>
    /// <returns>
    /// Row by row: one number a class for probabilities and raw scores; one number a tree for leaf indices; features + 1
    /// numbers a class for contributions, the last being the bias.
    /// </returns>
    /// <exception cref="BoostingDataException">The number of columns is not the model's, or their lengths differ.</exception>
    public double[] Predict(
        IReadOnlyList<double[]> columns,
        PredictionKind kind = PredictionKind.Probability,
        int startIteration = 0,
        int numIteration = 0,
        int threads = 0)
    {
        ArgumentNullException.ThrowIfNull(columns);
        return Predict([.. columns.Select(FeatureColumn.FromDoubles)], kind, startIteration, numIteration, threads);
    }

    /// <summary>Predicts a batch of doubles, floats or integers.</summary>
    /// <inheritdoc cref="Predict(IReadOnlyList{double[]}, PredictionKind, int, int, int)"/>
    public double[] Predict(
        FeatureColumn[] columns,
        PredictionKind kind = PredictionKind.Probability,
        int startIteration = 0,
        int numIteration = 0,
        int threads = 0)
    {
        ArgumentNullException.ThrowIfNull(columns);
        int rows = CheckColumns(columns);
        (int firstTree, int endTree) = TreeRange(startIteration, numIteration);
        int width = Width(kind, endTree - firstTree);
        var result = new double[checked(rows * width)];
        int blocks = (rows + BlockRows - 1) / BlockRows;
        using var team = new Team(Math.Min(Team.Threads(threads), Math.Max(1, blocks)));
        team.Run(blocks, block =>
        {
            int start = block * BlockRows;
            int count = Math.Min(BlockRows, rows - start);
            PredictBlock(columns, kind, start, count, firstTree, endTree, result.AsSpan(start * width, count * width));
        });
        return result;
    }

    /// <summary>Predicts one row without allocating, for objectives with one score.</summary>
    /// <param name="features">Features in the model's order.</param>
    /// <param name="kind">Probability or raw score.</param>
    /// <exception cref="BoostingDataException">The number of features is not the model's, or the model has several classes.</exception>
    public double PredictRow(ReadOnlySpan<double> features, PredictionKind kind = PredictionKind.Probability)
    {
        if (NumberOfClasses != 1)
        {
            throw new BoostingDataException($"The model has {NumberOfClasses} classes: use the overload that takes a span of scores.");
        }

        double score = 0;
        PredictRow(features, new Span<double>(ref score), kind);
        return score;
    }

    /// <summary>Predicts one row without allocating.</summary>
    /// <param name="features">Features in the model's order.</param>
    /// <param name="scores">Receives one number a class.</param>
    /// <param name="kind">Probability or raw score.</param>
    /// <exception cref="BoostingDataException">A length does not fit the model.</exception>
    public void PredictRow(ReadOnlySpan<double> features, Span<double> scores, PredictionKind kind = PredictionKind.Probability)
    {
        if (features.Length != FeatureCount || scores.Length != NumberOfClasses)
        {
            throw new BoostingDataException($"The model needs {FeatureCount} features and room for {NumberOfClasses} scores; given were {features.Length} and {scores.Length}.");
        }

        scores.Clear();
        _predictor.Value.AddRow(features, 0, NumberOfTrees, NumberOfClasses, scores);
        if (kind == PredictionKind.Probability)
        {
            Convert(scores, NumberOfIterations);
        }
    }

    private int CheckColumns(FeatureColumn[] columns)
    {
        if (columns.Length != FeatureCount)
        {
            throw new BoostingDataException($"The model has {FeatureCount} features ({string.Join(", ", FeatureNames.Take(5))}{(FeatureCount > 5 ? ", …" : string.Empty)}); given were {columns.Length}.");
        }

        int rows = columns.Length == 0 ? 0 : columns[0].Length;
        for (int i = 1; i < columns.Length; i++)
        {
            if (columns[i].Length != rows)
            {
                throw new BoostingDataException($"Feature {FeatureNames[i]} has {columns[i].Length} rows, but {FeatureNames[0]} has {rows}.");
            }
        }

        return rows;
    }

    private (int First, int End) TreeRange(int startIteration, int numIteration)
    {
        int iterations = NumberOfIterations;
        int first = Math.Clamp(startIteration, 0, iterations);
        int end = numIteration <= 0 ? iterations : (int)Math.Min(iterations, (long)first + numIteration);
        return (first * NumberOfClasses, end * NumberOfClasses);
    }

    private int Width(PredictionKind kind, int trees) => kind switch
    {
        PredictionKind.LeafIndex => trees,
        PredictionKind.Contributions => NumberOfClasses * (FeatureCount + 1),
        _ => NumberOfClasses,
    };

    private void PredictBlock(FeatureColumn[] columns, PredictionKind kind, int start, int count, int firstTree, int endTree, Span<double> result)
    {
        switch (kind)
        {
            case PredictionKind.LeafIndex:
                PredictLeaves(columns, start, count, firstTree, endTree, result);
                break;
            case PredictionKind.Contributions:
                PredictContributions(columns, start, count, firstTree, endTree, result);
                break;
            default:
                _predictor.Value.AddScores(columns, start, count, firstTree, endTree, NumberOfClasses, result);
                if (kind == PredictionKind.Probability)
                {
                    int iterations = (endTree - firstTree) / NumberOfClasses;
                    for (int i = 0; i < count; i++)
                    {
                        Convert(result.Slice(i * NumberOfClasses, NumberOfClasses), iterations);
                    }
                }

                break;
        }
    }

    private void Convert(Span<double> scores, int iterations)
    {
        if (_model.AveragesOutput && iterations > 0)
        {
            foreach (ref double score in scores)
            {
                score /= iterations;
            }
        }

        _model.Objective?.Convert(scores);
    }

    private void PredictLeaves(FeatureColumn[] columns, int start, int count, int firstTree, int endTree, Span<double> result)
    {
        var row = new double[columns.Length];
        int width = endTree - firstTree;
        for (int i = 0; i < count; i++)
        {
            Gather(columns, start + i, row);
            for (int t = 0; t < width; t++)
            {
                result[(i * width) + t] = _model.Trees[firstTree + t].LeafOf(row);
            }
        }
    }

    private void PredictContributions(FeatureColumn[] columns, int start, int count, int firstTree, int endTree, Span<double> result)
    {
        var row = new double[columns.Length];
        int block = FeatureCount + 1;
        int width = NumberOfClasses * block;
        var shap = new TreeShap(FeatureCount);
        for (int i = 0; i < count; i++)
        {
            Gather(columns, start + i, row);
            for (int t = firstTree; t < endTree; t++)
            {
                Tree tree = _model.Trees[t];
                shap.Add(tree, row, result.Slice((i * width) + (t % NumberOfClasses * block), block));
            }
        }
    }

    private static void Gather(FeatureColumn[] columns, int row, double[] values)
    {
        for (int f = 0; f < values.Length; f++)
        {
            values[f] = columns[f][row];
        }
    }
}
