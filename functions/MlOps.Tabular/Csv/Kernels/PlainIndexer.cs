namespace MlOps.Tabular;

/// <summary>
/// Finds records and cells a byte at a time. This is the definition of what a CSV file means here, and the twin that the vector
/// kernels are tested against and fall back to on text that breaks the rules.
/// </summary>
/// <remarks>
/// LF, CR LF and a lone CR each end a record; a quote opens a quoted cell only as its first character; inside, two quotes are one and line
/// ends are text; after the closing quote up to the next delimiter or line end everything is stray text. Empty lines are no records.
/// </remarks>
internal static class PlainIndexer
{
    /// <summary>Indexes text that starts at the start of a record and ends at the end of one (or of the file).</summary>
    public static void Index(ReadOnlySpan<byte> text, CsvDialect dialect, RecordIndex index)
    {
        index.Clear();
        var delimiter = dialect.DelimiterByte;
        var quote = dialect.Quote == '\0' ? -1 : dialect.QuoteByte;
        var escape = dialect.Escape == '\0' ? -1 : dialect.EscapeByte;
        var skipSpace = dialect.SkipSpaceAfterDelimiter;
        var line = 0;
        var i = 0;
        while (i < text.Length)
        {
            if (text[i] is (byte)'\n' or (byte)'\r')
            {
                i = AfterLineEnd(text, i);
                line++;
                continue;
            }

            var rowStart = i;
            var rowLine = line;
            var rowFirst = index.EndCount;
            while (true)
            {
                var first = i;
                while (skipSpace && first < text.Length && text[first] == ' ')
                {
                    first++;
                }

                if (first < text.Length && text[first] == quote)
                {
                    i = QuotedEnd(text, first, quote, escape, index, ref line);
                    if (i < text.Length && text[i] != delimiter && text[i] is not ((byte)'\n' or (byte)'\r'))
                    {
                        index.Issues.Add(new Issue(CsvErrorCodes.TextAfterQuote, i));
                        i = UnquotedEnd(text, i, delimiter, -1, index);
                    }
                }
                else
                {
                    i = UnquotedEnd(text, i, delimiter, quote, index);
                }

                index.AddEnd(i);
                if (i < text.Length && text[i] == delimiter)
                {
                    i++;
                    continue;
                }

                break;
            }

            index.AddRow(rowStart, rowFirst, index.EndCount - rowFirst, rowLine);
            if (i < text.Length)
            {
                i = AfterLineEnd(text, i);
                line++;
            }
        }

        index.LineCount = line;
    }

    /// <summary>Position after the closing quote, or the end of the text when there is none.</summary>
    private static int QuotedEnd(ReadOnlySpan<byte> text, int open, int quote, int escape, RecordIndex index, ref int line)
    {
        index.HasQuotes = true;
        for (var i = open + 1; i < text.Length; i++)
        {
            var b = text[i];
            if (b == escape)
            {
                i++;
            }
            else if (b == quote)
            {
                if (i + 1 == text.Length || text[i + 1] != quote)
                {
                    return i + 1;
                }

                i++;
            }
            else if (b == '\n' || (b == '\r' && (i + 1 == text.Length || text[i + 1] != '\n')))
            {
                line++;
            }
        }

        index.Issues.Add(new Issue(CsvErrorCodes.UnclosedQuote, open));
        return text.Length;
    }

    private static int UnquotedEnd(ReadOnlySpan<byte> text, int i, byte delimiter, int quote, RecordIndex index)
    {
        for (; i < text.Length; i++)
        {
            var b = text[i];
            if (b == delimiter || b == '\n' || b == '\r')
            {
                break;
            }

            if (b == quote)
            {
                index.Issues.Add(new Issue(CsvErrorCodes.StrayQuote, i));
                quote = -1; // one report a cell
            }
        }

        return i;
    }

    private static int AfterLineEnd(ReadOnlySpan<byte> text, int i) =>
        text[i] == '\r' && i + 1 < text.Length && text[i + 1] == '\n' ? i + 2 : i + 1;
}
