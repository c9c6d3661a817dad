namespace MlOps.Tabular;

/// <summary>Records as texts, block by block.</summary>
internal static class RecordReader
{
    public static IEnumerable<string[]> Read(Stream stream, CsvReadOptions options, int blockBytes = BlockReader.DefaultBlockBytes)
    {
        using var reader = new BlockReader(stream, options, blockBytes);
        var block = new TextBlock();
        var index = new RecordIndex();
        var line = reader.FirstLine;
        var any = false;
        while (reader.Next(block))
        {
            IndexerFactory.Index(IndexerFactory.Best, block.Buffer, TextBlock.Margin, block.Length, reader.Dialect, index);
            Refuse(block, index, options, line);
            for (var r = 0; r < index.RowCount; r++)
            {
                any = true;
                yield return Record(block, index, reader.Dialect, r);
            }

            line += index.LineCount;
        }

        if (!any)
        {
            throw new CsvException(CsvErrorCodes.Empty, 0, 0, Remark.Of("csv-empty", "The file is empty: it has no record. Send a file with a header line and at least one row."));
        }
    }

    internal static string[] Record(TextBlock block, RecordIndex index, CsvDialect dialect, int row)
    {
        var buffer = Array.Empty<byte>();
        var record = new string[index.CellCount(row)];
        for (var c = 0; c < record.Length; c++)
        {
            var (start, end) = index.Cell(row, c);
            record[c] = CellDecoder.Text(CellDecoder.Decode(block.Text[start..end], dialect, ref buffer));
        }

        return record;
    }

    private static void Refuse(TextBlock block, RecordIndex index, CsvReadOptions options, long line)
    {
        var issues = BlockIssues.Find(block, index, options).FindAll(i => i.Code != CsvErrorCodes.StrayQuote);
        if (issues.Count > 0)
        {
            throw new CsvException([.. issues.Take(Math.Max(options.MaxErrors, 1)).Select(i => BlockIssues.Describe(i, block.Text, index, line, null))]);
        }
    }
}
