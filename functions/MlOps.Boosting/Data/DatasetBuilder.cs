using System.Collections.Concurrent;
using System.Globalization;
using MlOps.Boosting.Binning;
using MlOps.Boosting.Machine;
using MlOps.Boosting.Settings;

namespace MlOps.Boosting.Data;

/// <summary>From raw columns to a binned data set: sample rows, find bins, bundle features, fill tiles.</summary>
internal static class DatasetBuilder
{
    public static Dataset Build(FeatureColumn[] columns, string[] names, RowData rows, Parameters parameters, IReadOnlyCollection<int>? categorical)
    {
        int rowCount = rows.Label.Length;
        bool[] isCategorical = Categorical(names, parameters, categorical);
        int[] sample = new LinearCongruential(parameters.DataRandomSeed).Sample(rowCount, Math.Min(rowCount, parameters.BinConstructSampleCnt));
        using var team = new Team(Team.Threads(parameters.NumThreads));
        var mappers = new BinMapper[columns.Length];
        var nonZero = new int[columns.Length];
        BinSettings[] settings = Settings(columns.Length, parameters, sample.Length, rowCount);
        var spare = new ConcurrentBag<BinBuffers>();
        team.Run(columns.Length, i =>
        {
            BinBuffers buffers = spare.TryTake(out BinBuffers? free) ? free : new BinBuffers(sample.Length);
            (mappers[i], nonZero[i]) = FindBins(columns[i], sample, settings[i], isCategorical[i], buffers);
            spare.Add(buffers);
        });

        int[] used = [.. Enumerable.Range(0, columns.Length).Where(i => !mappers[i].IsTrivial)];
        FeatureGroup[] groups = Group(columns, mappers, nonZero, used, sample, rowCount, parameters);
        int[] innerOrder = InnerOrder(used, groups);
        BinMapper[] usedMappers = [.. used.Select(i => mappers[i])];
        FeatureColumn[] usedColumns = [.. used.Select(i => columns[i])];
        var layout = new BinLayout(usedMappers, Columns(used, groups));
        BinTile[] tiles = layout.CreateTiles(rowCount);
        BinFiller.Fill(tiles, layout, usedMappers, usedColumns, rowCount, team);
        return Dataset.Assemble(mappers, innerOrder, layout, tiles, names, rows);
    }

    private static (BinMapper Mapper, int NonZero) FindBins(FeatureColumn column, int[] sample, BinSettings settings, bool categorical, BinBuffers buffers)
    {
        double[] values = buffers.Values;
        int count = new SampledColumn(column, sample).NonZero(values);
        return (BinFinder.Find(values.AsSpan(0, count), sample.Length, settings, categorical, buffers), count);
    }

    private static bool IsNonZero(double value) => Math.Abs(value) > BinMapper.ZeroThreshold || double.IsNaN(value);

    private static BinSettings[] Settings(int features, Parameters parameters, int sampleRows, int rows)
    {
        if (parameters.MaxBinByFeature.Count != 0 && parameters.MaxBinByFeature.Count != features)
        {
            throw new ParameterException("max_bin_by_feature", $"max_bin_by_feature has {parameters.MaxBinByFeature.Count} entries, but there are {features} features.");
        }

        int filter = parameters.FeaturePreFilter ? (int)((double)((long)parameters.MinDataInLeaf * sampleRows) / rows) : -1;
        var settings = new BinSettings[features];
        for (int i = 0; i < features; i++)
        {
            int maxBin = parameters.MaxBinByFeature.Count > 0 ? parameters.MaxBinByFeature[i] : parameters.MaxBin;
            settings[i] = new BinSettings(maxBin, parameters.MinDataInBin, filter, parameters.UseMissing, parameters.ZeroAsMissing);
        }

        return settings;
    }

    private static bool[] Categorical(string[] names, Parameters parameters, IReadOnlyCollection<int>? given)
    {
        var flags = new bool[names.Length];
        foreach (int feature in given ?? FromParameter(names, parameters.Text("categorical_feature")))
        {
            if (feature < 0 || feature >= names.Length)
            {
                throw new ParameterException("categorical_feature", $"categorical_feature names feature {feature}, but there are {names.Length} features.");
            }

            flags[feature] = true;
        }

        return flags;
    }

    private static List<int> FromParameter(string[] names, string text)
    {
        var features = new List<int>();
        bool byName = text.StartsWith("name:", StringComparison.Ordinal);
        foreach (string item in (byName ? text[5..] : text).Trim('[', ']').Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            int feature = byName ? Array.IndexOf(names, item) : int.TryParse(item, NumberStyles.None, CultureInfo.InvariantCulture, out int index) ? index : -1;
            if (feature < 0)
            {
                throw new ParameterException("categorical_feature", $"categorical_feature={text}: '{item}' is not a feature. Write indices, or name: and names.");
            }

            features.Add(feature);
        }

        return features;
    }

    private static FeatureGroup[] Group(FeatureColumn[] columns, BinMapper[] mappers, int[] nonZero, int[] used, int[] sample, int rows, Parameters parameters)
    {
        if (!parameters.EnableBundle || used.Length == 0)
        {
            return [.. used.Select(feature => new FeatureGroup([feature], false))];
        }

        var away = new int[columns.Length];
        var byBin = new bool[columns.Length];
        foreach (int feature in used)
        {
            away[feature] = nonZero[feature];
            if (mappers[feature].DefaultBin != mappers[feature].MostFrequentBin)
            {
                int count = AwayFromMostFrequent(columns[feature], mappers[feature], sample).Length;
                byBin[feature] = count > 0;
                away[feature] = count > 0 ? count : nonZero[feature];
            }
        }

        var bundler = new FeatureBundler(sample.Length, rows, parameters.IsEnableSparse, away, feature =>
            byBin[feature] ? AwayFromMostFrequent(columns[feature], mappers[feature], sample) : new SampledColumn(columns[feature], sample).NonZeroPositions());
        return bundler.Bundle(used, nonZero);
    }

    private static int[] AwayFromMostFrequent(FeatureColumn column, BinMapper mapper, int[] sample)
    {
        var rows = new List<int>();
        for (int i = 0; i < sample.Length; i++)
        {
            double value = column[sample[i]];
            if (!IsNonZero(value) || mapper.ValueToBin(value) != mapper.MostFrequentBin)
            {
                rows.Add(i);
            }
        }

        return [.. rows];
    }

    private static int[] InnerOrder(int[] used, FeatureGroup[] groups)
    {
        var order = new int[used.Length];
        int next = 0;
        foreach (int feature in groups.SelectMany(group => group.Features))
        {
            order[Array.BinarySearch(used, feature)] = next++;
        }

        return order;
    }

    // A group whose rows may hold several values cannot share a column: its features get one each.
    private static IEnumerable<int[]> Columns(int[] used, FeatureGroup[] groups)
    {
        foreach (FeatureGroup group in groups)
        {
            int[] features = [.. group.Features.Select(feature => Array.BinarySearch(used, feature))];
            if (!group.IsMultiValue)
            {
                yield return features;
                continue;
            }

            foreach (int feature in features)
            {
                yield return [feature];
            }
        }
    }
}
