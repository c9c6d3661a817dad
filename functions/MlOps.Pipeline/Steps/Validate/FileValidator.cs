using MlOps.Pipeline.Definitions;
using MlOps.Tabular;

namespace MlOps.Pipeline.Steps.Validate;

/// <summary>What a file turned out to be.</summary>
/// <param name="Table">The used columns and all rows; <see langword="null"/> where the file is refused.</param>
/// <param name="Schema">Schema of an accepted history or period.</param>
/// <param name="Rows">Rows that are used; of a refused file, rows that were read.</param>
/// <param name="HasLabel">Whether the label column is there.</param>
/// <param name="Errors">Why it is refused.</param>
/// <param name="Warnings">What is odd about it.</param>
internal sealed record ValidatedFile(
    Table? Table, FileSchema? Schema, long Rows, bool HasLabel, FindingList Errors, FindingList Warnings)
{
    public bool Accepted => Errors.Count == 0;

    /// <summary>Rows that could not be used, set aside.</summary>
    public IReadOnlyList<RejectedRow> Quarantined { get; init; } = [];

    /// <summary>The file's header as it stands there.</summary>
    public string HeaderText { get; init; } = "";
}

/// <summary>Judges one file against the definition and, for a period, the history's schema. Any error refuses the file whole.</summary>
internal static class FileValidator
{
    public static ValidatedFile Validate(
        Stream stream, PipelineDefinition definition, FileSchema? history, int threads, CancellationToken cancellation = default)
    {
        var errors = new FindingList();
        var warnings = new FindingList();
        var refused = new ValidatedFile(null, null, 0, false, errors, warnings);
        var head = new byte[(int)Math.Min(4096, stream.Length)];
        stream.ReadExactly(head);
        stream.Position = 0;
        if (ByteCheck.Find(head, stream.Length, definition.Csv) is { } finding)
        {
            errors.Add(finding);
            return refused;
        }

        CsvTable file;
        try
        {
            file = CsvFile.ReadTable(stream, Options(definition, history, threads), cancellation);
        }
        catch (CsvException e)
        {
            foreach (var error in e.Errors)
            {
                errors.Add(ToFinding(error));
            }

            return refused;
        }

        return Check(file, definition, history, errors, warnings);
    }

    private static ValidatedFile Check(
        CsvTable file, PipelineDefinition definition, FileSchema? history, FindingList errors, FindingList warnings)
    {
        var refused = new ValidatedFile(null, null, file.RecordCount, false, errors, warnings);
        if (file.Header.Count > HeaderCheck.MaxColumns)
        {
            errors.Add("too-many-columns", $"The header has {file.Header.Count} columns; at most {HeaderCheck.MaxColumns} are taken.", line: 1);
            return refused;
        }

        var used = HeaderCheck.Check(file.Header, definition, history, errors, warnings);
        var setAside = MayBeSetAside(file, definition) ? file.Rejected : [];
        AddReaderErrors(file, setAside.Count == 0 ? errors : warnings);
        if (file.RecordCount == 0)
        {
            errors.Add("header-only", "The file has a header and no rows.", line: 1);
        }

        if (errors.Findings.Any(e => e.Code is "missing-column" or "duplicate-column" or "header-only") || file.Table.RowCount == 0)
        {
            // Without its columns nothing more can be said about the rows.
            return refused;
        }

        var header = file.Header.ToList();
        int ColumnOf(string name) => header.IndexOf(name) + 1;
        var table = file.Table.Select(used.Select(u => u.Name));
        if (definition.Id is { } id)
        {
            IdCheck.Check(table, id, ColumnOf(id), errors);
        }

        var hasLabel = used.Any(u => u.Role == ColumnRole.Label);
        var classes = hasLabel
            ? LabelCheck.Check(table, definition, history, ColumnOf(definition.Label), errors, warnings)
            : history?.LabelClasses;
        if (history is null)
        {
            var features = used.Where(u => u.Role == ColumnRole.Feature && !definition.Categorical.Contains(u.Name, StringComparer.Ordinal));
            MixedColumnCheck.Check(table, [.. features.Select(u => u.Name)], ColumnOf, errors);
        }
        else
        {
            RangeCheck.Check(table, history, ColumnOf, warnings);
        }

        return errors.Count > 0
            ? refused with { HasLabel = hasLabel }
            : new ValidatedFile(
                table, SchemaOf(table, used, classes, file.Dialect.Delimiter), table.RowCount, hasLabel, errors, warnings)
            {
                Quarantined = setAside,
                HeaderText = file.HeaderText,
            };
    }

    // A doubled column is an error of the header: no row is to blame for it.
    private static bool MayBeSetAside(CsvTable file, PipelineDefinition definition) =>
        file.Rejected.Count > 0
        && file.Table.RowCount > 0
        && file.Rejected.Count <= definition.Quarantine * file.RecordCount;

    private static CsvReadOptions Options(PipelineDefinition definition, FileSchema? history, int threads)
    {
        var kinds = new Dictionary<string, ColumnKind>(StringComparer.Ordinal);
        foreach (var column in history?.Columns ?? [])
        {
            kinds[column.Name] = column.Kind;
        }

        // Ids and classes are names: '007' must not become 7.
        kinds[definition.Label] = definition.Task == TaskKind.Regression ? ColumnKind.Number : ColumnKind.Text;
        if (definition.Id is { } id)
        {
            kinds[id] = ColumnKind.Text;
        }

        var csv = definition.Csv;
        HashSet<string>? columns = history is not null ? [.. history.Columns.Select(c => c.Name)]
            : definition.Features is { } features ? [.. features, definition.Label, definition.Id ?? definition.Label]
            : null;
        return new CsvReadOptions
        {
            Delimiter = csv.Delimiter ?? history?.Delimiter,
            Quote = csv.Quote,
            Encoding = csv.Encoding,
            MissingMarkers = csv.Missing is null ? null : ["", .. csv.Missing],
            Columns = columns,
            Kinds = kinds,
            MaxErrors = FindingList.Kept,
            KeepRejectedRows = true,
            Threads = threads,
        };
    }

    private static void AddReaderErrors(CsvTable file, FindingList errors)
    {
        foreach (var error in file.Errors)
        {
            // The header check reports doubled columns itself.
            if (error.Code != CsvErrorCodes.DuplicateColumn)
            {
                errors.Add(ToFinding(error));
            }
        }

        errors.AddUncounted(file.ErrorCount - file.Errors.Count);
    }

    private static Finding ToFinding(CsvError error) =>
        new(error.Code == CsvErrorCodes.WrongKind ? "text-in-number" : error.Code, error.Line, error.Column, error.ColumnName, error.Message, error.Text);

    private static FileSchema SchemaOf(
        Table table, IReadOnlyList<(string Name, ColumnRole Role)> used, IReadOnlyList<string>? classes, char delimiter)
    {
        var columns = used.Select(u =>
        {
            var column = table[u.Name];
            if (u.Role != ColumnRole.Feature || column is not NumberColumn numbers)
            {
                return new SchemaColumn(u.Name, column.Kind, u.Role);
            }

            var (least, most) = RangeCheck.Range(numbers.Values);
            return new SchemaColumn(u.Name, column.Kind, u.Role, least, most);
        });
        return new FileSchema([.. columns], classes, delimiter, table.RowCount);
    }
}
