namespace MlOps.Tabular;

/// <summary>Guesses delimiter, quote and escape from the first records of a file.</summary>
internal static class DialectSniffer
{
    // In order of preference where two explain the sample equally well.
    private static readonly char[] Delimiters = [',', ';', '\t', '|', '^', '\u001F', ' '];
    private const int SampleRecords = 200;

    /// <summary>The dialect that explains the sample best; what the options say is taken as given.</summary>
    /// <param name="head">First bytes of the text.</param>
    /// <param name="complete">Whether they are all of it.</param>
    /// <param name="options">What is known.</param>
    /// <param name="skip">Bytes before the table: a line "sep=;", which names the delimiter, or a title (see <see cref="Preamble"/>).</param>
    public static CsvDialect Sniff(ReadOnlySpan<byte> head, bool complete, CsvReadOptions options, out int skip)
    {
        var dialect = Guess(head, complete, options, out skip);
        skip += Preamble(head[skip..], complete, dialect);
        return dialect;
    }

    /// <summary>
    /// Bytes of a title above the table: up to ten records of a single cell, then an empty line, then at least three records of equal length.
    /// </summary>
    private static int Preamble(ReadOnlySpan<byte> head, bool complete, CsvDialect dialect)
    {
        var index = new RecordIndex();
        PlainIndexer.Index(head, dialect, index);
        var rows = Math.Min(complete ? index.RowCount : index.RowCount - 1, SampleRecords);
        var title = 0;
        while (title < rows && title < 11 && index.CellCount(title) == 1 && head[index.RowStart[title]] != dialect.QuoteByte)
        {
            title++;
        }

        if (title is 0 or > 10 || rows - title < 3 || index.RowLine[title] - index.RowLine[title - 1] < 2)
        {
            return 0;
        }

        for (var r = title; r < rows; r++)
        {
            if (index.CellCount(r) != index.CellCount(title))
            {
                return 0;
            }
        }

        // A header has a name of its own in every cell.
        var names = new HashSet<string>(StringComparer.Ordinal);
        for (var c = 0; c < index.CellCount(title); c++)
        {
            var (start, end) = index.Cell(title, c);
            var name = CellDecoder.Text(head[start..end]);
            if (string.IsNullOrWhiteSpace(name) || !names.Add(name))
            {
                return 0;
            }
        }

        return names.Count > 1 ? index.RowStart[title] : 0;
    }

    private static CsvDialect Guess(ReadOnlySpan<byte> head, bool complete, CsvReadOptions options, out int skip)
    {
        skip = 0;
        var delimiter = options.Delimiter;
        if (head.Length >= 6 && head.StartsWith("sep="u8) && Array.IndexOf(Delimiters, (char)head[4]) >= 0 && head[5] is (byte)'\n' or (byte)'\r')
        {
            delimiter ??= (char)head[4];
            skip = head[5] == '\r' && head.Length > 6 && head[6] == '\n' ? 7 : 6;
            head = head[skip..];
        }

        Check(delimiter, "delimiter");
        Check(options.Quote, "quote");
        Check(options.Escape, "escape");
        var best = default(Candidate);
        foreach (var d in delimiter is { } known ? [known] : Delimiters)
        {
            foreach (var q in options.Quote is { } quote ? [quote] : (ReadOnlySpan<char>)['"', '\''])
            {
                foreach (var e in options.Escape is { } escape ? [escape] : (ReadOnlySpan<char>)['\0', '\\'])
                {
                    if ((options.Quote is null && q == '\'' && !head.Contains((byte)'\'')) || (options.Escape is null && e == '\\' && head.IndexOf([(byte)'\\', (byte)q]) < 0))
                    {
                        continue;
                    }

                    var dialect = new CsvDialect(d, q, e, SpaceFollowsEveryDelimiter(head, d, q, delimiter is null ? 3 : 6), "", Compressed: false);
                    if (options.Quote is null && q == '\'' && !QuotesACell(head, dialect))
                    {
                        continue;
                    }

                    var candidate = Score(head, complete, dialect);
                    if (best.Dialect is null || candidate.IsBetterThan(best))
                    {
                        best = candidate;
                    }
                }
            }
        }

        return best.Dialect!;
    }

