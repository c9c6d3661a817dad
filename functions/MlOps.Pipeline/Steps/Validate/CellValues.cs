using MlOps.Pipeline.Definitions;
using MlOps.Tabular;

namespace MlOps.Pipeline.Steps.Validate;

/// <summary>One spelling for cells that mean the same: truth values, composed accents, numbers of declared categories, numbers that stand for a missing value.</summary>
internal static class CellValues
{
    /// <summary>The table with its feature and group columns so written.</summary>
    /// <param name="table">The used columns.</param>
    /// <param name="used">What they are for.</param>
    /// <param name="definition">The definition.</param>
    /// <param name="history">The history's schema; <see langword="null"/> for the history itself.</param>
    public static Table Settle(Table table, IReadOnlyList<(string Name, ColumnRole Role)> used, PipelineDefinition definition, FileSchema? history)
    {
        var columns = table.Columns.ToArray();
        for (var i = 0; i < columns.Length; i++)
        {
            var name = columns[i].Name;
            if (used.First(u => u.Name == name).Role is ColumnRole.Feature or ColumnRole.Group)
            {
                columns[i] = Settle(columns[i], definition, history?.Columns.FirstOrDefault(c => c.Name == name));
            }
        }

        return new Table(columns, table.LineNumbers, table.RowCount);
    }

    /// <summary>How the column writes false and true; <see langword="null"/> where it holds anything else.</summary>
    public static IReadOnlyList<string>? Truth(Column column)
    {
        if (column is not TextColumn { Categories.Count: > 0 } text || !text.Categories.All(c => IsTruth(c, out _)))
        {
            return null;
        }

        // As most people write it, the first spelling in the file; what does not occur is written alike.
        var written = new string?[2];
        foreach (var category in text.Categories)
        {
            _ = IsTruth(category, out var value);
            written[value] ??= category.Trim();
        }

        return [written[0] ?? Like(written[1]!, "false"), written[1] ?? Like(written[0]!, "true")];
    }

    /// <summary>Whether the text is true or false in any case.</summary>
    public static bool IsTruth(string text, out int value)
    {
        var trimmed = text.AsSpan().Trim();
        value = trimmed.Equals("true", StringComparison.OrdinalIgnoreCase) ? 1 : 0;
        return value == 1 || trimmed.Equals("false", StringComparison.OrdinalIgnoreCase);
    }

    private static Column Settle(Column column, PipelineDefinition definition, SchemaColumn? known)
    {
        if (column is NumberColumn numbers)
        {
            return WithoutSentinels(numbers, definition);
        }

        var text = (TextColumn)column;
        var truth = known is null ? Truth(text) : known.Truth;
        var isCategorical = definition.Categorical.Contains(column.Name, StringComparer.Ordinal);
        return Mapped(text, cell =>
            truth is not null && TruthOf(cell, known is null ? null : truth) is { } value ? truth[value]
            : isCategorical && NumberSpelling.Canonical(cell) is { } number ? number
            : cell.Composed());
    }

    // Where the history has truth values or answers, 1 and 0 can mean nothing else.
    private static int? TruthOf(string cell, IReadOnlyList<string>? declared) =>
        IsTruth(cell, out var value) ? value
        : declared is not null ? cell.Trim() switch { "1" => 1, "0" => 0, _ => AnswerWords.Read(cell, declared) }
        : null;

    private static string Like(string written, string word) =>
        written == written.ToUpperInvariant() ? word.ToUpperInvariant() : char.IsUpper(written[0]) ? char.ToUpperInvariant(word[0]) + word[1..] : word;

    /// <summary>The column without blanks around its texts.</summary>
    /// <param name="column">A column of names.</param>
    public static TextColumn Trimmed(TextColumn column) => Mapped(column, text => text.Trim());

    private static TextColumn Mapped(TextColumn column, Func<string, string> map)
    {
        var mapped = column.Categories.Select(map).ToArray();
        if (mapped.SequenceEqual(column.Categories, StringComparer.Ordinal))
        {
            return column;
        }

        var codes = new Dictionary<string, int>(StringComparer.Ordinal);
        var categories = new List<string>();
        var newCode = Array.ConvertAll(mapped, text =>
        {
            if (!codes.TryGetValue(text, out var code))
            {
                code = categories.Count;
                categories.Add(text);
                codes.Add(text, code);
            }

            return code;
        });
        return new TextColumn(column.Name, Array.ConvertAll(column.Codes, c => c < 0 ? -1 : newCode[c]), [.. categories]);
    }

    // -200 is missing as -200.0 too.
    private static NumberColumn WithoutSentinels(NumberColumn column, PipelineDefinition definition)
    {
        if (definition.Csv.Of(column.Name).Missing is not { Count: > 0 } missing)
        {
            return column;
        }

        var sentinels = missing.Select(m => NumberNotation.TryParsePlain(m, out var value) ? value : double.NaN).Where(v => !double.IsNaN(v)).ToHashSet();
        return sentinels.Count == 0 || !Array.Exists(column.Values, sentinels.Contains)
            ? column
            : new NumberColumn(column.Name, Array.ConvertAll(column.Values, v => sentinels.Contains(v) ? double.NaN : v), column.Kind);
    }
}
