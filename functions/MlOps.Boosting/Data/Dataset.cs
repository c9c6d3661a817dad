using MlOps.Boosting.Binning;
using MlOps.Boosting.Machine;
using MlOps.Boosting.Settings;

namespace MlOps.Boosting.Data;

/// <summary>
/// Rows to learn from or to be measured on: binned features (stored column by column in small tiles, about one byte a
/// value), labels, weights, start scores and query groups. The raw values are not kept.
/// </summary>
public sealed partial class Dataset : IDisposable
{
    private Dataset(BinMapper?[] mappers, int[] innerOrder, BinLayout layout, BinTile[] tiles, IReadOnlyList<string> names, RowData rowData)
    {
        Mappers = mappers;
        InnerOrder = innerOrder;
        Layout = layout;
        Tiles = tiles;
        FeatureNames = names;
        Rows = rowData;
        Used = [.. Enumerable.Range(0, mappers.Length).Where(feature => mappers[feature] is { IsTrivial: false })];
        UsedMappers = [.. Used.Select(feature => mappers[feature]!)];
    }

    /// <summary>Number of rows.</summary>
    public int RowCount => Rows.Label.Length;

    /// <summary>Number of features, unused ones included.</summary>
    public int FeatureCount => Mappers.Length;

    /// <summary>Number of features that some split can use.</summary>
    public int UsedFeatureCount => Used.Length;

    /// <summary>Names of the features.</summary>
    public IReadOnlyList<string> FeatureNames { get; }

    /// <summary>Labels, row by row.</summary>
    public ReadOnlyMemory<float> Label => Rows.Label;

    /// <summary>Weights, row by row; empty when every row weighs 1.</summary>
    public ReadOnlyMemory<float> Weight => Rows.Weight;

    /// <summary>Bins of every feature; null for a feature that was ignored.</summary>
    internal BinMapper?[] Mappers { get; }

    /// <summary>For each used feature its number in LightGBM's internal order.</summary>
    internal int[] InnerOrder { get; }

    internal BinLayout Layout { get; }

    internal BinTile[] Tiles { get; }

    internal RowData Rows { get; }

    /// <summary>Indices of the used features, ascending.</summary>
    internal int[] Used { get; }

    internal BinMapper[] UsedMappers { get; }

    /// <summary>Bins a training set.</summary>
    /// <param name="columns">Features, each with the values of all rows; NaN means missing.</param>
    /// <param name="featureNames">A name for each feature.</param>
    /// <param name="label">Label of each row; finite.</param>
    /// <param name="parameters">Settings of binning (max_bin, min_data_in_bin, use_missing, …).</param>
    /// <param name="categoricalFeatures">Indices of categorical features; <see langword="null"/> to read the parameter categorical_feature.</param>
    /// <param name="weight">Weight of each row, at least 0; <see langword="null"/> when all weigh 1.</param>
    /// <param name="initScore">Score to start from, class by class (all rows of class 0 first); <see langword="null"/> for none.</param>
    /// <param name="group">Sizes of consecutive query groups; <see langword="null"/> unless ranking.</param>
    /// <exception cref="BoostingDataException">Lengths differ, there is no row, or a label or weight is not allowed.</exception>
    /// <exception cref="ParameterException">A parameter does not fit the number of features.</exception>
    public static Dataset Create(
        IReadOnlyList<double[]> columns,
        IReadOnlyList<string> featureNames,
        float[] label,
        Parameters parameters,
        IReadOnlyCollection<int>? categoricalFeatures = null,
        float[]? weight = null,
        double[]? initScore = null,
        int[]? group = null)
    {
        ArgumentNullException.ThrowIfNull(columns);
        return Create([.. columns.Select(FeatureColumn.FromDoubles)], featureNames, label, parameters, categoricalFeatures, weight, initScore, group);
    }

    /// <summary>Bins a training set from columns of doubles, floats or integers.</summary>
    /// <inheritdoc cref="Create(IReadOnlyList{double[]}, IReadOnlyList{string}, float[], Parameters, IReadOnlyCollection{int}, float[], double[], int[])"/>
    public static Dataset Create(
        FeatureColumn[] columns,
        IReadOnlyList<string> featureNames,
        float[] label,
        Parameters parameters,
        IReadOnlyCollection<int>? categoricalFeatures = null,
        float[]? weight = null,
        double[]? initScore = null,
        int[]? group = null)
    {
        ArgumentNullException.ThrowIfNull(columns);
        ArgumentNullException.ThrowIfNull(featureNames);
        ArgumentNullException.ThrowIfNull(parameters);
        var rows = new RowData(label, weight, initScore, group);
        CheckColumns(columns, rows.Label.Length);
        if (featureNames.Count != columns.Length)
        {
            throw new BoostingDataException($"There are {columns.Length} features but {featureNames.Count} names.");
        }

        return DatasetBuilder.Build(columns, FeatureNameRules.Clean(featureNames), rows, parameters, categoricalFeatures);
    }

