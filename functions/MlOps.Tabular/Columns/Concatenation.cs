namespace MlOps.Tabular;

/// <summary>Joins the columns of one name from several tables.</summary>
internal static class Concatenation
{
    public static Column Column(string name, IReadOnlyList<Table> parts, int rows)
    {
        var columns = parts.Select(p => p.Find(name)).ToArray();
        // A column without a single value says nothing about its kind.
        var telling = columns.Where(c => c is not null && c.MissingCount < c.RowCount).Select(c => c!.Kind).Distinct().ToArray();
        var kind = telling.Length switch
        {
            0 => columns.First(c => c is not null)!.Kind,
            1 => telling[0],
            _ => telling.Contains(ColumnKind.Text) ? ColumnKind.Text : ColumnKind.Number,
        };
        return kind == ColumnKind.Text ? Texts(name, columns, parts, rows) : Numbers(name, columns, parts, rows, kind);
    }

    private static NumberColumn Numbers(string name, Column?[] columns, IReadOnlyList<Table> parts, int rows, ColumnKind kind)
    {
        var values = new double[rows];
        var at = 0;
        for (var p = 0; p < parts.Count; p++)
        {
            var target = values.AsSpan(at, parts[p].RowCount);
            if (columns[p] is NumberColumn numbers)
            {
                numbers.Values.CopyTo(target);
            }
            else
            {
                target.Fill(double.NaN);
            }

            at += parts[p].RowCount;
        }

        return NumberColumn.Of(name, values, kind);
    }

    private static TextColumn Texts(string name, Column?[] columns, IReadOnlyList<Table> parts, int rows)
    {
        var codes = new int[rows];
        var categories = new List<string>();
        var lookup = new Dictionary<string, int>(StringComparer.Ordinal);
        var at = 0;
        for (var p = 0; p < parts.Count; p++)
        {
            var target = codes.AsSpan(at, parts[p].RowCount);
            at += parts[p].RowCount;
            switch (columns[p])
            {
                case TextColumn text:
                    var map = text.Categories.Select(c => Code(c, lookup, categories)).ToArray();
                    for (var i = 0; i < target.Length; i++)
                    {
                        target[i] = text.Codes[i] < 0 ? -1 : map[text.Codes[i]];
                    }

                    break;
                case NumberColumn numbers:
                    for (var i = 0; i < target.Length; i++)
                    {
                        target[i] = numbers.Text(i) is { } cell ? Code(cell, lookup, categories) : -1;
                    }

                    break;
                default:
                    target.Fill(-1);
                    break;
            }
        }

        return new TextColumn(name, codes, [.. categories]);
    }

    private static int Code(string text, Dictionary<string, int> lookup, List<string> categories)
    {
        if (!lookup.TryGetValue(text, out var code))
        {
            code = categories.Count;
            categories.Add(text);
            lookup.Add(text, code);
        }

        return code;
    }
}
