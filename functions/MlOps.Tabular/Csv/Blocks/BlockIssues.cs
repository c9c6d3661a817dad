using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace MlOps.Tabular;

/// <summary>Finds what makes records of a block unusable, and words it.</summary>
internal static class BlockIssues
{
    /// <summary>Issues by position: those of the structure, NUL bytes, bytes that are not UTF-8, cells and records too long.</summary>
    public static List<Issue> Find(TextBlock block, RecordIndex index, CsvReadOptions options)
    {
        var text = block.Text;
        var issues = new List<Issue>(index.Issues);
        for (var at = 0; at < text.Length;)
        {
            var next = text[at..].IndexOf((byte)0);
            if (next < 0)
            {
                break;
            }

            issues.Add(new Issue(CsvErrorCodes.Nul, at + next));
            at += next + 1;
        }

        if (!Utf8.IsValid(text))
        {
            FindInvalid(text, issues);
        }

        // No cell can be too long in a block that is shorter than one.
        for (var r = text.Length > options.MaxFieldBytes || block.RecordTooLong ? 0 : index.RowCount; r < index.RowCount; r++)
        {
            var length = index.RowEnd(r) - index.RowStart[r];
            if (length > options.MaxRecordBytes || (block.RecordTooLong && r == index.RowCount - 1))
            {
                issues.Add(new Issue(CsvErrorCodes.RecordTooLong, index.RowStart[r]));
            }
            else if (length > options.MaxFieldBytes)
            {
                for (var c = 0; c < index.CellCount(r); c++)
                {
                    var (start, end) = index.Cell(r, c);
                    if (end - start > options.MaxFieldBytes)
                    {
                        issues.Add(new Issue(CsvErrorCodes.FieldTooLong, start));
                    }
                }
            }
        }

        // A record that ran over the limit is told as such; that a quote in it is still open follows from it.
        if (block.RecordTooLong)
        {
            issues.RemoveAll(i => i.Code == CsvErrorCodes.UnclosedQuote);
        }

        if (issues.Count > 1)
        {
            issues.Sort((a, b) => (a.Position, a.Code).CompareTo((b.Position, b.Code)));
        }

        return issues;
    }

    /// <summary>The error of an issue. A NUL or bad byte outside every record (on a line of its own) belongs to the record before.</summary>
    public static CsvError Describe(Issue issue, ReadOnlySpan<byte> text, RecordIndex index, long firstLine, IReadOnlyList<string>? header)
    {
        var row = Math.Max(index.RowAt(issue.Position), 0);
        var cell = index.CellAt(row, issue.Position);
        var (start, end) = index.Cell(row, cell);
        var line = firstLine + index.RowLine[row] + LineEnds(text[index.RowStart[row]..Math.Clamp(issue.Position, index.RowStart[row], text.Length)]);
        var name = header is not null && cell < header.Count ? header[cell] : null;
        var remark = issue.Code switch
        {
            CsvErrorCodes.UnclosedQuote => Remark.Of("csv-unclosed-quote", "a quote is opened here and never closed; everything after it would be one cell. Close the quote, or double it if it is part of the text."),
            CsvErrorCodes.TextAfterQuote => Remark.Of("csv-text-after-quote", "text follows the closing quote of this cell. Double a quote that is part of the text."),
            CsvErrorCodes.StrayQuote => Remark.Of("csv-stray-quote", "a quote stands inside a cell that does not begin with one. Put the cell in quotes and double the quote within."),
            CsvErrorCodes.Nul => Remark.Of("csv-nul", "the cell holds a NUL byte; the file may be damaged or of another encoding."),
            CsvErrorCodes.Encoding => Remark.Of("csv-encoding", "bytes here are not valid in the file's encoding. Save the file as UTF-8 or declare its encoding."),
            CsvErrorCodes.FieldTooLong => Remark.Of("csv-long-cell", "the cell is {bytes} bytes long, more than is allowed; a quote may be missing.", ("bytes", Spell(end - start))),
            CsvErrorCodes.RecordTooLong => Remark.Of("csv-long-record", "the record is {bytes} bytes long, more than is allowed; line ends or a quote may be missing.", ("bytes", Spell(index.RowEnd(row) - index.RowStart[row]))),
            _ => throw new ArgumentException($"'{issue.Code}' is no issue of a block.", nameof(issue)),
        };
        return CsvError.Of(issue.Code, line, cell + 1, name, remark, CellDecoder.Excerpt(text[start..end]));

        static string Spell(long bytes) => bytes.ToString("N0", System.Globalization.CultureInfo.InvariantCulture);
    }

    internal static int LineEnds(ReadOnlySpan<byte> text)
    {
        var lines = text.Count((byte)'\n');
        for (int at; (at = text.IndexOf((byte)'\r')) >= 0; text = text[(at + 1)..])
        {
            lines += at + 1 == text.Length || text[at + 1] != '\n' ? 1 : 0;
        }

        return lines;
    }

    private static void FindInvalid(ReadOnlySpan<byte> text, List<Issue> issues)
    {
        var reported = -1;
        for (var at = 0; at < text.Length;)
        {
            if (text[at] < 0x80)
            {
                var next = text[at..].IndexOfAnyExceptInRange((byte)0, (byte)0x7F);
                if (next < 0)
                {
                    return;
                }

                at += next;
            }

            var status = Rune.DecodeFromUtf8(text[at..], out _, out var used);
            if (status != OperationStatus.Done && at > reported)
            {
                issues.Add(new Issue(CsvErrorCodes.Encoding, at));
                reported = at + used; // a run of bad bytes is one error
            }

            at += Math.Max(used, 1);
        }
    }
}
