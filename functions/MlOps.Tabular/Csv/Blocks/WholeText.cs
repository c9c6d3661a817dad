namespace MlOps.Tabular;

/// <summary>A file's text in memory, with the dialect that it is written in.</summary>
internal sealed record WholeText(ReadOnlyMemory<byte> Bytes, CsvDialect Dialect, long FirstLine)
{
    public static WholeText Read(Stream stream, CsvReadOptions options, CancellationToken ct)
    {
        using var source = new TextSource(stream, options.Encoding);
        var head = source.PeekHead(out var complete);
        ForeignFormats.Refuse(head);
        var dialect = DialectSniffer.Sniff(head, complete, options, out var skip);
        var bytes = new byte[1 << 16];
        var length = 0;
        for (int count; (count = source.Read(bytes.AsSpan(length))) > 0;)
        {
            ct.ThrowIfCancellationRequested();
            length += count;
            if (length == bytes.Length)
            {
                Array.Resize(ref bytes, (int)Math.Min(Array.MaxLength, bytes.Length * 2L));
            }
        }

        dialect = dialect with { Encoding = source.EncodingName == "ascii" ? "utf-8" : source.EncodingName, Compressed = source.Compressed };
        return new WholeText(bytes.AsMemory(skip, length - skip), dialect, 1 + BlockIssues.LineEnds(bytes.AsSpan(0, skip)));
    }
}
