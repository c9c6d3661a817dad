namespace MlOps.Tabular;

/// <summary>How to read a CSV file. Whatever is left <see langword="null"/> is found out from the file.</summary>
public sealed record CsvReadOptions
{
    /// <summary>Spellings of a missing cell that are understood when <see cref="MissingMarkers"/> is not given.</summary>
    public static IReadOnlyList<string> DefaultMissingMarkers { get; } =
        ["", "NA", "N/A", "#N/A", "NaN", "nan", "NAN", "-nan", "null", "NULL", "Null", "None", "<NA>", "n/a"];

    /// <summary>The field delimiter, an ASCII character; guessed from comma, semicolon, tab, bar, caret, unit separator and space.</summary>
    public char? Delimiter { get; init; }

    /// <summary>The quote, an ASCII character; guessed (double quote, else apostrophe). '\0' means that nothing is quoted.</summary>
    public char? Quote { get; init; }

    /// <summary>The escape character inside quotes, besides the doubled quote; guessed (none, else backslash). '\0' means none.</summary>
    public char? Escape { get; init; }

    /// <summary>Name of the encoding, as .NET knows it ("utf-8", "shift_jis", "windows-31j", "iso-8859-1", "utf-16" …). A byte-order mark wins.</summary>
    public string? Encoding { get; init; }

    /// <summary>Whether the first record names the columns; else they are named column1, column2 ….</summary>
    public bool HasHeader { get; init; } = true;

    /// <summary>Cells that count as missing, compared exactly (after trimming spaces); default <see cref="DefaultMissingMarkers"/>.</summary>
    public IReadOnlyList<string>? MissingMarkers { get; init; }

    /// <summary>Only these columns are parsed and kept; names that the file lacks are left out silently (see the table's columns).</summary>
    public IReadOnlyCollection<string>? Columns { get; init; }

    /// <summary>Declared kinds by column name: a cell that does not parse is an error and its row is left out. Others are inferred over the whole file.</summary>
    public IReadOnlyDictionary<string, ColumnKind>? Kinds { get; init; }

    /// <summary>How numbers are written in every column that <see cref="Formats"/> says nothing else of; <see langword="null"/> for plain numbers.</summary>
    public NumberNotation? Numbers { get; init; }

    /// <summary>How single columns are written, by name; names that the file lacks are passed over.</summary>
    public IReadOnlyDictionary<string, ColumnFormat>? Formats { get; init; }

    /// <summary>Whether the names of the header are composed (Unicode form C), so that one name is one name however it was typed.</summary>
    public bool ComposeNames { get; init; }

    /// <summary>Infer <see cref="ColumnKind.Boolean"/> and <see cref="ColumnKind.Date"/> for text columns that hold nothing else; by default they stay text.</summary>
    public bool InferBooleansAndDates { get; init; }

    /// <summary>How a quote inside an unquoted cell, or text after a closing quote, is taken: an error of the row, or kept as it stands.</summary>
    public bool KeepStrayQuotes { get; init; }

    /// <summary>Rows shorter than the header are filled with missing cells, longer ones cut if the surplus is empty; default: an error of the row.</summary>
    public bool RepairRaggedRows { get; init; }

    /// <summary>Whether every row that is left out is kept whole in <see cref="CsvTable.Rejected"/>, whatever <see cref="MaxErrors"/> says; default no.</summary>
    public bool KeepRejectedRows { get; init; }

    /// <summary>How many errors are kept in detail (all are counted), 0 or more; default 1,000.</summary>
    public int MaxErrors { get; init; } = 1000;

    /// <summary>A longer cell is an error of its row; bytes of UTF-8; default 1 MiB.</summary>
    public long MaxFieldBytes { get; init; } = 1 << 20;

    /// <summary>A longer record makes the file unreadable, because memory is bounded by it; bytes of UTF-8; default 8 MiB.</summary>
    public long MaxRecordBytes { get; init; } = 8 << 20;

    /// <summary>Threads that parse, 1 or more; the result does not depend on it. Default: all processors.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;
}
