using System.Text;

namespace MlOps.Tabular;

/// <summary>From the raw bytes of a cell to its content: quotes taken off, doubled quotes and escapes made single.</summary>
internal static class CellDecoder
{
    /// <summary>Content of a cell; a slice of <paramref name="raw"/> unless something has to be made single, then of <paramref name="buffer"/>.</summary>
    public static ReadOnlySpan<byte> Decode(ReadOnlySpan<byte> raw, CsvDialect dialect, ref byte[] buffer)
    {
        if (dialect.SkipSpaceAfterDelimiter)
        {
            raw = raw.TrimStart((byte)' ');
        }

        var quote = dialect.QuoteByte;
        if (dialect.Quote == '\0' || raw.IsEmpty || raw[0] != quote)
        {
            return raw;
        }

        var inner = raw[1..];
        var close = inner.IndexOf(quote);
        var escaped = dialect.Escape != '\0' && inner.Contains(dialect.EscapeByte);
        if (close >= 0 && close == inner.Length - 1 && !escaped)
        {
            return inner[..close];
        }

        if (buffer.Length < raw.Length)
        {
            buffer = new byte[raw.Length * 2];
        }

        var made = 0;
        var inside = true;
        for (var i = 0; i < inner.Length; i++)
        {
            var b = inner[i];
            if (inside && escaped && b == dialect.EscapeByte && i + 1 < inner.Length)
            {
                buffer[made++] = inner[++i];
            }
            else if (inside && b == quote)
            {
                if (i + 1 < inner.Length && inner[i + 1] == quote)
                {
                    buffer[made++] = quote;
                    i++;
                }
                else
                {
                    inside = false; // stray text after the closing quote is kept as it stands
                }
            }
            else
            {
                buffer[made++] = b;
            }
        }

        return buffer.AsSpan(0, made);
    }

    public static string Text(ReadOnlySpan<byte> content) => Encoding.UTF8.GetString(content);

    /// <summary>Text for a message: at most 200 characters.</summary>
    public static string Excerpt(ReadOnlySpan<byte> content)
    {
        var text = Encoding.UTF8.GetString(content[..Math.Min(content.Length, 800)]);
        return text.Length > 200 ? text[..200] + "…" : content.Length > 800 ? text + "…" : text;
    }
}
