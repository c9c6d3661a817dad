namespace MlOps.Tabular;

/// <summary>Rows and ids that occur twice.</summary>
internal static class RowChecks
{
    public static void Check(TableSchema schema, Table file, IReadOnlyDictionary<string, string>? knownIds, FindingCollector findings)
    {
        var (rows, firstRow, earlierRow) = Duplicates(file.Columns, file.RowCount);
        if (rows > 0)
        {
            findings.Add(SchemaRules.DuplicateRow, null, file.LineNumbers[firstRow], rows, $"{rows} rows repeat another row in every cell; the first repeats line {file.LineNumbers[earlierRow]}.");
        }

        if (schema.Id is null || file.Find(schema.Id) is not { } id)
        {
            return;
        }

        var (ids, firstId, earlierId) = Duplicates([id], file.RowCount);
        if (ids > 0)
        {
            findings.Add(SchemaRules.DuplicateId, id.Name, file.LineNumbers[firstId], ids, $"{ids} ids occur more than once; the first, '{id.Text(firstId)}', stands on line {file.LineNumbers[earlierId]} already.");
        }

        Known(file, id, knownIds, findings);
    }

    private static void Known(Table file, Column id, IReadOnlyDictionary<string, string>? knownIds, FindingCollector findings)
    {
        if (knownIds is null || knownIds.Count == 0)
        {
            return;
        }

        long count = 0;
        var first = -1;
        for (var r = 0; r < file.RowCount; r++)
        {
            if (id.Text(r) is { } text && knownIds.ContainsKey(text))
            {
                first = first < 0 ? r : first;
                count++;
            }
        }

        if (count > 0)
        {
            findings.Add(SchemaRules.DuplicateId, id.Name, file.LineNumbers[first], count, $"{count} ids came in other files already; the first, '{id.Text(first)}', in {knownIds[id.Text(first)!]}.");
        }
    }

    /// <summary>Rows equal to an earlier one: how many, the first of them, and the row that it repeats. Equal hashes are compared cell by cell.</summary>
    private static (long Count, int First, int Earlier) Duplicates(IReadOnlyList<Column> columns, int rows)
    {
        var hashes = new ulong[rows];
        foreach (var column in columns)
        {
            for (var r = 0; r < rows; r++)
            {
                var cell = column is NumberColumn numbers ? BitConverter.DoubleToUInt64Bits(numbers.Values[r]) : (ulong)((TextColumn)column).Codes[r];
                hashes[r] = HyperLogLog.Mix(hashes[r] ^ (cell + 0x9E3779B97F4A7C15));
            }
        }

        var seen = new Dictionary<ulong, int>(rows);
        long count = 0;
        int first = -1, earlier = -1;
        for (var r = 0; r < rows; r++)
        {
            if (seen.TryAdd(hashes[r], r) || !Same(columns, r, seen[hashes[r]]))
            {
                continue;
            }

            count++;
            if (first < 0)
            {
                (first, earlier) = (r, seen[hashes[r]]);
            }
        }

        return (count, first, earlier);
    }

    private static bool Same(IReadOnlyList<Column> columns, int a, int b)
    {
        foreach (var column in columns)
        {
            var same = column is NumberColumn numbers ? numbers.Values[a].Equals(numbers.Values[b]) : ((TextColumn)column).Codes[a] == ((TextColumn)column).Codes[b];
            if (!same)
            {
                return false;
            }
        }

        return true;
    }
}
