using MlOps.Tabular;

namespace MlOps.Pipeline.Drafts;

/// <summary>Reads a file for a draft: a few times over, since what a cell is depends on what it is taken for.</summary>
public static class DraftReading
{
    private static readonly CsvReadOptions Options = new() { ComposeNames = true };

    /// <summary>Drafts a definition.</summary>
    /// <param name="open">Opens the file at its beginning, each time it is asked.</param>
    /// <param name="name">Name of the pipeline.</param>
    /// <param name="source">Name of the file, for the comment.</param>
    /// <param name="label">Label column; <see langword="null"/> to guess.</param>
    /// <param name="id">Id column; <see langword="null"/> to guess.</param>
    /// <param name="cancellation">Stops the reading.</param>
    /// <returns>The draft, and the table as it was read.</returns>
    /// <exception cref="DraftException">A named column is absent, or no column can be the label.</exception>
    /// <exception cref="CsvException">The file is no CSV.</exception>
    public static (DefinitionDraft Draft, CsvTable Csv) Read(Func<Stream> open, string name, string source, string? label, string? id, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(open);
        var csv = Table(Options);
        // Once more with texts such as NA as they stand: an id or a class may be called so.
        var raw = Table(Options with { MissingMarkers = [""] }).Table;
        var draft = DefinitionDraft.From(
            name, source, csv, label?.Composed(), id?.Composed(), raw,
            column => Table(Options with { Columns = new HashSet<string> { column }, Kinds = new Dictionary<string, ColumnKind> { [column] = ColumnKind.Text } }).Table.Find(column) as TextColumn);
        return (draft, csv);

        CsvTable Table(CsvReadOptions options)
        {
            using var stream = open();
            return CsvFile.ReadTable(stream, options, cancellation);
        }
    }
}
