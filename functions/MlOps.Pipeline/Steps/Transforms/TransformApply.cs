using System.Globalization;
using MlOps.Pipeline.Artifacts;
using MlOps.Pipeline.Steps.Validate;
using MlOps.Pipeline.Wording;
using MlOps.Tabular;

namespace MlOps.Pipeline.Steps.Transforms;

/// <summary>Applies a fitted <see cref="Transform"/> to rows of a table.</summary>
internal static class TransformApply
{
    /// <summary>Features of the given rows, one array a feature, in the transform's order.</summary>
    /// <param name="transform">Fitted transform.</param>
    /// <param name="table">Any table; columns are found by name, an absent one counts as missing in every row.</param>
    /// <param name="rows">Rows, in the order of the result.</param>
    /// <param name="findings">Receives what could not be represented: absent columns, unseen categories.</param>
    public static double[][] Apply(Transform transform, Table table, ReadOnlySpan<int> rows, List<Finding>? findings = null)
    {
        var features = new List<double[]>();
        foreach (var column in transform.Columns)
        {
            features.AddRange(Of(transform, column, table, rows, findings));
        }

        return [.. features];
    }

    /// <summary>The features of one column.</summary>
    internal static IReadOnlyList<double[]> Of(Transform transform, ColumnTransform column, Table table, ReadOnlySpan<int> rows, List<Finding>? findings)
    {
        var features = new List<double[]>();
        var source = table.Find(column.Column);
        if (source is null)
        {
            findings?.Add(Finding.Of(Sentence.Of("absent-column", ("column", column.Column)), column.Column));
        }

        if (column.Encoding == ColumnEncoding.Number)
        {
            features.Add(Numbers(transform, source, rows));
        }
        else if (column.Encoding == ColumnEncoding.Date)
        {
            features.AddRange(DateFeatures.Of(source is NumberColumn dates ? dates.Values : [], rows, column.Features.Count, transform.MissingNative ? double.NaN : transform.MissingNumber));
        }
        else if (column.Features.Count > 0 || column.Categories.Count > 0)
        {
            var codes = Codes(transform, column, source, rows, findings);
            if (column.Encoding == ColumnEncoding.Native)
            {
                features.Add(Array.ConvertAll(codes, c => c < 0 ? double.NaN : c));
            }
            else
            {
                AddOneHot(features, column, codes);
            }
        }

        return features;
    }

    private static double[] Numbers(Transform transform, Column? source, ReadOnlySpan<int> rows)
    {
        var missing = transform.MissingNative ? double.NaN : transform.MissingNumber;
        var values = new double[rows.Length];
        switch (source)
        {
            case NumberColumn numbers:
                numbers.CopyTo(rows, values);
                foreach (ref var value in values.AsSpan())
                {
                    value = double.IsNaN(value) ? missing : value;
                }

                break;
            default:
                // Validation lets no text into a number column; an absent column is missing throughout.
                Array.Fill(values, missing);
                break;
        }

        return values;
    }

