using System.Runtime.CompilerServices;

namespace MlOps.Tabular;

/// <summary>Finds where a piece of text can be cut between two records, by the same rules as <see cref="PlainIndexer"/>.</summary>
internal static class RecordCutter
{
    /// <summary>Length up to and with the last line end that ends a record; 0 when there is none. The text starts at the start of a record and goes on.</summary>
    public static int Cut(ReadOnlySpan<byte> text, CsvDialect dialect)
    {
        // A return at the very end may be half of CR LF.
        var known = text.Length > 0 && text[^1] == '\r' ? text[..^1] : text;
        if (dialect.Quote == '\0' || !known.Contains(dialect.QuoteByte))
        {
            return known.LastIndexOfAny((byte)'\n', (byte)'\r') + 1;
        }

        var cut = 0;
        var from = 0;
        while (true)
        {
            var quote = FindOpening(known, from, dialect);
            var outside = known[from..(quote < 0 ? known.Length : quote)];
            var last = outside.LastIndexOfAny((byte)'\n', (byte)'\r');
            cut = last >= 0 ? from + last + 1 : cut;
            if (quote < 0)
            {
                return cut;
            }

            from = FindClosing(text, quote + 1, dialect);
            if (from < 0 || from >= known.Length)
            {
                return cut;
            }
        }
    }

    /// <summary>A quote at the start of a cell; others are text.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)] // quick from its first call
    private static int FindOpening(ReadOnlySpan<byte> text, int from, CsvDialect dialect)
    {
        for (var at = from; at < text.Length;)
        {
            var next = text[at..].IndexOf(dialect.QuoteByte);
            if (next < 0)
            {
                return -1;
            }

            at += next;
            var before = at - 1;
            while (dialect.SkipSpaceAfterDelimiter && before >= 0 && text[before] == ' ')
            {
                before--;
            }

            if (before < 0 || text[before] == dialect.DelimiterByte || text[before] is (byte)'\n' or (byte)'\r')
            {
                return at;
            }

            at++;
        }

        return -1;
    }

    /// <summary>Position after the closing quote; -1 when it is not (surely) in the text.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)] // quick from its first call
    private static int FindClosing(ReadOnlySpan<byte> text, int from, CsvDialect dialect)
    {
        var escape = dialect.Escape == '\0' ? dialect.QuoteByte : dialect.EscapeByte;
        for (var at = from; at < text.Length;)
        {
            var next = text[at..].IndexOfAny(dialect.QuoteByte, escape);
            if (next < 0)
            {
                return -1;
            }

            at += next;
            if (text[at] != dialect.QuoteByte)
            {
                at += 2;
            }
            else if (at + 1 == text.Length)
            {
                return -1; // perhaps the first half of a doubled quote
            }
            else if (text[at + 1] == dialect.QuoteByte)
            {
                at += 2;
            }
            else
            {
                return at + 1;
            }
        }

        return -1;
    }
}
