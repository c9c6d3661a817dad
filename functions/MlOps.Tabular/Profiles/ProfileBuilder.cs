namespace MlOps.Tabular;

/// <summary>
/// Profiles tables or CSV files in one pass and bounded memory. Builders of parts merge into one of the whole. The result does not depend on threads;
/// estimates may differ within their bounds by how the parts were cut. Not thread-safe.
/// </summary>
public sealed class ProfileBuilder
{
    private const int MostLabels = 64;
    private readonly string? _label;
    private readonly List<ColumnProfiler> _columns = [];
    private readonly Dictionary<string, ColumnProfiler> _byName = new(StringComparer.Ordinal);
    private long _rows;
    private long _errors;

    /// <summary>Starts a profile.</summary>
    /// <param name="label">Name of the label column, for the association of the others with it; may be absent from the data.</param>
    public ProfileBuilder(string? label = null)
    {
        _label = label;
    }

    /// <summary>Profiles a whole file, keeping no more than a few blocks of it in memory.</summary>
    /// <param name="stream">The file.</param>
    /// <param name="options">How to read.</param>
    /// <param name="label">Name of the label column.</param>
    /// <param name="ct">Cancels between blocks.</param>
    /// <exception cref="CsvException">As <see cref="CsvFile.ReadTable"/>.</exception>
    public static TableProfile Profile(Stream stream, CsvReadOptions? options = null, string? label = null, CancellationToken ct = default)
    {
        var builder = new ProfileBuilder(label);
        builder.Add(stream, options, ct);
        return builder.Build();
    }

    /// <summary>Adds the rows of a file, keeping no more than a few blocks of it in memory.</summary>
    /// <param name="stream">The file.</param>
    /// <param name="options">How to read.</param>
    /// <param name="ct">Cancels between blocks.</param>
    /// <returns>The errors of the reader, at most <see cref="CsvReadOptions.MaxErrors"/>.</returns>
    /// <exception cref="CsvException">As <see cref="CsvFile.ReadTable"/>.</exception>
    public IReadOnlyList<CsvError> Add(Stream stream, CsvReadOptions? options = null, CancellationToken ct = default) => Add(stream, options, null, ct);

    /// <summary>Adds the rows of a file and holds them against a schema in the same pass, keeping no more than a few blocks of it in memory.</summary>
    /// <param name="stream">The file.</param>
    /// <param name="options">How to read.</param>
    /// <param name="schema">What the file should look like.</param>
    /// <param name="ct">Cancels between blocks.</param>
    /// <returns>The errors of the reader, at most <see cref="CsvReadOptions.MaxErrors"/>, and how the file differs from the schema.</returns>
    /// <exception cref="CsvException">As <see cref="CsvFile.ReadTable"/>.</exception>
    public (IReadOnlyList<CsvError> Errors, IReadOnlyList<SchemaFinding> Findings) AddAndValidate(Stream stream, CsvReadOptions? options, TableSchema schema, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(schema);
        using var validation = SchemaValidation.OfBlocks(schema);
        var errors = Add(stream, SchemaValidation.Options(options ?? new CsvReadOptions(), schema), validation, ct);
        return (errors, validation.Finish());
    }

    private List<CsvError> Add(Stream stream, CsvReadOptions? options, SchemaValidation? validation, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(stream);
        options ??= new CsvReadOptions();
        var errors = new List<CsvError>();
        var scan = new BlockScan(options, BlockReader.DefaultBlockBytes, IndexerFactory.Best);
        scan.Run(
            stream,
            (result, line) =>
            {
                errors.AddRange(result.Errors.Take(Math.Max(options.MaxErrors - errors.Count, 0)).Select(e => e with { Line = e.Line + line }));
                if (result.Derived is Table part)
                {
                    Add(part);
                    validation?.Add(new Table(part.Columns, Array.ConvertAll(result.Lines, l => l + line), part.RowCount));
                }
            },
            (result, header) => new Table([.. result.Chunks.Select((c, i) => ColumnJoin.Own(header.Plans[i].Name, c))], null, result.Lines.Length),
            ct);
        _errors += scan.ErrorCount;
        return errors;
    }

    /// <summary>Adds the rows of a table.</summary>
    /// <param name="table">The rows.</param>
    public void Add(Table table)
    {
        ArgumentNullException.ThrowIfNull(table);
        _rows += table.RowCount;
        var label = _label is null ? null : table.Find(_label);
        var labelNumbers = label is NumberColumn n ? n.Values : [];
        var labelTexts = label is null ? null : AsTexts(label);
        foreach (var column in table.Columns)
        {
            var profiler = Find(column.Name);
            switch (column)
            {
                case NumberColumn numbers:
                    profiler.Add(numbers.Values, labelNumbers, numbers.Kind);
                    break;
                case TextColumn texts:
                    profiler.Add(texts.Codes, texts.Categories, labelTexts?.Codes ?? [], labelTexts?.Categories ?? []);
                    break;
            }
        }
    }

    /// <summary>Adds what another builder has gathered.</summary>
    /// <param name="other">With the same label.</param>
    public void Merge(ProfileBuilder other)
    {
        ArgumentNullException.ThrowIfNull(other);
        _rows += other._rows;
        _errors += other._errors;
        foreach (var column in other._columns)
        {
            Find(column.Name).Merge(column);
        }
    }

    /// <summary>The profile of everything added.</summary>
    public TableProfile Build() =>
        new(_rows, _errors, _label, KllSketch.RankError, HyperLogLog.StandardError, [.. _columns.Select(c => c.Build(_label))]);

    private ColumnProfiler Find(string name)
    {
        if (!_byName.TryGetValue(name, out var profiler))
        {
            profiler = new ColumnProfiler(name);
            _byName.Add(name, profiler);
            _columns.Add(profiler);
        }

        return profiler;
    }

    /// <summary>A label of few values as texts; else nothing, for a measure between categories would mean nothing.</summary>
    private static TextColumn? AsTexts(Column label)
    {
        if (label is TextColumn texts)
        {
            return texts.Categories.Count <= MostLabels ? texts : null;
        }

        var numbers = ((NumberColumn)label).Values;
        var seen = new HashSet<double>();
        foreach (var value in numbers)
        {
            if (!double.IsNaN(value) && seen.Add(value) && seen.Count > MostLabels)
            {
                return null;
            }
        }

        return TextColumn.FromTexts(label.Name, Enumerable.Range(0, label.RowCount).Select(label.Text));
    }
}
