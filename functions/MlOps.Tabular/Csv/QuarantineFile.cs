using System.Globalization;
using System.Text;

namespace MlOps.Tabular;

/// <summary>
/// The rows of a file that could not be used, as a CSV that a person corrects and sends back: columns line, column, rule, message and text. The first
/// row holds the header of the file, so that the rest can be read by itself. Only the column text is read back.
/// </summary>
public static class QuarantineFile
{
    /// <summary>The header of every quarantine file, by which one is recognised.</summary>
    public const string Header = "quarantine_line,quarantine_column,quarantine_rule,quarantine_message,quarantine_text";

    private const string HeaderRule = "header";
    private const string KeepThisRow = "keep this row; it names the columns of ";

    /// <summary>Writes the rows.</summary>
    /// <param name="stream">Written from its current position; stays open.</param>
    /// <param name="header">The header record of the file as it stands there.</param>
    /// <param name="rows">The rows.</param>
    /// <param name="source">What identifies the file that the rows are from, such as its hash; comes back with <see cref="Read"/>.</param>
    public static void Write(Stream stream, string header, IEnumerable<RejectedRow> rows, string source = "")
    {
        ArgumentNullException.ThrowIfNull(rows);
        // The text must come back as it is, so formulas are not guarded here.
        using var writer = new CsvWriter(stream, new CsvWriteOptions { GuardFormulas = false });
        foreach (var name in Header.Split(','))
        {
            writer.Write(name);
        }

        writer.EndRecord();
        One(new RejectedRow(1, 0, HeaderRule, KeepThisRow + source, header));
        foreach (var row in rows)
        {
            One(row);
        }

        void One(RejectedRow row)
        {
            writer.Write(row.Line);
            writer.Write((long)row.Column);
            writer.Write(row.Rule);
            writer.Write(row.Message);
            writer.Write(row.Text);
            writer.EndRecord();
        }
    }

    /// <summary>Whether the file starts like a quarantine file.</summary>
    /// <param name="start">The file's first bytes.</param>
    public static bool IsQuarantine(ReadOnlySpan<byte> start)
    {
        var text = Encoding.UTF8.GetString(start[..Math.Min(start.Length, 128)]).TrimStart('\uFEFF').Replace("\"", "", StringComparison.Ordinal);
        return text.StartsWith("quarantine_line", StringComparison.Ordinal);
    }

    /// <summary>Reads a quarantine file, corrected; a spreadsheet may have changed its delimiter, quotes and encoding.</summary>
    /// <param name="quarantine">What <see cref="Write"/> wrote.</param>
    /// <exception cref="CsvException">Not a quarantine file, or the row with the header is gone.</exception>
    public static Quarantine Read(Stream quarantine)
    {
        Dictionary<string, int>? places = null;
        (string Header, string Source)? first = null;
        var rows = new List<RejectedRow>();
        foreach (var record in CsvFile.ReadRecords(quarantine))
        {
            if (places is null)
            {
                places = Places(record);
                continue;
            }

            var text = record.ElementAtOrDefault(places["text"]) ?? "";
            var rule = record.ElementAtOrDefault(places["rule"]) ?? "";
            var message = record.ElementAtOrDefault(places["message"]) ?? "";
            if (first is null)
            {
                first = rule == HeaderRule
                    ? (text, message.StartsWith(KeepThisRow, StringComparison.Ordinal) ? message[KeepThisRow.Length..] : "")
                    : throw new CsvException(CsvErrorCodes.NotCsv, 2, 0, Remark.Of("csv-quarantine-header", "The first row of the quarantine file, which holds the header of the original, is gone. Take the file again and correct only the column quarantine_text."));
                continue;
            }

            // A row whose text was emptied is given up for now: it stays in quarantine.
            if (!string.IsNullOrWhiteSpace(text))
            {
                _ = long.TryParse(record.ElementAtOrDefault(places["line"]), CultureInfo.InvariantCulture, out var line);
                rows.Add(new RejectedRow(line, 0, rule, message, text.TrimEnd('\r', '\n')));
            }
        }

        return first is { } found
            ? new Quarantine(found.Source, found.Header, rows)
            : throw new CsvException(CsvErrorCodes.Empty, 1, 0, Remark.Of("csv-quarantine-empty", "The quarantine file has no rows."));
    }

