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

    /// <summary>What a file like this looks like, by its values; of an accepted file.</summary>
    public TableSchema? Learned { get; init; }

    /// <summary>Writes the cells that are kept beside the table; <see langword="null"/> where there are none.</summary>
    public Action<Stream>? Rescued { get; init; }
}

/// <summary>What a period is held against.</summary>
/// <param name="Schema">Columns of the history and what they are for.</param>
/// <param name="Values">What the history's values look like: learned, or edited by a person.</param>
/// <param name="Ids">Ids of the history with the name of their file.</param>
internal sealed record KnownHistory(FileSchema Schema, TableSchema? Values = null, IReadOnlyDictionary<string, string>? Ids = null)
{
    /// <summary>Whether what the file itself looks like is of use; of the rows of a request it is not.</summary>
    public bool Learns { get; init; } = true;
}

/// <summary>Judges one file against the definition and, for a period, the history's schema. Any error refuses the file whole.</summary>
internal static class FileValidator
{
    public static ValidatedFile Validate(
        Stream stream, PipelineDefinition definition, KnownHistory? history, int threads, CancellationToken cancellation = default)
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
        IReadOnlyList<string> retyped = [];
        try
        {
            var options = Options(definition, history?.Schema, threads);
            options = WithAdded(options, stream, definition, history?.Schema);
            file = Read(options);
            if (history is not null && definition.Schema.Policy != SchemaPolicy.Unset)
            {
                retyped = RetypedColumns.Find(Read, options, file);
                if (retyped.Count > 0 && definition.Schema.IsLenient)
                {
                    var kinds = new Dictionary<string, ColumnKind>(options.Kinds!, StringComparer.Ordinal);
                    foreach (var name in retyped)
                    {
                        kinds[name] = ColumnKind.Text;
                    }

                    file = Read(options with { Kinds = kinds });
                }
            }
        }
        catch (CsvException e)
        {
            foreach (var error in e.Errors)
            {
                errors.Add(ToFinding(error));
            }

            return refused;
        }

        return Check(file, retyped, definition, history, errors, warnings);

        CsvTable Read(CsvReadOptions options)
        {
            stream.Position = 0;
            return CsvFile.ReadTable(stream, options, cancellation);
        }
    }

    private static ValidatedFile Check(
        CsvTable file, IReadOnlyList<string> retyped, PipelineDefinition definition, KnownHistory? known, FindingList errors, FindingList warnings)
    {
        var history = known?.Schema;
        var refused = new ValidatedFile(null, null, file.RecordCount, false, errors, warnings);
        if (file.Header.Count > HeaderCheck.MaxColumns)
        {
            errors.Add("too-many-columns", $"The header has {file.Header.Count} columns; at most {HeaderCheck.MaxColumns} are taken.", line: 1);
            return refused;
        }

        var used = HeaderCheck.Check(file.Header, definition, history, errors, warnings);
        foreach (var name in retyped)
        {
            var level = definition.Schema.LevelOf(SchemaRules.RetypedColumn);
            if (level != FindingLevel.Ignore)
            {
                var outcome = definition.Schema.IsLenient ? "these count as missing" : "correct the cells";
                (level == FindingLevel.Error ? errors : warnings).Add(
                    SchemaRules.RetypedColumn, $"Column '{name}' holds numbers in initial.csv, and here most of its cells are none; {outcome}.", name, file.Header.ToList().IndexOf(name) + 1, 1);
            }
        }

        var setAside = MayBeSetAside(file, definition) ? file.Rejected : [];
        AddReaderErrors(file, setAside.Count == 0 ? errors : warnings);
        if (file.RecordCount == 0)
        {
            errors.Add("header-only", "The file has a header and no rows.", line: 1);
        }

        if (errors.Findings.Any(e => e.Code is "missing-column" or "renamed-column" or "duplicate-column" or "header-only") || file.Table.RowCount == 0)
        {
            // Without its columns nothing more can be said about the rows.
            return refused;
        }

        var header = file.Header.ToList();
        int ColumnOf(string name) => header.IndexOf(name) + 1;
        var table = file.Table.Select(used.Select(u => u.Name));
        if (retyped.Count > 0 && definition.Schema.IsLenient)
        {
            table = new Table([.. table.Columns.Select(c => retyped.Contains(c.Name, StringComparer.Ordinal) ? RetypedColumns.ToNumbers((TextColumn)c) : c)], table.LineNumbers, table.RowCount);
        }

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

        TableSchema? learned = null;
        if (errors.Count == 0)
        {
            learned = known is { Learns: false } ? null : SchemaCheck.Learn(table, definition);
            SchemaCheck.Check(table, known?.Values ?? learned ?? throw new ArgumentException("Rows without a schema are learned from.", nameof(known)), definition, known?.Ids, ColumnOf, errors, warnings);
        }

        return errors.Count > 0
            ? refused with { HasLabel = hasLabel }
            : new ValidatedFile(
                table, known is { Learns: false } ? null : SchemaOf(table, used, classes, file.Dialect.Delimiter), table.RowCount, hasLabel, errors, warnings)
            {
                Quarantined = setAside,
                HeaderText = file.HeaderText,
                Learned = learned,
                Rescued = definition.Schema.Policy == SchemaPolicy.Rescue && history is not null ? Rescue(file.Table, definition, history, file.Header, retyped) : null,
            };
    }

    private static Action<Stream>? Rescue(Table file, PipelineDefinition definition, FileSchema history, IReadOnlyList<string> header, IReadOnlyList<string> retyped)
    {
        var added = HeaderCheck.Added(header, definition, history).Where(n => file.Find(n) is TextColumn).ToList();
        return added.Count + retyped.Count == 0 ? null : stream => RetypedColumns.WriteRescued(stream, file, definition.Id, added, retyped);
    }

    /// <summary>Added columns are read only where the policy has a use for them; what is to be rescued is kept as it stands.</summary>
    private static CsvReadOptions WithAdded(CsvReadOptions options, Stream stream, PipelineDefinition definition, FileSchema? history)
    {
        if (history is null || definition.Schema.Policy is not (SchemaPolicy.Add or SchemaPolicy.Rescue))
        {
            return options;
        }

        var header = CsvFile.ReadRecords(stream, options).FirstOrDefault() ?? [];
        stream.Position = 0;
        var added = HeaderCheck.Added(header, definition, history);
        var kinds = new Dictionary<string, ColumnKind>(options.Kinds!, StringComparer.Ordinal);
        if (definition.Schema.Policy == SchemaPolicy.Rescue)
        {
            foreach (var name in added)
            {
                kinds[name] = ColumnKind.Text;
            }
        }

        return options with { Columns = [.. options.Columns!, .. added], Kinds = kinds };
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
            : definition.Features is { } features ? [.. features, .. definition.GroupColumns, definition.Label, definition.Id ?? definition.Label, definition.Split.Group ?? definition.Label]
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

            var (least, most) = NumberRange.Of(numbers.Values);
            return new SchemaColumn(u.Name, column.Kind, u.Role, least, most);
        });
        return new FileSchema([.. columns], classes, delimiter, table.RowCount);
    }
}
