namespace MlOps.Tabular;

/// <summary>What a column looks like.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">integer, number, boolean, date or text.</param>
public sealed record ColumnSchema(string Name, string Type)
{
    /// <summary>Up to so many different texts are kept as a set of categories.</summary>
    public const int MostCategories = 200;

    /// <summary>Whether cells may be missing.</summary>
    public bool Nullable { get; init; } = true;

    /// <summary>Share of missing cells, 0 to 1.</summary>
    public double MissingRate { get; init; }

    /// <summary>Least number (seconds since 1970 for dates).</summary>
    public double? Min { get; init; }

    /// <summary>Greatest number.</summary>
    public double? Max { get; init; }

    /// <summary>The texts that occur, if they are few.</summary>
    public IReadOnlyList<string>? Categories { get; init; }

    /// <summary>Whether no value occurs twice.</summary>
    public bool Unique { get; init; }

    internal bool IsNumeric => Type != "text";

    internal static ColumnSchema Learn(Column column)
    {
        var schema = new ColumnSchema(column.Name, ColumnTypes.Name(column))
        {
            Nullable = column.MissingCount > 0,
            MissingRate = column.RowCount == 0 ? 0 : Math.Round((double)column.MissingCount / column.RowCount, 6),
        };
        if (column is TextColumn text)
        {
            // Texts of which nearly each is different are names or codes, not categories.
            var few = text.Categories.Count <= MostCategories && text.Categories.Count * 2 <= Math.Max(20, text.RowCount - text.MissingCount);
            return schema with
            {
                Categories = few ? [.. text.Categories.Order(StringComparer.Ordinal)] : null,
                Unique = text.RowCount > 1 && text.Categories.Count == text.RowCount,
            };
        }

        var values = ((NumberColumn)column).Values;
        var present = values.Where(v => !double.IsNaN(v)).ToArray();
        if (present.Length == 0)
        {
            return schema;
        }

        return schema with { Min = present.Min(), Max = present.Max(), Unique = values.Length > 1 && present.Distinct().Count() == values.Length };
    }
}

/// <summary>Names of the types that people see.</summary>
internal static class ColumnTypes
{
    public static string Name(Column column) => column.Kind switch
    {
        ColumnKind.Text => "text",
        ColumnKind.Boolean => "boolean",
        ColumnKind.Date => "date",
        _ => column.MissingCount < column.RowCount && ((NumberColumn)column).IsInteger ? "integer" : "number",
    };
}