    /// <summary>The corrected rows alone as a CSV of the original form: its header and below it every row's text, UTF-8, LF.</summary>
    /// <param name="quarantine">The corrected file.</param>
    /// <param name="target">Written from its current position; stays open.</param>
    /// <returns>Number of rows without the header.</returns>
    /// <exception cref="CsvException">As <see cref="Read"/>.</exception>
    public static int ReadBack(Stream quarantine, Stream target)
    {
        ArgumentNullException.ThrowIfNull(target);
        var read = Read(quarantine);
        foreach (var text in read.Rows.Select(r => r.Text).Prepend(read.HeaderText))
        {
            target.Write(Encoding.UTF8.GetBytes(text + "\n"));
        }

        return read.Rows.Count;
    }

    /// <summary>
    /// The original with the corrected rows in the place of the bad ones, UTF-8 with byte-order mark, LF. The same inputs give the same bytes. Bad rows
    /// that were not corrected stay as they are; rows whose line was changed by hand stand at the end.
    /// </summary>
    /// <param name="original">The file that the rows are from.</param>
    /// <param name="quarantine">The corrected rows.</param>
    /// <param name="target">Written from its current position; stays open.</param>
    /// <param name="options">How the original is written.</param>
    /// <exception cref="CsvException">The original is not readable as CSV at all.</exception>
    public static void Merge(Stream original, Quarantine quarantine, Stream target, CsvReadOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(quarantine);
        ArgumentNullException.ThrowIfNull(target);
        var corrected = quarantine.Rows.GroupBy(r => r.Line).ToDictionary(g => g.Key, g => g.Select(r => r.Text).ToList());
        target.Write([0xEF, 0xBB, 0xBF]);
        using var reader = new BlockReader(original, options ?? new CsvReadOptions());
        var block = new TextBlock();
        var index = new RecordIndex();
        var line = reader.FirstLine;
        while (reader.Next(block))
        {
            IndexerFactory.Index(IndexerFactory.Best, block.Buffer, TextBlock.Margin, block.Length, reader.Dialect, index);
            for (var r = 0; r < index.RowCount; r++)
            {
                if (corrected.Remove(line + index.RowLine[r], out var texts))
                {
                    WriteLines(target, texts);
                    continue;
                }

                target.Write(block.Text[index.RowStart[r]..index.RowEnd(r)]);
                target.WriteByte((byte)'\n');
            }

            line += index.LineCount;
        }

        foreach (var rest in corrected.OrderBy(c => c.Key))
        {
            WriteLines(target, rest.Value);
        }
    }

    private static void WriteLines(Stream target, List<string> texts)
    {
        foreach (var text in texts)
        {
            target.Write(Encoding.UTF8.GetBytes(text + "\n"));
        }
    }

    private static Dictionary<string, int> Places(string[] header)
    {
        var places = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var name in (string[])["line", "rule", "message", "text"])
        {
            places[name] = Array.IndexOf(header, "quarantine_" + name);
            if (places[name] < 0)
            {
                throw new CsvException(CsvErrorCodes.NotCsv, 1, 0, Remark.Of("csv-no-quarantine", "This is not a quarantine file: its header must be {header}.", ("header", Header)));
            }
        }

        return places;
    }
}

/// <summary>What a quarantine file holds.</summary>
/// <param name="Source">What identifies the original file; empty if nothing was said.</param>
/// <param name="HeaderText">The original's header record as it stands there.</param>
/// <param name="Rows">The rows, corrected; rule and message are those of the first verdict.</param>
public sealed record Quarantine(string Source, string HeaderText, IReadOnlyList<RejectedRow> Rows);
