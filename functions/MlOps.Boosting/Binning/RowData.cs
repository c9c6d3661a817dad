using MlOps.Boosting.Settings;

namespace MlOps.Boosting.Binning;

/// <summary>What belongs to a row beside its features: label, weight, start score, query.</summary>
internal sealed class RowData
{
    /// <exception cref="BoostingDataException">There is no row, lengths differ, or a number is not allowed.</exception>
    public RowData(float[] label, float[]? weight, double[]? initScore, int[]? group)
    {
        ArgumentNullException.ThrowIfNull(label);
        if (label.Length == 0)
        {
            throw new BoostingDataException("There is no row: at least one is needed.");
        }

        CheckLabel(label);
        Label = label;
        Weight = weight ?? [];
        InitScore = initScore ?? [];
        CheckWeight();
        CheckInitScore();
        QueryBoundaries = Boundaries(group, label.Length);
    }

    public float[] Label { get; }

    /// <summary>Empty when every row weighs 1.</summary>
    public float[] Weight { get; }

    /// <summary>Empty when there is none; else class by class.</summary>
    public double[] InitScore { get; }

    /// <summary>First row of each query, and the number of rows at the end; empty when there are no queries.</summary>
    public int[] QueryBoundaries { get; }

    public int Queries => Math.Max(0, QueryBoundaries.Length - 1);

    /// <summary>What belongs to some of the rows.</summary>
    /// <param name="rows">Row indices, ascending; whole queries.</param>
    public RowData Subset(ReadOnlySpan<int> rows)
    {
        int previous = -1;
        foreach (int row in rows)
        {
            if (row <= previous || row >= Label.Length)
            {
                throw new BoostingDataException($"Row {row} cannot follow row {previous}: rows of a part ascend, each once, and there are {Label.Length}.");
            }

            previous = row;
        }

        int classes = InitScore.Length / Label.Length;
        var initScore = new double[classes * rows.Length];
        for (int k = 0; k < classes; k++)
        {
            Select<double>(InitScore.AsSpan(k * Label.Length, Label.Length), rows).CopyTo(initScore, k * rows.Length);
        }

        return new RowData(
            Select<float>(Label, rows),
            Weight.Length == 0 ? null : Select<float>(Weight, rows),
            classes == 0 ? null : initScore,
            Queries == 0 ? null : WholeQueries(rows));
    }

    private static T[] Select<T>(ReadOnlySpan<T> values, ReadOnlySpan<int> rows)
    {
        var selected = new T[rows.Length];
        for (int i = 0; i < selected.Length; i++)
        {
            selected[i] = values[rows[i]];
        }

        return selected;
    }

    private int[] WholeQueries(ReadOnlySpan<int> rows)
    {
        var sizes = new List<int>();
        for (int i = 0; i < rows.Length; i += sizes[^1])
        {
            int query = Array.BinarySearch(QueryBoundaries, rows[i]);
            int size = query >= 0 ? QueryBoundaries[query + 1] - QueryBoundaries[query] : 0;
            if (size == 0 || i + size > rows.Length || rows[i + size - 1] != rows[i] + size - 1)
            {
                throw new BoostingDataException($"The part begins or ends within a query (row {rows[i]}): take whole queries.");
            }

            sizes.Add(size);
        }

        return [.. sizes];
    }

    private static void CheckLabel(float[] label)
    {
        for (int row = 0; row < label.Length; row++)
        {
            if (!float.IsFinite(label[row]))
            {
                throw new BoostingDataException($"The label of row {row} is {label[row]}: labels must be finite numbers. Remove the row or fill the label.");
            }
        }
    }

    private void CheckWeight()
    {
        if (Weight.Length == 0)
        {
            return;
        }

        if (Weight.Length != Label.Length)
        {
            throw new BoostingDataException($"There are {Weight.Length} weights but {Label.Length} labels.");
        }

        double sum = 0;
        for (int row = 0; row < Weight.Length; row++)
        {
            if (!float.IsFinite(Weight[row]) || Weight[row] < 0)
            {
                throw new BoostingDataException($"The weight of row {row} is {Weight[row]}: weights must be finite and at least 0.");
            }

            sum += Weight[row];
        }

        if (sum <= 0)
        {
            throw new BoostingDataException("The weights sum to 0: at least one row must count.");
        }
    }

    private void CheckInitScore()
    {
        if (InitScore.Length % Label.Length != 0)
        {
            throw new BoostingDataException($"There are {InitScore.Length} start scores for {Label.Length} rows: one a row and class is needed.");
        }

        for (int i = 0; i < InitScore.Length; i++)
        {
            if (!double.IsFinite(InitScore[i]))
            {
                throw new BoostingDataException($"Start score {i} is {InitScore[i]}: start scores must be finite.");
            }
        }
    }

    private static int[] Boundaries(int[]? group, int rows)
    {
        if (group is null)
        {
            return [];
        }

        var boundaries = new int[group.Length + 1];
        for (int i = 0; i < group.Length; i++)
        {
            if (group[i] <= 0)
            {
                throw new BoostingDataException($"Query group {i} has {group[i]} rows: at least one is needed.");
            }

            boundaries[i + 1] = checked(boundaries[i] + group[i]);
        }

        return boundaries[^1] == rows
            ? boundaries
            : throw new BoostingDataException($"The query groups hold {boundaries[^1]} rows together, but there are {rows} rows.");
    }
}
