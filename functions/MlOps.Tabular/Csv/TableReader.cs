namespace MlOps.Tabular;

/// <summary>Reads a file into columns: header, then blocks on several threads, then the chunks of each column joined.</summary>
internal sealed class TableReader(CsvReadOptions options, int blockBytes = BlockReader.DefaultBlockBytes, BlockIndexer? kernel = null)
{
    public CsvTable Read(Stream stream, CancellationToken ct)
    {
        var results = new List<BlockResult>();
        var errors = new List<CsvError>();
        var rejected = new List<RejectedRow>();
        var scan = new BlockScan(options, blockBytes, kernel ?? IndexerFactory.Best);
        scan.Run(stream, (result, line) =>
        {
            var room = options.MaxErrors - errors.Count;
            errors.AddRange(result.Errors.Take(Math.Max(room, 0)).Select(e => e with { Line = e.Line + line }));
            rejected.AddRange(result.Rejected.Select(r => r with { Line = r.Line + line }));
            results.Add(result);
        }, null, ct);

        var rows = 0;
        foreach (var result in results)
        {
            rows = checked(rows + result.Lines.Length);
        }

        var columns = new Column[scan.Header.Plans.Length];
        Parallel.For(0, columns.Length, new ParallelOptions { MaxDegreeOfParallelism = Math.Max(options.Threads, 1), CancellationToken = ct }, i =>
            columns[i] = ColumnJoin.Join(scan.Header.Plans[i], [.. results.Select(r => r.Chunks[i])], rows, options.InferBooleansAndDates));
        var lines = new long[rows];
        var at = 0;
        var firstLine = scan.FirstLine;
        foreach (var result in results)
        {
            foreach (var line in result.Lines)
            {
                lines[at++] = firstLine + line;
            }

            firstLine += result.LineCount;
        }

        return new CsvTable(new Table(columns, lines, rows), scan.Dialect, scan.Header.Names, errors, scan.ErrorCount, scan.RecordCount, scan.Header.Text, rejected);
    }
}
