using System.Runtime.InteropServices;
using MlOps.Pipeline.Definitions;
using MlOps.Tabular;

namespace MlOps.Pipeline.Steps.Transforms;

/// <summary>Fits a <see cref="Transform"/> on the rows that the model learns from.</summary>
internal static class TransformFit
{
    // A column of names or addresses would drown the learner in features that occur once.
    public const int MaxCategories = 256;

    /// <summary>Learns categories; numbers need nothing learned.</summary>
    /// <param name="table">History.</param>
    /// <param name="rows">Rows that the model learns from.</param>
    /// <param name="features">Feature columns, in order.</param>
    /// <param name="definition">How categories and missing values are handled.</param>
    public static Transform Fit(Table table, ReadOnlySpan<int> rows, IReadOnlyList<string> features, PipelineDefinition definition)
    {
        var names = new FeatureNames();
        var columns = new List<ColumnTransform>(features.Count);
        foreach (var feature in features)
        {
            var column = table[feature];
            if (column is NumberColumn { Kind: ColumnKind.Date } dates)
            {
                columns.Add(new ColumnTransform(feature, ColumnEncoding.Date, [.. DateFeatures.Names(dates, rows).Select(part => names.Next($"{feature}_{part}"))], []));
                continue;
            }

            var categorical = column is TextColumn || definition.Categorical.Contains(feature, StringComparer.Ordinal);
            if (!categorical)
            {
                columns.Add(new ColumnTransform(feature, ColumnEncoding.Number, [names.Next(feature)], []));
                continue;
            }

            if (column is TextColumn text && !definition.Categorical.Contains(feature, StringComparer.Ordinal) && NotationSearch.Find(text, definition.Csv.Numbers) is { Certain: false })
            {
                // Numbers or dates that can be read in two ways: validation has said so, and each as a category of its own would mean nothing.
                columns.Add(new ColumnTransform(feature, ColumnEncoding.OneHot, [], []));
                continue;
            }

            var (categories, inEveryRow) = Categories(column, rows, definition.Missing);
            var dropped = definition.Categories == CategoryHandling.OneHotDropFirst ? 1 : 0;
            columns.Add(definition.Categories == CategoryHandling.Native
                ? new ColumnTransform(feature, ColumnEncoding.Native, [names.Next(feature)], categories)
                : new ColumnTransform(
                    feature, ColumnEncoding.OneHot, [.. categories.Skip(dropped).Select(c => names.Next($"{feature}_{c}"))], categories, inEveryRow));
        }

        return new Transform(3, definition.Missing.Native, definition.Missing.Numeric, definition.Missing.Text, columns);
    }

    private static (string[] Categories, bool InEveryRow) Categories(Column column, ReadOnlySpan<int> rows, MissingHandling missing)
    {
        var counts = new Dictionary<string, long>(StringComparer.Ordinal);
        if (column is TextColumn text)
        {
            var byCode = new long[text.Categories.Count + 1];
            foreach (var row in rows)
            {
                byCode[text.Codes[row] + 1]++;
            }

            Count(counts, missing, null, byCode[0]);
            for (var code = 0; code < text.Categories.Count; code++)
            {
                Count(counts, missing, text.Categories[code], byCode[code + 1]);
            }
        }
        else
        {
            foreach (var row in rows)
            {
                Count(counts, missing, column.Text(row), 1);
            }
        }

        string[] categories = [.. counts
            .OrderByDescending(c => c.Value).ThenBy(c => c.Key, StringComparer.Ordinal)
            .Take(MaxCategories)
            .Select(c => c.Key)
            .Order(StringComparer.Ordinal)];
        return (categories, categories.Sum(c => counts[c]) == rows.Length);
    }

    private static void Count(Dictionary<string, long> counts, MissingHandling missing, string? category, long count)
    {
        if (count == 0 || (category is null && missing.Native))
        {
            return;
        }

        CollectionsMarshal.GetValueRefOrAddDefault(counts, category ?? missing.Text, out _) += count;
    }
}
