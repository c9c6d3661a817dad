namespace MlOps.Tabular;

/// <summary>Reads a file into columns: text, records, issues, then each column that was asked for.</summary>
internal sealed class TableReader(CsvReadOptions options)
{
    private readonly HashSet<string> _missing = [.. options.MissingMarkers ?? CsvReadOptions.DefaultMissingMarkers];
    private byte[] _buffer = new byte[256];

    public CsvTable Read(Stream stream, CancellationToken ct)
    {
        var text = WholeText.Read(stream, options, ct);
        var bytes = text.Bytes.Span;
        var index = new RecordIndex();
        PlainIndexer.Index(bytes, text.Dialect, index);
        if (index.RowCount == 0)
        {
            throw new CsvException(CsvErrorCodes.Empty, 0, 0, "The file is empty: it has no record. Send a file with a header line and at least one row.");
        }

        var first = options.HasHeader ? 1 : 0;
        var header = Header(bytes, text.Dialect, index);
        var names = ColumnNames.Unique(header);
        var errors = new List<CsvError>();
        for (var c = 0; c < header.Length; c++)
        {
            if (header[c].Length > 0 && Array.IndexOf(header, header[c]) < c)
            {
                errors.Add(new CsvError(CsvErrorCodes.DuplicateColumn, text.FirstLine + index.RowLine[0], c + 1, header[c], $"the column name '{header[c]}' occurs more than once. Give each column a name of its own.", header[c]));
            }
        }

        var bad = new HashSet<int>();
        foreach (var issue in BlockIssues.Find(bytes, index, options))
        {
            if (options.KeepStrayQuotes && issue.Code is CsvErrorCodes.StrayQuote or CsvErrorCodes.TextAfterQuote)
            {
                continue;
            }

            var error = BlockIssues.Describe(issue, bytes, index, text.FirstLine, header);
            if (issue.Code is CsvErrorCodes.UnclosedQuote or CsvErrorCodes.RecordTooLong || (options.HasHeader && index.RowAt(issue.Position) <= 0))
            {
                throw new CsvException([error]);
            }

            bad.Add(index.RowAt(issue.Position));
            errors.Add(error);
        }

        var rows = new List<int>(index.RowCount);
        for (var r = first; r < index.RowCount; r++)
        {
            if (bad.Contains(r))
            {
                continue;
            }

            if (index.CellCount(r) != header.Length && !(options.RepairRaggedRows && CanRepair(bytes, index, r, header.Length)))
            {
                errors.Add(Ragged(bytes, index, r, header.Length, text.FirstLine));
                continue;
            }

            if (options.HasHeader && header.Length > 1 && IsHeader(bytes, text.Dialect, index, r, header))
            {
                errors.Add(new CsvError(CsvErrorCodes.RepeatedHeader, text.FirstLine + index.RowLine[r], 0, null, "this row repeats the header; perhaps two files were joined. Remove the line.", CellDecoder.Excerpt(bytes[index.RowStart[r]..index.RowEnd(r)])));
                continue;
            }

            rows.Add(r);
        }

        var wanted = options.Columns?.ToHashSet(StringComparer.Ordinal);
        var parsed = new List<Column>();
        var unusable = new HashSet<int>();
        for (var c = 0; c < names.Length; c++)
        {
            ct.ThrowIfCancellationRequested();
            if (wanted is null || wanted.Contains(names[c]))
            {
                parsed.Add(Parse(bytes, text, index, rows, c, names[c], errors, unusable));
            }
        }

        errors.Sort((a, b) => (a.Line, a.Column).CompareTo((b.Line, b.Column)));
        var lines = rows.Select(r => text.FirstLine + index.RowLine[r]).ToArray();
        var table = new Table(parsed, lines, rows.Count);
        if (unusable.Count > 0)
        {
            table = table.TakeRows(Enumerable.Range(0, rows.Count).Where(i => !unusable.Contains(i)).ToArray());
        }

        return new CsvTable(table, text.Dialect, header, [.. errors.Take(options.MaxErrors)], errors.Count, index.RowCount - first);
    }