    /// <summary>Whether some cell begins and ends with the quote; else it is a character like any other.</summary>
    private static bool QuotesACell(ReadOnlySpan<byte> head, CsvDialect dialect)
    {
        var index = new RecordIndex();
        PlainIndexer.Index(head, dialect, index);
        for (var r = 0; r < Math.Min(index.RowCount, SampleRecords); r++)
        {
            for (var c = 0; c < index.CellCount(r); c++)
            {
                var (start, end) = index.Cell(r, c);
                var cell = head[start..end].Trim((byte)' ');
                if (cell.Length > 1 && cell[0] == dialect.QuoteByte && cell[^1] == dialect.QuoteByte)
                {
                    return true;
                }
            }
        }

        return false;
    }

    private static void Check(char? value, string what)
    {
        if (value is { } c && (c > 0x7F || c is '\n' or '\r' || (c == '\0' && what == "delimiter")))
        {
            throw new ArgumentException($"The {what} must be one ASCII character other than a line end.");
        }
    }

    private static Candidate Score(ReadOnlySpan<byte> head, bool complete, CsvDialect dialect)
    {
        var index = new RecordIndex();
        PlainIndexer.Index(head, dialect, index);
        // The last record may be cut off by the end of the sample.
        var rows = complete || index.RowCount < 2 ? index.RowCount : index.RowCount - 1;
        rows = Math.Min(rows, SampleRecords);
        if (rows == 0)
        {
            return new Candidate(dialect, 0, 0, 0, 0);
        }

        var counts = new Dictionary<int, int>();
        for (var r = 0; r < rows; r++)
        {
            counts[index.CellCount(r)] = counts.GetValueOrDefault(index.CellCount(r)) + 1;
        }

        var mode = counts.OrderByDescending(c => c.Value).ThenByDescending(c => c.Key).First();
        var limit = index.RowStart[rows - 1] + 1;
        var issues = index.Issues.Count(x => x.Position < limit && (complete || x.Code != CsvErrorCodes.UnclosedQuote));
        var cells = dialect.Delimiter == ' ' ? mode.Key : index.CellCount(0) > 1 ? Math.Max(mode.Key, 2) : mode.Key;
        return new Candidate(dialect, rows, cells, (double)mode.Value / rows, (double)issues / rows);
    }

    /// <summary>Written as <c>a, b, "c, d"</c>: every delimiter of the first lines is followed by a space, and quotes stand behind some.</summary>
    private static bool SpaceFollowsEveryDelimiter(ReadOnlySpan<byte> head, char delimiter, char quote, int leastRows)
    {
        if (delimiter == ' ' || quote == '\0' || head.IndexOf([(byte)delimiter, (byte)' ', (byte)quote]) < 0)
        {
            return false;
        }

        var index = new RecordIndex();
        PlainIndexer.Index(head, new CsvDialect(delimiter, quote, '\0', SkipSpaceAfterDelimiter: true, "", Compressed: false), index);
        var rows = Math.Min(index.RowCount, SampleRecords);
        for (var r = 0; r < rows; r++)
        {
            for (var c = 1; c < index.CellCount(r); c++)
            {
                var (start, end) = index.Cell(r, c);
                if (end < head.Length && (start >= end || head[start] != ' '))
                {
                    return false;
                }
            }
        }

        return rows >= leastRows;
    }

    private readonly record struct Candidate(CsvDialect? Dialect, int Rows, int Cells, double Consistency, double Issues)
    {
        /// <summary>Several columns of equal count and no stray quotes win; later candidates must be clearly better.</summary>
        public bool IsBetterThan(Candidate other) => Value > other.Value + 1e-9;

        // A space or apostrophe is an ordinary character of text, so they must earn more.
        private double Value => (Cells > 1 ? 1 + (Math.Min(Cells, 50) / 1000.0) : 0.24)
            * Consistency / (1 + (3 * Issues))
            * (Dialect!.Delimiter == ' ' ? (Cells > 2 && Rows > 1 ? 0.6 : 0.2) : 1) * (Dialect.Quote == '\'' ? 0.95 : 1) * (Dialect.Escape == '\\' ? 0.95 : 1);
    }
}