    /// <summary>Bins further rows with the bins of this set, for validation.</summary>
    /// <param name="columns">The same features in the same order.</param>
    /// <param name="label">Label of each row.</param>
    /// <param name="weight">Weight of each row, or <see langword="null"/>.</param>
    /// <param name="initScore">Score to start from, or <see langword="null"/>.</param>
    /// <param name="group">Sizes of query groups, or <see langword="null"/>.</param>
    /// <param name="threads">Threads; 0 for one a processor.</param>
    /// <exception cref="BoostingDataException">The columns do not match.</exception>
    public Dataset CreateValid(IReadOnlyList<double[]> columns, float[] label, float[]? weight = null, double[]? initScore = null, int[]? group = null, int threads = 0)
    {
        ArgumentNullException.ThrowIfNull(columns);
        return CreateValid([.. columns.Select(FeatureColumn.FromDoubles)], label, weight, initScore, group, threads);
    }

    /// <summary>Bins further rows of doubles, floats or integers with the bins of this set, for validation.</summary>
    /// <inheritdoc cref="CreateValid(IReadOnlyList{double[]}, float[], float[], double[], int[], int)"/>
    public Dataset CreateValid(FeatureColumn[] columns, float[] label, float[]? weight = null, double[]? initScore = null, int[]? group = null, int threads = 0)
    {
        ArgumentNullException.ThrowIfNull(columns);
        var rows = new RowData(label, weight, initScore, group);
        CheckColumns(columns, rows.Label.Length);
        if (columns.Length != FeatureCount)
        {
            throw new BoostingDataException($"The set has {columns.Length} features; the set whose bins it shall use has {FeatureCount}.");
        }

        using var team = new Team(Team.Threads(threads));
        FeatureColumn[] used = [.. Used.Select(feature => columns[feature])];
        BinLayout layout = Layout;
        BinTile[] tiles = layout.CreateTiles(rows.Label.Length);
        if (BinFiller.Fill(tiles, layout, UsedMappers, used, rows.Label.Length, team))
        {
            // Features that exclude each other among the sampled training rows need not do so here, and LightGBM's
            // validation sets have a column for each.
            Array.ForEach(tiles, tile => tile.Dispose());
            layout = new BinLayout(UsedMappers, Enumerable.Range(0, used.Length).Select(i => (int[])[i]));
            tiles = layout.CreateTiles(rows.Label.Length);
            BinFiller.Fill(tiles, layout, UsedMappers, used, rows.Label.Length, team);
        }

        return new Dataset(Mappers, InnerOrder, layout, tiles, FeatureNames, rows);
    }

    /// <summary>Frees the binned values. The set must not be used afterwards.</summary>
    public void Dispose()
    {
        foreach (BinTile tile in Tiles)
        {
            tile.Dispose();
        }
    }

    internal static Dataset Assemble(BinMapper?[] mappers, int[] innerOrder, BinLayout layout, BinTile[] tiles, IReadOnlyList<string> names, RowData rows) =>
        new(mappers, innerOrder, layout, tiles, names, rows);

    /// <summary>The bin of a value: for tests and for the description of the data.</summary>
    internal int BinOf(int usedFeature, int row)
    {
        FeatureSlot slot = Layout.Slots[usedFeature];
        int stored = Tiles[slot.Tile].Get(row, slot.Position);
        if (!slot.IsShared)
        {
            return stored;
        }

        BinMapper mapper = UsedMappers[usedFeature];
        int bin = stored - slot.Start;
        return bin >= 0 && bin < mapper.NumBins ? bin : mapper.MostFrequentBin;
    }

    private static void CheckColumns(FeatureColumn[] columns, int rows)
    {
        for (int i = 0; i < columns.Length; i++)
        {
            if (columns[i].Length != rows)
            {
                throw new BoostingDataException($"Feature {i} has {columns[i].Length} values but there are {rows} labels.");
            }
        }
    }
}
