namespace MlOps.Tabular;

/// <summary>
/// Holds a file against a schema part by part, in memory that does not grow with the file: findings are counted as rows pass, and what shows only at the
/// end (missing rates, types, repeated rows) is told by <see cref="Finish"/>. Not thread-safe.
/// </summary>
public sealed class SchemaValidation : IDisposable
{
    private readonly TableSchema _schema;
    private readonly IReadOnlyDictionary<string, string>? _knownIds;
    private readonly List<ColumnCheck> _columns = [];
    private readonly Dictionary<string, ColumnCheck> _byName = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ColumnSchema> _expected;
    private readonly LeakCheck _leaks;
    private readonly DuplicateSearch _rowHashes = new();
    private readonly DuplicateSearch _idHashes = new();
    private readonly bool _refine;
    private long _rows;
    private long _known;
    private (long Line, string Id)? _firstKnown;

    /// <summary>Starts with no rows.</summary>
    /// <param name="schema">The schema.</param>
    /// <param name="knownIds">Ids of other files that may not come again, with the name of their file; by the text of the id.</param>
    public SchemaValidation(TableSchema schema, IReadOnlyDictionary<string, string>? knownIds = null)
        : this(schema, knownIds, refine: false)
    {
    }

    private SchemaValidation(TableSchema schema, IReadOnlyDictionary<string, string>? knownIds, bool refine)
    {
        ArgumentNullException.ThrowIfNull(schema);
        _schema = schema;
        _knownIds = knownIds;
        _refine = refine;
        _expected = schema.Columns.ToDictionary(c => c.Name, StringComparer.Ordinal);
        _leaks = new LeakCheck(schema);
    }

    /// <summary>For the blocks of a file, which come without whole-file types: dates and booleans are still text in them.</summary>
    internal static SchemaValidation OfBlocks(TableSchema schema) => new(schema, null, refine: true);

    /// <summary>How a file must be read so that its blocks can be held against a schema: what is text in the schema stays text in every block.</summary>
    internal static CsvReadOptions Options(CsvReadOptions options, TableSchema schema)
    {
        var kinds = schema.Columns.Where(c => c.Type == "text").ToDictionary(c => c.Name, _ => ColumnKind.Text, StringComparer.Ordinal);
        foreach (var (name, kind) in options.Kinds ?? new Dictionary<string, ColumnKind>())
        {
            kinds[name] = kind;
        }

        return options with { Kinds = kinds };
    }

    /// <summary>Adds the next rows of the file.</summary>
    /// <param name="part">The rows, with their line numbers. All parts have the same columns.</param>
    public void Add(Table part)
    {
        ArgumentNullException.ThrowIfNull(part);
        var columns = part.Columns;
        if (_refine)
        {
            columns = [.. columns.Select(c => c is TextColumn t && _expected.GetValueOrDefault(c.Name)?.Type is "date" or "boolean" ? KindInference.Refine(t) : c)];
            part = new Table(columns, part.LineNumbers, part.RowCount);
        }

        foreach (var column in columns)
        {
            if (!_byName.TryGetValue(column.Name, out var check))
            {
                check = new ColumnCheck(column.Name, _expected.GetValueOrDefault(column.Name), _schema);
                _byName.Add(column.Name, check);
                _columns.Add(check);
            }

            check.Add(column, part.LineNumbers);
        }

        _rows += part.RowCount;
        _leaks.Add(part);
        if (_schema.Levels.GetValueOrDefault(SchemaRules.DuplicateRow, FindingLevel.Warning) != FindingLevel.Ignore)
        {
            RowHash.AddTo(_rowHashes, columns, _expected, part.LineNumbers);
        }

        if (_schema.Id is { } id && part.Find(id) is { } ids)
        {
            RowHash.AddTo(_idHashes, [ids], _expected, part.LineNumbers);
            AddKnown(ids, part.LineNumbers);
        }
    }

    /// <summary>What was found.</summary>
    /// <returns>Findings other than those to be ignored, errors first, then in the order of the rules.</returns>
    public IReadOnlyList<SchemaFinding> Finish()
    {
        var findings = new FindingCollector(_schema);
        ColumnChecks.Check(_schema, _columns, findings);
        foreach (var column in _schema.Columns)
        {
            if (_byName.TryGetValue(column.Name, out var check) && _rows > 0)
            {
                check.Report(findings);
            }
        }

        _leaks.Report(_rows, findings);
        ReportRows(findings);
        return findings.Sorted();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _rowHashes.Dispose();
        _idHashes.Dispose();
    }

    private void AddKnown(Column ids, long[] lines)
    {
        if (_knownIds is not { Count: > 0 })
        {
            return;
        }

        for (var r = 0; r < ids.RowCount; r++)
        {
            if (ids.Text(r) is { } text && _knownIds.ContainsKey(text))
            {
                _firstKnown ??= (lines[r], text);
                _known++;
            }
        }
    }

    private void ReportRows(FindingCollector findings)
    {
        var rows = _rowHashes.Find();
        if (rows.Count > 0)
        {
            findings.Add(SchemaRules.DuplicateRow, null, rows.Line, rows.Count, Remark.Of("schema-repeated-rows", "{rows} {rows|row repeats|rows repeat} another row in every cell; {rows|it|the first} repeats line {line}.", ("rows", rows.Count), ("line", rows.EarlierLine)));
        }

        if (_schema.Id is not { } id)
        {
            return;
        }

        var ids = _idHashes.Find();
        if (ids.Count > 0)
        {
            findings.Add(SchemaRules.DuplicateId, id, ids.Line, ids.Count, Remark.Of("schema-repeated-ids", "{ids} {ids|id occurs|ids occur} more than once; {ids|it|the first} stands on line {line} already.", ("ids", ids.Count), ("line", ids.EarlierLine)));
        }

        if (_firstKnown is var (line, text))
        {
            findings.Add(SchemaRules.DuplicateId, id, line, _known, Remark.Of("schema-known-ids", "{ids} {ids|id|ids} came in other files already; {ids|it is|the first,} '{id}', in {file}.", ("ids", _known), ("id", text), ("file", _knownIds![text])));
        }
    }
}
