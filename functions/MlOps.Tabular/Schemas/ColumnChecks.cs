namespace MlOps.Tabular;

/// <summary>Missing, added, renamed, retyped and reordered columns.</summary>
internal static class ColumnChecks
{
    public static void Check(TableSchema schema, IReadOnlyList<ColumnCheck> file, FindingCollector findings)
    {
        var byName = file.ToDictionary(c => c.Name, StringComparer.Ordinal);
        var known = schema.Columns.ToDictionary(c => c.Name, StringComparer.Ordinal);
        var missing = schema.Columns.Where(c => !byName.ContainsKey(c.Name) && c.Name != schema.Label).ToList();
        var added = file.Where(c => !known.ContainsKey(c.Name)).ToList();
        foreach (var (gone, come) in Renamed(missing, added))
        {
            missing.Remove(gone);
            added.Remove(come);
            findings.Add(SchemaRules.RenamedColumn, gone.Name, 1, 1, $"The column '{gone.Name}' is missing, and the new column '{come.Name}' looks like it. If it was renamed, name it '{gone.Name}' again.");
        }

        foreach (var column in missing)
        {
            findings.Add(SchemaRules.MissingColumn, column.Name, 1, 1, $"The column '{column.Name}' ({column.Type}) is missing. Add it, or take it out of the schema.");
        }

        foreach (var column in added)
        {
            findings.Add(SchemaRules.AddedColumn, column.Name, 1, 1, $"The column '{column.Name}' ({column.Type ?? "empty"}) is new. Training does not know it; it is left out.");
        }

        foreach (var column in schema.Columns)
        {
            if (byName.GetValueOrDefault(column.Name) is { Type: { } type } found && !Fits(column.Type, type))
            {
                var (line, text) = found.Misfit;
                findings.Add(SchemaRules.RetypedColumn, column.Name, line, 1, $"The column '{column.Name}' was {column.Type} and is now {type}{(text is null ? "" : $" (first: '{text}')")}. Correct the cells.");
            }
        }

        var order = file.Select(c => c.Name).Where(known.ContainsKey).ToList();
        if (!order.SequenceEqual(schema.Columns.Select(c => c.Name).Where(byName.ContainsKey), StringComparer.Ordinal))
        {
            findings.Add(SchemaRules.ReorderedColumns, null, 1, 1, "The columns stand in another order than before. They are found by name, so nothing is shifted.");
        }
    }

    // A column of whole numbers may get decimals where it was a number before, not the other way to text.
    private static bool Fits(string expected, string found) =>
        expected == found || (expected == "number" && found == "integer") || (expected == "integer" && found == "number");

    /// <summary>Pairs of a missing and an added column that are alike in name or in content, best first, each used once.</summary>
    private static IEnumerable<(ColumnSchema Gone, ColumnCheck Come)> Renamed(List<ColumnSchema> missing, List<ColumnCheck> added)
    {
        var pairs = missing
            .SelectMany(m => added.Where(a => Fits(m.Type, a.Type ?? "number")).Select(a => (Gone: m, Come: a, Score: Likeness(m, a))))
            .Where(p => p.Score >= 0.6)
            .OrderByDescending(p => p.Score)
            .ThenBy(p => p.Gone.Name, StringComparer.Ordinal)
            .ThenBy(p => p.Come.Name, StringComparer.Ordinal);
        var used = new HashSet<object>();
        foreach (var (gone, come, _) in pairs.ToList())
        {
            if (!used.Contains(gone) && !used.Contains(come))
            {
                used.Add(gone);
                used.Add(come);
                yield return (gone, come);
            }
        }
    }

    private static double Likeness(ColumnSchema gone, ColumnCheck come)
    {
        var name = NameLikeness(gone.Name, come.Name);
        var content = ContentLikeness(gone, come);
        // The very same categories are a sign of their own; ranges of numbers coincide too easily.
        return name == 1 ? 1 : Math.Max((0.6 * name) + (0.4 * content), gone.Categories?.Count > 1 && content == 1 ? 0.7 : 0);
    }

    private static double ContentLikeness(ColumnSchema gone, ColumnCheck come)
    {
        if (gone.Categories is { Count: > 0 } categories && come.Type == "text")
        {
            return (double)come.Categories.Count(categories.ToHashSet(StringComparer.Ordinal).Contains) / come.Categories.Count;
        }

        if (gone.Min is { } min && gone.Max is { } max && come.Type is not (null or "text"))
        {
            var overlap = Math.Min(max, come.Max) - Math.Max(min, come.Min);
            var width = Math.Max(max, come.Max) - Math.Min(min, come.Min);
            return width > 0 ? Math.Max(0, overlap / width) : 1;
        }

        return 0;
    }

    /// <summary>1 when letters and digits are the same but for case, else 1 - edit distance / longer length.</summary>
    internal static double NameLikeness(string a, string b)
    {
        var x = string.Concat(a.Where(char.IsLetterOrDigit)).ToUpperInvariant();
        var y = string.Concat(b.Where(char.IsLetterOrDigit)).ToUpperInvariant();
        if (x.Length == 0 || y.Length == 0)
        {
            return 0;
        }

        var row = Enumerable.Range(0, y.Length + 1).ToArray();
        for (var i = 1; i <= x.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= y.Length; j++)
            {
                var next = Math.Min(Math.Min(row[j], row[j - 1]) + 1, diagonal + (x[i - 1] == y[j - 1] ? 0 : 1));
                diagonal = row[j];
                row[j] = next;
            }
        }

        return 1 - ((double)row[y.Length] / Math.Max(x.Length, y.Length));
    }
}