    /// <summary>Index of each row's category, -1 for missing (when native) and unseen.</summary>
    private static int[] Codes(
        Transform transform, ColumnTransform column, Column? source, ReadOnlySpan<int> rows, List<Finding>? findings)
    {
        var index = IndexOf(column);
        var numbers = ByNumber(transform, column);
        var respelled = new SortedDictionary<string, int>(StringComparer.Ordinal);
        int Lookup(string? category) => category is null && transform.MissingNative
            ? -1
            : index.TryGetValue(category ?? transform.MissingText, out var known) ? known
            : index.TryGetValue(Settled(category ?? transform.MissingText), out known) ? known
            : category is not null && NumberNotation.TryParsePlain(category, out var number) && numbers.TryGetValue(number + 0.0, out known) ? respelled[category] = known
            : -1;

        var codes = new int[rows.Length];
        var unseen = new SortedDictionary<string, long>(StringComparer.Ordinal);
        if (source is TextColumn text)
        {
            // Looked up once a category, not once a row.
            var map = text.Categories.Select(Lookup).ToArray();
            var missing = Lookup(null);
            for (var i = 0; i < codes.Length; i++)
            {
                var code = text.Codes[rows[i]];
                codes[i] = code < 0 ? missing : map[code];
                if (code >= 0 && codes[i] < 0)
                {
                    unseen[text.Categories[code]] = unseen.GetValueOrDefault(text.Categories[code]) + 1;
                }
            }
        }
        else
        {
            for (var i = 0; i < codes.Length; i++)
            {
                var cell = source?.Text(rows[i]);
                codes[i] = Lookup(cell);
                if (cell is not null && codes[i] < 0)
                {
                    unseen[cell] = unseen.GetValueOrDefault(cell) + 1;
                }
            }
        }

        if (respelled.Count > 0 && findings is not null)
        {
            var (respelling, known) = respelled.First();
            findings.Add(Finding.Of(Sentence.Of("category-respelled", ("column", column.Column), ("text", PipelineNameText(respelling)), ("known", column.Categories[known])), column.Column));
        }

        if (unseen.Count > 0 && findings is not null)
        {
            var shown = string.Join(", ", unseen.OrderByDescending(u => u.Value).ThenBy(u => u.Key, StringComparer.Ordinal).Take(5)
                .Select(u => $"'{PipelineNameText(u.Key)}' ({u.Value})"));
            findings.Add(Finding.Of(
                Sentence.Of(
                    "unseen-category", ("rows", unseen.Values.Sum()), ("column", column.Column), ("shown", shown), ("outcome", Outcome(transform, column)),
                    ("like", Lookalikes.ExplainFirst(unseen.Keys, column.Categories))),
                column.Column));
        }

        return codes;
    }

    /// <summary>Index of each category by its text.</summary>
    internal static Dictionary<string, int> IndexOf(ColumnTransform column)
    {
        var index = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < column.Categories.Count; i++)
        {
            index[column.Categories[i]] = i;
        }

        // Transforms of before cells were settled have true and accents as the first file wrote them.
        for (var i = 0; i < column.Categories.Count; i++)
        {
            index.TryAdd(Settled(column.Categories[i]), i);
        }

        return index;
    }

    /// <summary>
    /// Categories by their number, where all are numbers as the product once wrote them: of those it is not known how the file wrote them, and 1.10 may
    /// be 1.1. Where one is written otherwise, all are as they stood in the file.
    /// </summary>
    private static Dictionary<double, int> ByNumber(Transform transform, ColumnTransform column)
    {
        var numbers = new Dictionary<double, int>();
        for (var i = 0; i < column.Categories.Count; i++)
        {
            var category = column.Categories[i];
            if (NumberNotation.TryParsePlain(category, out var number) && number.ToString("R", CultureInfo.InvariantCulture) == category)
            {
                numbers.TryAdd(number, i);
            }
            else if (category != transform.MissingText)
            {
                return [];
            }
        }

        return numbers;
    }

    private static void AddOneHot(List<double[]> features, ColumnTransform column, int[] codes)
    {
        for (var category = column.Dropped; category < column.Categories.Count; category++)
        {
            var values = new double[codes.Length];
            for (var i = 0; i < codes.Length; i++)
            {
                values[i] = codes[i] == category ? 1 : 0;
            }

            features.Add(values);
        }
    }

    /// <summary>What a category that the transform does not know is to the model.</summary>
    private static Sentence Outcome(Transform transform, ColumnTransform column) => column switch
    {
        { Encoding: ColumnEncoding.Native } => Sentence.Of("unseen-native"),
        { Features.Count: 0 } or { Features.Count: 1, InEveryRow: true, Dropped: 0 } => Sentence.Of("unseen-unused"),
        { Dropped: > 0 } => Sentence.Of("unseen-dropped", ("category", PipelineNameText(column.Categories[0]))),
        { TakesTurns: true } => Sentence.Of("unseen-turns", ("count", column.Categories.Count)),
        // Of older transforms it is not known whether training had such rows.
        _ => transform.Version < 3 ? Sentence.Of("unseen-zero") : Sentence.Of("unseen-as-missing"),
    };

    private static string Settled(string category) =>
        CellValues.IsTruth(category, out var truth) ? truth == 1 ? "true" : "false" : category.Composed();

    private static string PipelineNameText(string text) => text.Length <= 40 ? text : text[..40] + "…";
}