    private Column Parse(ReadOnlySpan<byte> bytes, WholeText text, RecordIndex index, List<int> rows, int c, string name, List<CsvError> errors, HashSet<int> unusable)
    {
        ColumnKind? declared = options.Kinds is { } kinds && kinds.TryGetValue(name, out var kind) ? kind : null;
        var values = new double[rows.Count];
        if (declared is null or ColumnKind.Number)
        {
            var numeric = true;
            for (var i = 0; i < rows.Count && numeric; i++)
            {
                var cell = Content(bytes, text.Dialect, index, rows[i], c);
                if (NumberParser.TryParse(cell, out values[i]) || IsMissing(cell))
                {
                    continue;
                }

                numeric = declared is not null;
                if (numeric && unusable.Add(i))
                {
                    errors.Add(WrongKind(index, text, rows[i], c, name, "a number", cell));
                }
            }

            if (numeric)
            {
                return new NumberColumn(name, values);
            }
        }

        var texts = new string?[rows.Count];
        for (var i = 0; i < rows.Count; i++)
        {
            var cell = Content(bytes, text.Dialect, index, rows[i], c);
            texts[i] = IsMissing(cell) ? null : CellDecoder.Text(cell);
        }

        var column = TextColumn.FromTexts(name, texts);
        if (declared is ColumnKind.Boolean or ColumnKind.Date)
        {
            for (var i = 0; i < rows.Count; i++)
            {
                values[i] = texts[i] is not { } cell ? double.NaN : declared == ColumnKind.Date ? TypedCells.Date(cell) : TypedCells.Boolean(cell, declared: true);
                if (double.IsNaN(values[i]) && texts[i] is { } wrong && unusable.Add(i))
                {
                    errors.Add(WrongKind(index, text, rows[i], c, name, declared == ColumnKind.Date ? "a date (year first)" : "true or false", System.Text.Encoding.UTF8.GetBytes(wrong)));
                }
            }

            return new NumberColumn(name, values, declared.Value);
        }

        return declared is null && options.InferBooleansAndDates ? KindInference.Refine(column) : column;
    }

    private static CsvError WrongKind(RecordIndex index, WholeText text, int row, int c, string name, string expected, ReadOnlySpan<byte> cell) =>
        new(CsvErrorCodes.WrongKind, text.FirstLine + index.RowLine[row], c + 1, name, $"'{CellDecoder.Excerpt(cell)}' is not {expected}.", CellDecoder.Excerpt(cell));

    private bool IsMissing(ReadOnlySpan<byte> cell) =>
        cell.Length < 64 && _missing.Contains(CellDecoder.Text(cell.Trim((byte)' ')));

    private ReadOnlySpan<byte> Content(ReadOnlySpan<byte> bytes, CsvDialect dialect, RecordIndex index, int row, int c)
    {
        if (c >= index.CellCount(row))
        {
            return default;
        }

        var (start, end) = index.Cell(row, c);
        return CellDecoder.Decode(bytes[start..end], dialect, ref _buffer);
    }

    private string[] Header(ReadOnlySpan<byte> bytes, CsvDialect dialect, RecordIndex index)
    {
        var header = new string[index.CellCount(0)];
        for (var c = 0; c < header.Length; c++)
        {
            header[c] = options.HasHeader ? CellDecoder.Text(Content(bytes, dialect, index, 0, c)) : $"column{c + 1}";
        }

        return header;
    }

    private bool IsHeader(ReadOnlySpan<byte> bytes, CsvDialect dialect, RecordIndex index, int row, string[] header)
    {
        for (var c = 0; c < header.Length; c++)
        {
            if (CellDecoder.Text(Content(bytes, dialect, index, row, c)) != header[c])
            {
                return false;
            }
        }

        return true;
    }

    private static bool CanRepair(ReadOnlySpan<byte> bytes, RecordIndex index, int row, int columns)
    {
        for (var c = columns; c < index.CellCount(row); c++)
        {
            var (start, end) = index.Cell(row, c);
            if (!bytes[start..end].Trim((byte)' ').IsEmpty)
            {
                return false;
            }
        }

        return true;
    }

    private static CsvError Ragged(ReadOnlySpan<byte> bytes, RecordIndex index, int row, int columns, long firstLine) =>
        new(CsvErrorCodes.Ragged, firstLine + index.RowLine[row], 0, null, $"the row has {index.CellCount(row)} cells, the header {columns}. {(index.CellCount(row) < columns ? "Cells are missing" : "There are too many cells, or a cell with the delimiter in it is not quoted")}.", CellDecoder.Excerpt(bytes[index.RowStart[row]..index.RowEnd(row)]));
}
