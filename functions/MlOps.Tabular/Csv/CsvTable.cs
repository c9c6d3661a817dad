namespace MlOps.Tabular;

/// <summary>A CSV file in columns, with everything that was wrong with it.</summary>
public sealed class CsvTable
{
    internal CsvTable(Table table, CsvDialect dialect, IReadOnlyList<string> header, IReadOnlyList<CsvError> errors, long errorCount, long recordCount, string headerText, IReadOnlyList<RejectedRow> rejected)
    {
        HeaderText = headerText;
        Rejected = rejected;
        Table = table;
        Dialect = dialect;
        Header = header;
        Errors = errors;
        ErrorCount = errorCount;
        RecordCount = recordCount;
    }

    /// <summary>The rows that could be used. A column whose name is empty is called column1, column2 … by its position; a second one of a name gets " (2)".</summary>
    public Table Table { get; }

    /// <summary>How the file is written.</summary>
    public CsvDialect Dialect { get; }

    /// <summary>The header as it stands in the file, all columns.</summary>
    public IReadOnlyList<string> Header { get; }

    /// <summary>The header record as it stands in the file; empty without header.</summary>
    public string HeaderText { get; }

    /// <summary>Every row that was left out, whole, in file order; empty unless <see cref="CsvReadOptions.KeepRejectedRows"/>.</summary>
    public IReadOnlyList<RejectedRow> Rejected { get; }

    /// <summary>What was wrong, in file order, at most <see cref="CsvReadOptions.MaxErrors"/>; the rows named are not in the table.</summary>
    public IReadOnlyList<CsvError> Errors { get; }

    /// <summary>Number of errors, also those beyond the limit.</summary>
    public long ErrorCount { get; }

    /// <summary>Records of the file without the header, usable or not; blank lines are no records.</summary>
    public long RecordCount { get; }

    /// <summary>The same file with another table of its rows.</summary>
    /// <param name="table">As many rows as before.</param>
    public CsvTable With(Table table) => new(table, Dialect, Header, Errors, ErrorCount, RecordCount, HeaderText, Rejected);
}
