namespace MlOps.Tabular;

/// <summary>Looks at all distinct texts of a column, so that the answer holds for the whole file.</summary>
internal static class KindInference
{
    /// <summary>The column as truth values or dates where every text is one; else the column itself.</summary>
    public static Column Refine(TextColumn column)
    {
        if (column.Categories.Count == 0)
        {
            return column;
        }

        return As(column, ColumnKind.Boolean, t => TypedCells.Boolean(t, declared: false)) ?? As(column, ColumnKind.Date, TypedCells.Date) ?? (Column)column;
    }

    /// <summary>The column in its declared kind; every text was checked to be one.</summary>
    public static NumberColumn Declared(TextColumn column, ColumnKind kind, DateOrder dates = DateOrder.YearFirst) =>
        As(column, kind, kind == ColumnKind.Date ? t => DateText.Seconds(t, dates) : t => TypedCells.Boolean(t, declared: true))
        ?? throw new InvalidOperationException($"Column '{column.Name}' holds a text that is no {kind}.");

    private static NumberColumn? As(TextColumn column, ColumnKind kind, Func<string, double> read)
    {
        var byCode = new double[column.Categories.Count];
        for (var i = 0; i < byCode.Length; i++)
        {
            byCode[i] = read(column.Categories[i]);
            if (double.IsNaN(byCode[i]))
            {
                return null;
            }
        }

        var values = new double[column.RowCount];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = column.Codes[i] < 0 ? double.NaN : byCode[column.Codes[i]];
        }

        return new NumberColumn(column.Name, values, kind);
    }
}

/// <summary>Names by which the columns of a file can be told apart.</summary>
internal static class ColumnNames
{
    public static string[] Unique(IReadOnlyList<string> header)
    {
        var used = header.ToHashSet(StringComparer.Ordinal);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        // Where the search for a free number goes on: a header of a million equal names must not take a million searches from 2.
        var next = new Dictionary<string, int>(StringComparer.Ordinal);
        var names = new string[header.Count];
        for (var c = 0; c < names.Length; c++)
        {
            var name = header[c].Length == 0 ? $"column{c + 1}" : header[c];
            var unique = name;
            var n = next.GetValueOrDefault(name, 2);
            for (; seen.Contains(unique) || (unique != header[c] && used.Contains(unique)); n++)
            {
                unique = $"{name} ({n})";
            }

            next[name] = n;

            seen.Add(unique);
            names[c] = unique;
        }

        return names;
    }
}
