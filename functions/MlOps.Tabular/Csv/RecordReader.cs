namespace MlOps.Tabular;

/// <summary>Records as texts.</summary>
internal static class RecordReader
{
    public static IEnumerable<string[]> Read(Stream stream, CsvReadOptions options)
    {
        var text = WholeText.Read(stream, options, CancellationToken.None);
        var index = new RecordIndex();
        PlainIndexer.Index(text.Bytes.Span, text.Dialect, index);
        if (index.RowCount == 0)
        {
            throw new CsvException(CsvErrorCodes.Empty, 0, 0, "The file is empty: it has no record.");
        }

        var issues = BlockIssues.Find(text.Bytes.Span, index, options).Where(i => i.Code != CsvErrorCodes.StrayQuote).ToList();
        if (issues.Count > 0)
        {
            throw new CsvException([.. issues.Take(options.MaxErrors).Select(i => BlockIssues.Describe(i, text.Bytes.Span, index, text.FirstLine, null))]);
        }

        var buffer = new byte[256];
        for (var r = 0; r < index.RowCount; r++)
        {
            var record = new string[index.CellCount(r)];
            for (var c = 0; c < record.Length; c++)
            {
                var (start, end) = index.Cell(r, c);
                record[c] = CellDecoder.Text(CellDecoder.Decode(text.Bytes.Span[start..end], text.Dialect, ref buffer));
            }

            yield return record;
        }
    }
}
