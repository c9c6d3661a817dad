using System.Text;

namespace MlOps.Tabular;

/// <summary>A row that could not be used.</summary>
/// <param name="Line">1-based line of its file on which it starts.</param>
/// <param name="Column">1-based field of the first error; 0 = the whole row.</param>
/// <param name="Rule">Code of the first error.</param>
/// <param name="Message">What is wrong with it.</param>
/// <param name="Text">The row as it stands in the file, whole.</param>
public sealed record RejectedRow(long Line, int Column, string Rule, string Message, string Text);

/// <summary>
/// The rows of a file that could not be used, as a CSV that a person corrects and sends back: columns line, column, rule, message and text. The first
/// row holds the header of the file, so that the rest can be read by itself. Only the column text is read back.
/// </summary>
public static class QuarantineFile
{
    /// <summary>The header of every quarantine file, by which one is recognised.</summary>
    public const string Header = "quarantine_line,quarantine_column,quarantine_rule,quarantine_message,quarantine_text";

    private const string HeaderRule = "header";

    /// <summary>Writes the rows.</summary>
    /// <param name="stream">Written from its current position; stays open.</param>
    /// <param name="header">The header record of the file as it stands there.</param>
    /// <param name="rows">The rows.</param>
    public static void Write(Stream stream, string header, IEnumerable<RejectedRow> rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        // The text must come back as it is, so formulas are not guarded here.
        using var writer = new CsvWriter(stream, new CsvWriteOptions { GuardFormulas = false });
        foreach (var name in Header.Split(','))
        {
            writer.Write(name);
        }

        writer.EndRecord();
        One(new RejectedRow(1, 0, HeaderRule, "keep this row: it names the columns", header));
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

    /// <summary>Whether the file starts like a quarantine file. Reads up to 128 bytes.</summary>
    /// <param name="start">The file's first bytes.</param>
    public static bool IsQuarantine(ReadOnlySpan<byte> start)
    {
        var text = Encoding.UTF8.GetString(start[..Math.Min(start.Length, 128)]).TrimStart('\uFEFF').Replace("\"", "", StringComparison.Ordinal);
        return text.StartsWith("quarantine_line", StringComparison.Ordinal);
    }

    /// <summary>The corrected rows as a CSV of the original form: its header and below it every row's text, UTF-8, LF.</summary>
    /// <param name="quarantine">What <see cref="Write"/> wrote, corrected; a spreadsheet may have changed its delimiter and quotes.</param>
    /// <param name="target">Written from its current position; stays open.</param>
    /// <returns>Number of rows without the header.</returns>
    /// <exception cref="CsvException">Not a quarantine file, or the row with the header is gone.</exception>
    public static int ReadBack(Stream quarantine, Stream target)
    {
        ArgumentNullException.ThrowIfNull(target);
        var rows = 0;
        var text = -1;
        var rule = -1;
        var header = false;
        foreach (var record in CsvFile.ReadRecords(quarantine))
        {
            if (text < 0)
            {
                text = Array.IndexOf(record, "quarantine_text");
                rule = Array.IndexOf(record, "quarantine_rule");
                if (text < 0 || rule < 0)
                {
                    throw new CsvException(CsvErrorCodes.NotCsv, 1, 0, $"This is not a quarantine file: its header must be {Header}.");
                }

                continue;
            }

            if (record.Length <= Math.Max(text, rule) || string.IsNullOrWhiteSpace(record[text]))
            {
                continue; // a row whose text was emptied is given up
            }

            if (!header && record[rule] != HeaderRule)
            {
                throw new CsvException(CsvErrorCodes.NotCsv, 2, 0, "The first row of the quarantine file, which holds the header of the original, is gone. Take the file again and correct only the column quarantine_text.");
            }

            target.Write(Encoding.UTF8.GetBytes(record[text].TrimEnd('\r', '\n') + "\n"));
            rows += header ? 1 : 0;
            header = true;
        }

        return rows;
    }
}
