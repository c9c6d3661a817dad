namespace MlOps.Tabular;

/// <summary>One thing that is wrong in a CSV file, worded for the person who can fix it.</summary>
/// <param name="Code">Stable code of the kind of error: a constant of <see cref="CsvErrorCodes"/>.</param>
/// <param name="Line">1-based line of the file on which the record (or the offending cell) starts; 0 = the file as a whole.</param>
/// <param name="Column">1-based field in the record; 0 = the whole line.</param>
/// <param name="ColumnName">Name of that column, where there is one.</param>
/// <param name="Message">What is wrong and what was expected.</param>
/// <param name="Text">The offending text (the cell, or the record), cut after 200 characters.</param>
/// <param name="Remark">The message with a code, to be worded in other languages; <see langword="null"/> where there is none.</param>
public sealed record CsvError(string Code, long Line, int Column, string? ColumnName, string Message, string? Text, Remark? Remark = null)
{
    internal static CsvError Of(string code, long line, int column, string? columnName, Remark remark, string? text) =>
        new(code, line, column, columnName, remark.ToString(), text, remark);

    /// <summary>Line, column and message in one sentence.</summary>
    public override string ToString() => (Line, Column) switch
    {
        (0, _) => Message,
        (_, 0) => $"line {Line}: {Message}",
        _ => $"line {Line}, column {Column}{(ColumnName is null ? "" : $" ({ColumnName})")}: {Message}",
    };
}

/// <summary>The kinds of error that the reader reports.</summary>
public static class CsvErrorCodes
{
    /// <summary>The file has no record at all.</summary>
    public const string Empty = "empty-file";

    /// <summary>The bytes are something else: a web page, JSON, a workbook, an archive, binary data.</summary>
    public const string NotCsv = "not-a-csv";

    /// <summary>Bytes that are not valid in the file's encoding.</summary>
    public const string Encoding = "invalid-encoding";

    /// <summary>A gzip file is damaged or cut off.</summary>
    public const string Gzip = "damaged-gzip";

    /// <summary>A quote was opened and never closed.</summary>
    public const string UnclosedQuote = "unclosed-quote";

    /// <summary>Text follows a closing quote within a cell.</summary>
    public const string TextAfterQuote = "text-after-quote";

    /// <summary>A quote stands inside an unquoted cell.</summary>
    public const string StrayQuote = "stray-quote";

    /// <summary>A record has fewer or more cells than the header.</summary>
    public const string Ragged = "ragged-row";

    /// <summary>A cell holds a NUL byte.</summary>
    public const string Nul = "nul-byte";

    /// <summary>A cell is longer than allowed.</summary>
    public const string FieldTooLong = "field-too-long";

    /// <summary>A record is longer than allowed.</summary>
    public const string RecordTooLong = "record-too-long";

    /// <summary>A cell of a column declared as a number, truth value or date is none.</summary>
    public const string WrongKind = "wrong-kind";

    /// <summary>Two columns have the same name.</summary>
    public const string DuplicateColumn = "duplicate-column";

    /// <summary>A row repeats the header.</summary>
    public const string RepeatedHeader = "repeated-header";
}

/// <summary>The file cannot be read as CSV at all.</summary>
public sealed class CsvException : Exception
{
    /// <summary>Makes the exception.</summary>
    /// <param name="errors">At least one error; the first becomes the message.</param>
    public CsvException(IReadOnlyList<CsvError> errors)
        : base(errors is { Count: > 0 } ? errors[0].ToString() : throw new ArgumentException("At least one error is needed.", nameof(errors)))
    {
        Errors = errors;
    }

    internal CsvException(string code, long line, int column, Remark remark, string? text = null)
        : this([CsvError.Of(code, line, column, null, remark, text)])
    {
    }

    /// <summary>What is wrong.</summary>
    public IReadOnlyList<CsvError> Errors { get; }
}
