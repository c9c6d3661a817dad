namespace MlOps.Tabular;

/// <summary>Recognises what people send instead of CSV files, to say so rather than to report thousands of bad rows.</summary>
internal static class ForeignFormats
{
    /// <summary>Throws when the text is clearly something else.</summary>
    public static void Refuse(ReadOnlySpan<byte> head)
    {
        if (Utf7.Is(head))
        {
            throw new CsvException(CsvErrorCodes.Encoding, 1, 0, Remark.Of("csv-utf7", "The file is written in UTF-7, which is not read: names and texts would be others. Save it as UTF-8."), CellDecoder.Excerpt(head[..Math.Min(head.Length, 40)]));
        }

        var name = Name(head);
        if (name is not null)
        {
            throw new CsvException(CsvErrorCodes.NotCsv, 1, 0, Remark.Of("csv-other-format", "This is not a CSV file but {format}. Send the table as comma-separated text.", ("format", name)), CellDecoder.Excerpt(head[..Math.Min(head.Length, 40)]));
        }
    }

    private static Remark? Name(ReadOnlySpan<byte> head)
    {
        if (head.StartsWith("PK\u0003\u0004"u8))
        {
            return Remark.Of("format-zip", "a zip archive or an Excel workbook (xlsx)");
        }

        if (head.StartsWith((ReadOnlySpan<byte>)[0xD0, 0xCF, 0x11, 0xE0]))
        {
            return Remark.Of("format-xls", "an old Excel workbook (xls)");
        }

        if (head.StartsWith("%PDF-"u8))
        {
            return Remark.Of("format-pdf", "a PDF");
        }

        if (head.StartsWith("PAR1"u8) || head.StartsWith("SQLite format 3"u8))
        {
            return Remark.Of("format-parquet", "a Parquet or SQLite file");
        }

        var text = head.TrimStart(" \t\r\n"u8);
        if (StartsWithAny(text, "<!doctype", "<html", "<?xml", "<head", "<body"))
        {
            return Remark.Of("format-html", "a web page or XML document (perhaps an error page saved under this name)");
        }

        if (text.Length > 1 && text[0] is (byte)'{' or (byte)'[')
        {
            var next = text[1..].TrimStart(" \t\r\n"u8);
            if (!next.IsEmpty && (text[0], next[0]) is ((byte)'{', (byte)'"') or ((byte)'[', (byte)'{') or ((byte)'[', (byte)'['))
            {
                return Remark.Of("format-json", "JSON");
            }
        }

        return IsBinary(head) ? Remark.Of("format-binary", "binary data") : null;
    }

    /// <summary>More than two in a hundred bytes (and more than three) are control characters that no text file holds.</summary>
    private static bool IsBinary(ReadOnlySpan<byte> head)
    {
        var controls = 0;
        foreach (var b in head)
        {
            controls += b is < 9 or (> 13 and < 26) ? 1 : 0;
        }

        return controls > 3 && controls * 50L > head.Length;
    }

    private static bool StartsWithAny(ReadOnlySpan<byte> text, params ReadOnlySpan<string> starts)
    {
        foreach (var start in starts)
        {
            if (text.Length >= start.Length && CellDecoder.Text(text[..start.Length]).Equals(start, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }
}
