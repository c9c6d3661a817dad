using MlOps.Pipeline.Artifacts;
using MlOps.Pipeline.Definitions;
using MlOps.Pipeline.Steps.Labels;
using MlOps.Pipeline.Wording;
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

/// <summary>Judges one file against the definition and, for a period, the history's schema. Any error refuses the file whole.</summary>
internal static class FileValidator
{
    public static ValidatedFile Validate(
        Stream stream, PipelineDefinition definition, KnownHistory? history, int threads, CancellationToken cancellation = default) =>
        Validate(stream, definition, history, threads, [], cancellation);

    /// <summary>The same for a table that was made of something else, some of which could not become rows.</summary>
    /// <param name="stream">The table.</param>
    /// <param name="definition">Definition.</param>
    /// <param name="history">What a period is held against; <see langword="null"/> for the history itself.</param>
    /// <param name="threads">Threads for reading.</param>
    /// <param name="lost">What could not become a row: each counts as an unusable one.</param>
    /// <param name="cancellation">Stops the reading.</param>
    public static ValidatedFile Validate(
        Stream stream, PipelineDefinition definition, KnownHistory? history, int threads, IReadOnlyList<Finding> lost, CancellationToken cancellation = default)
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

        try
        {
            var read = FileReading.Read(stream, definition, history?.Schema, threads, warnings, cancellation);
            if (history is not null && HeaderPlace.Find(stream, read.File, history.Schema) is { } misplaced)
            {
                errors.Add(misplaced, line: 1);
                return refused with { Rows = read.File.RecordCount };
            }

            return Check(read, definition, history, lost, errors, warnings);
        }
        catch (CsvException e)
        {
            foreach (var error in e.Errors)
            {
                errors.Add(ToFinding(error));
            }

            return refused;
        }
    }

    private static ValidatedFile Check(
        ReadFile read, PipelineDefinition definition, KnownHistory? known, IReadOnlyList<Finding> lost, FindingList errors, FindingList warnings)
    {
        var (file, retyped) = (read.File, read.Retyped);
        var history = known?.Schema;
        var refused = new ValidatedFile(null, null, file.RecordCount + lost.Count, false, errors, warnings);
        if (file.Header.Count > HeaderCheck.MaxColumns)
        {
            errors.Add(Sentence.Of("too-many-columns", ("count", file.Header.Count), ("most", HeaderCheck.MaxColumns)), line: 1);
            return refused;
        }

        var used = HeaderCheck.Check(file.Header, definition, history, errors, warnings);
        foreach (var name in retyped)
        {
            var level = definition.Schema.LevelOf(SchemaRules.RetypedColumn);
            if (level != FindingLevel.Ignore)
            {
                (level == FindingLevel.Error ? errors : warnings).Add(
                    Sentence.Of(definition.Schema.IsLenient ? "retyped-missing" : "retyped-correct", ("column", name)), name, file.Header.ToList().IndexOf(name) + 1, 1, code: SchemaRules.RetypedColumn);
            }
        }

        IReadOnlyList<RejectedRow> rejected = lost.Count == 0 ? file.Rejected : [.. file.Rejected, .. lost.Select(f => new RejectedRow(f.Line, f.Column, f.Code, f.Message, f.Text ?? ""))];
        var setAside = MayBeSetAside(file, rejected.Count, lost.Count, definition) ? rejected : [];
        AddReaderErrors(file, setAside.Count == 0 ? errors : warnings);
        foreach (var finding in lost)
        {
            (setAside.Count == 0 ? errors : warnings).Add(finding);
        }

        if (file.RecordCount == 0 && lost.Count == 0)
        {
            errors.Add(Sentence.Of("header-only"), line: 1);
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

        table = CellValues.Settle(table, used, definition, history);
        var hasLabel = used.Any(u => u.Role == ColumnRole.Label);
        if (hasLabel && table[definition.Label] is TextColumn label)
        {
            var classesKnown = history is null ? null : new LabelValues(history.LabelClasses ?? []);
            var settled = LabelMarkers.Settle(label, definition, classesKnown, said => warnings.Add(said, label.Name, ColumnOf(label.Name), code: "label-marker"));
            // Blanks around a class are no part of it.
            table = new Table([.. table.Columns.Select(c => c == label ? CellValues.Trimmed(settled) : c)], table.LineNumbers, table.RowCount);
        }

        if (definition.Id is { } id)
        {
            IdCheck.Check(table, id, ColumnOf(id), errors);
        }

        var classes = hasLabel
            ? LabelCheck.Check(table, definition, history, ColumnOf(definition.Label), errors, warnings)
            : history?.LabelClasses;
        if (history is null)
        {
            var features = used.Where(u => u.Role == ColumnRole.Feature && !definition.Categorical.Contains(u.Name, StringComparer.Ordinal));
            MixedColumnCheck.Check(table, [.. features.Select(u => u.Name)], ColumnOf, errors);
            var refusedColumns = errors.Findings.Select(e => e.ColumnName).ToHashSet(StringComparer.Ordinal);
            NumberMarkers.Tell(table, features.Select(u => u.Name).Where(n => !refusedColumns.Contains(n)), ColumnOf, warnings);
            if (errors.Count == 0)
            {
                WeakHistory.Check(table, [.. used.Where(u => u.Role == ColumnRole.Feature).Select(u => u.Name)], classes, definition, errors, warnings);
            }
        }

        TableSchema? learned = null;
        if (errors.Count == 0)
        {
            learned = known is { Learns: false } ? null : SchemaCheck.Learn(table, definition);
            SchemaCheck.Check(table, known?.Values ?? learned ?? throw new ArgumentException("Rows without a schema are learned from.", nameof(known)), definition, definition.Id is { } ids ? known?.Known(table[ids]) : null, ColumnOf, errors, warnings);
        }

        if (history is null && errors.Count == 0)
        {
            TellGiveaways(table, used, definition, errors, warnings);
        }

        return errors.Count > 0
            ? refused with { HasLabel = hasLabel }
            : new ValidatedFile(
                table, known is { Learns: false } ? null : SchemaOf(table, used, classes, file.Dialect.Delimiter, read.Forms, history), table.RowCount, hasLabel, errors, warnings)
            {
                Quarantined = setAside,
                HeaderText = file.HeaderText,
                Learned = learned,
                Rescued = definition.Schema.Policy == SchemaPolicy.Rescue && history is not null ? Rescue(file.Table, definition, history, file.Header, retyped) : null,
            };
    }

    /// <summary>Columns that give the label away only together, or in another way than by their order, which the schema's rule does not see.</summary>
    private static void TellGiveaways(Table table, IReadOnlyList<(string Name, ColumnRole Role)> used, PipelineDefinition definition, FindingList errors, FindingList warnings)
    {
        var level = definition.Schema.LevelOf(SchemaRules.LeakingColumn);
        if (level == FindingLevel.Ignore)
        {
            return;
        }

        var others = used.Where(u => u.Role is not (ColumnRole.Feature or ColumnRole.Label)).Select(u => u.Name).ToArray();
        foreach (var giveaway in GiveawaySearch.Find(table, definition.Label, others, definition.Task == TaskKind.Regression))
        {
            if (giveaway.Columns.Count == 1 && warnings.Findings.Concat(errors.Findings).Any(f => f.Code == SchemaRules.LeakingColumn && f.ColumnName == giveaway.Columns[0]))
            {
                continue;
            }

            var names = string.Join(", ", giveaway.Columns.Select(c => $"'{FindingList.Shorten(c, 60)}'"));
            (level == FindingLevel.Error ? errors : warnings).Add(
                Sentence.Of("gives-label-away", ("columns", names), ("evidence", Sentence.Of(giveaway.Remark)), ("names", string.Join(", ", giveaway.Columns))),
                giveaway.Columns[0], code: SchemaRules.LeakingColumn);
        }
    }

    private static Action<Stream>? Rescue(Table file, PipelineDefinition definition, FileSchema history, IReadOnlyList<string> header, IReadOnlyList<string> retyped)
    {
        var added = HeaderCheck.Added(header, definition, history).Where(n => file.Find(n) is TextColumn).ToList();
        return added.Count + retyped.Count == 0 ? null : stream => RetypedColumns.WriteRescued(stream, file, definition.Id, added, retyped);
    }

    // A doubled column is an error of the header: no row is to blame for it.
    private static bool MayBeSetAside(CsvTable file, int rejected, int lost, PipelineDefinition definition) =>
        rejected > 0
        && file.Table.RowCount > 0
        && rejected <= definition.Quarantine * (file.RecordCount + lost);

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

    internal static Finding ToFinding(CsvError error) =>
        new(
            error.Code == CsvErrorCodes.WrongKind ? "text-in-number" : error.Code, error.Line, error.Column, error.ColumnName, error.Message, error.Text,
            error.Remark is { } remark ? Sentence.Of(remark) : null);

    private static FileSchema SchemaOf(
        Table table, IReadOnlyList<(string Name, ColumnRole Role)> used, IReadOnlyList<string>? classes, char delimiter, IReadOnlyDictionary<string, WrittenForm> forms, FileSchema? history)
    {
        var columns = used.Select(u =>
        {
            var column = table[u.Name];
            var known = history?.Columns.FirstOrDefault(c => c.Name == u.Name);
            var form = known is null && forms.GetValueOrDefault(u.Name) is { Certain: true } found ? found : null;
            var schema = new SchemaColumn(
                u.Name, column.Kind, u.Role, null, null, form?.Numbers is { Times: true } ? null : form?.Numbers?.Decimal ?? known?.Decimal, form?.Numbers?.Thousands ?? known?.Thousands,
                column.Kind == ColumnKind.Date ? form?.Dates ?? known?.Dates ?? DateOrder.YearFirst : null,
                u.Role == ColumnRole.Feature ? known is null ? CellValues.Truth(column) ?? AnswerWords.Of(column) : known.Truth : null,
                form?.Unit ?? known?.Unit, form?.Numbers?.Times is true ? true : known?.Times);
            if (u.Role != ColumnRole.Feature || column is not NumberColumn { Kind: ColumnKind.Number } numbers)
            {
                return schema;
            }

            var (least, most) = NumberRange.Of(numbers.Values);
            return schema with { Minimum = least, Maximum = most };
        });
        return new FileSchema([.. columns], classes, delimiter, table.RowCount);
    }
}
