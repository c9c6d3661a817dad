namespace MlOps.Tabular;

/// <summary>One pass over a file, block by block: what reading a table and profiling a stream share.</summary>
internal sealed class BlockScan(CsvReadOptions options, int blockBytes, BlockIndexer kernel)
{
    public CsvHeader Header { get; private set; } = null!;

    public CsvDialect Dialect { get; private set; } = null!;

    public long FirstLine { get; private set; }

    public long ErrorCount { get; private set; }

    public long RecordCount { get; private set; }

    /// <summary>Runs over the file.</summary>
    /// <param name="stream">Read to its end.</param>
    /// <param name="consume">Gets each result in file order, with the line on which its block starts; one at a time.</param>
    /// <param name="derive">Called on the parsing thread for each result; what it returns stands in <see cref="BlockResult.Derived"/>, and the chunks are without meaning afterwards.</param>
    /// <param name="ct">Cancels between blocks.</param>
    public void Run(Stream stream, Action<BlockResult, long> consume, Func<BlockResult, CsvHeader, object?>? derive, CancellationToken ct)
    {
        using var reader = new BlockReader(stream, options, blockBytes);
        FirstLine = reader.FirstLine;
        var line = reader.FirstLine;
        var first = new TextBlock();
        while (true)
        {
            if (!reader.Next(first))
            {
                throw new CsvException(CsvErrorCodes.Empty, 0, 0, Remark.Of("csv-empty", "The file is empty: it has no record. Send a file with a header line and at least one row."));
            }

            var header = CsvHeader.Read(first, reader.Dialect, options);
            if (header is not null)
            {
                Header = header;
                break;
            }

            line += BlockIssues.LineEnds(first.Text);
        }

        FirstLine = line;
        var headerBlock = options.HasHeader ? first.Number : -1;
        var pending = Header.Errors;
        var runner = new BlockRunner(
            reader,
            () =>
            {
                var slab = new Slab();
                var parser = new BlockParser(options, reader.Dialect, Header, kernel, slab);
                return block =>
                {
                    var result = parser.Parse(block, block.Number == headerBlock);
                    if (derive is not null && result.Fatal is null)
                    {
                        result.Derived = derive(result, Header);
                        slab.Reset();
                    }

                    return result;
                };
            },
            result =>
            {
                if (result.Fatal is not null)
                {
                    throw new CsvException([result.Fatal with { Line = result.Fatal.Line + line }]);
                }

                if (pending.Count > 0)
                {
                    result.Errors.InsertRange(0, pending);
                    ErrorCount += pending.Count;
                    pending = [];
                }

                ErrorCount += result.ErrorCount;
                RecordCount += result.RecordCount;
                consume(result, line);
                line += result.LineCount;
            },
            ct);
        runner.Run(first, options.Threads);
        Dialect = reader.Dialect with { Encoding = reader.EncodingName, Compressed = reader.Compressed };
    }
}
