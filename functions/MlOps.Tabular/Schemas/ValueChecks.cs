namespace MlOps.Tabular;

/// <summary>Ranges, categories, missing cells, constant and leaking columns.</summary>
internal static class ValueChecks
{
    // Above it a single column tells the label almost perfectly.
    private const double LeakingAuc = 0.995;

    // So many rows, evenly spread, show it; sorting all of a large file by each column would take longer than reading it.
    private const int LeakRows = 50_000;

    public static void Check(TableSchema schema, Table file, FindingCollector findings)
    {
        foreach (var column in schema.Columns)
        {
            if (file.Find(column.Name) is not { } found || found.RowCount == 0)
            {
                continue;
            }

            Missing(schema, column, found, file, findings);
            if (found is NumberColumn numbers && column is { Min: { } min, Max: { } max } && column.Name != schema.Id)
            {
                Range(schema, column.Name, min, max, numbers, file, findings);
            }

            if (found is TextColumn texts && column.Categories is { } categories)
            {
                Categories(column.Name, categories, texts, file, findings);
            }

            if (IsConstant(found) && !(column.Min is { } low && low == column.Max) && !(column.Categories?.Count == 1))
            {
                findings.Add(SchemaRules.ConstantColumn, column.Name, 1, found.RowCount, $"The column '{column.Name}' has the same value in every row. Is its source stuck?");
            }
        }

        Leaks(schema, file, findings);
    }

    private static void Missing(TableSchema schema, ColumnSchema column, Column found, Table file, FindingCollector findings)
    {
        if (found.MissingCount == 0 && column.MissingRate == 0)
        {
            return;
        }

        var first = 0;
        while (first < found.RowCount && !found.IsMissing(first))
        {
            first++;
        }

        var line = first < found.RowCount ? file.LineNumbers[first] : 1;
        if (!column.Nullable)
        {
            findings.Add(SchemaRules.MissingValue, column.Name, line, found.MissingCount, $"{found.MissingCount} cells of '{column.Name}' are missing; it never had missing cells.");
            return;
        }

        var rate = (double)found.MissingCount / found.RowCount;
        // Five standard errors keep small files quiet.
        var noise = 5 * Math.Sqrt(column.MissingRate * (1 - column.MissingRate) / found.RowCount);
        if (Math.Abs(rate - column.MissingRate) > Math.Max(schema.MissingRateMargin, noise))
        {
            findings.Add(SchemaRules.MissingRate, column.Name, line, found.MissingCount, $"{rate:P1} of '{column.Name}' are missing; in history it was {column.MissingRate:P1}.");
        }
    }

    private static void Range(TableSchema schema, string name, double min, double max, NumberColumn numbers, Table file, FindingCollector findings)
    {
        var margin = schema.RangeMargin * (max - min);
        var (low, high) = (min - margin, max + margin);
        long count = 0;
        var first = -1;
        for (var r = 0; r < numbers.RowCount; r++)
        {
            if (numbers.Values[r] < low || numbers.Values[r] > high)
            {
                first = first < 0 ? r : first;
                count++;
            }
        }

        if (count > 0)
        {
            findings.Add(SchemaRules.OutOfRange, name, file.LineNumbers[first], count, $"{count} values of '{name}' lie outside the range of history ({min:R} to {max:R}), the first is {numbers.Text(first)}.");
        }
    }

    private static void Categories(string name, IReadOnlyList<string> categories, TextColumn texts, Table file, FindingCollector findings)
    {
        var known = categories.ToHashSet(StringComparer.Ordinal);
        var unseen = texts.Categories.Select(c => !known.Contains(c)).ToArray();
        if (!unseen.Contains(true))
        {
            return;
        }

        long count = 0;
        var first = -1;
        for (var r = 0; r < texts.RowCount; r++)
        {
            if (texts.Codes[r] >= 0 && unseen[texts.Codes[r]])
            {
                first = first < 0 ? r : first;
                count++;
            }
        }

        if (count > 0)
        {
            var examples = string.Join(", ", texts.Categories.Where((_, i) => unseen[i]).Take(5).Select(c => $"'{(c.Length > 40 ? c[..40] : c)}'"));
            findings.Add(SchemaRules.UnseenCategory, name, file.LineNumbers[first], count, $"{count} cells of '{name}' have values that history does not know: {examples}.");
        }
    }

    private static bool IsConstant(Column column)
    {
        if (column.RowCount < 2 || column.MissingCount > 0)
        {
            return false;
        }

        return column is TextColumn text ? text.Categories.Count == 1 : !((NumberColumn)column).Values.AsSpan().ContainsAnyExcept(((NumberColumn)column).Values[0]);
    }

    private static void Leaks(TableSchema schema, Table file, FindingCollector findings)
    {
        if (schema.Label is null || file.Find(schema.Label) is not { } label || BinaryLabel.From(label) is not { } binary)
        {
            return;
        }

        var sample = Enumerable.Range(0, Math.Min(file.RowCount, LeakRows)).Select(i => (int)((long)i * file.RowCount / Math.Min(file.RowCount, LeakRows))).ToArray();
        if (file.RowCount > LeakRows)
        {
            binary = BinaryLabel.From(label.TakeRows(sample));
        }

        foreach (var column in binary is null ? [] : file.Columns)
        {
            if (column.Name == schema.Label || column.Name == schema.Id)
            {
                continue;
            }

            var auc = binary!.Auc(file.RowCount > LeakRows ? column.TakeRows(sample) : column);
            if (Math.Max(auc, 1 - auc) >= LeakingAuc)
            {
                findings.Add(SchemaRules.LeakingColumn, column.Name, 1, file.RowCount, $"The column '{column.Name}' alone tells the label '{schema.Label}' almost perfectly (AUC {Math.Max(auc, 1 - auc):0.000}). It probably is made from the label; take it out of the features.");
            }
        }
    }
}
