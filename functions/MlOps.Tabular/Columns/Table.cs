namespace MlOps.Tabular;

/// <summary>Columns of equal length with distinct names, and for each row the line of the file that it came from. Immutable.</summary>
public sealed class Table
{
    private readonly Dictionary<string, Column> _byName;

    /// <summary>Makes a table.</summary>
    /// <param name="columns">Columns of equal length with distinct names.</param>
    /// <param name="lineNumbers">For each row the 1-based line of its source file; without it the lines are unknown (0). Kept, not copied.</param>
    /// <param name="rowCount">Number of rows; needed only for a table without columns.</param>
    /// <exception cref="ArgumentException">Lengths differ or a name occurs twice.</exception>
    public Table(IReadOnlyList<Column> columns, long[]? lineNumbers = null, int? rowCount = null)
    {
        ArgumentNullException.ThrowIfNull(columns);
        RowCount = columns.Count > 0 ? columns[0].RowCount : rowCount ?? lineNumbers?.Length ?? 0;
        _byName = new(columns.Count, StringComparer.Ordinal);
        foreach (var column in columns)
        {
            if (column.RowCount != RowCount)
            {
                throw new ArgumentException($"Column '{column.Name}' has {column.RowCount} rows, the table {RowCount}.", nameof(columns));
            }

            if (!_byName.TryAdd(column.Name, column))
            {
                throw new ArgumentException($"Two columns are named '{column.Name}'.", nameof(columns));
            }
        }

        if (lineNumbers is not null && lineNumbers.Length != RowCount)
        {
            throw new ArgumentException($"{lineNumbers.Length} line numbers for {RowCount} rows.", nameof(lineNumbers));
        }

        Columns = columns;
        LineNumbers = lineNumbers ?? new long[RowCount];
    }

    /// <summary>The columns in file order.</summary>
    public IReadOnlyList<Column> Columns { get; }

    /// <summary>Number of rows.</summary>
    public int RowCount { get; }

    /// <summary>For each row the 1-based line of the source file on which it starts; 0 where unknown. Do not change.</summary>
    public long[] LineNumbers { get; }

    /// <summary>The column of that name.</summary>
    /// <param name="name">Name, case-sensitive.</param>
    /// <exception cref="KeyNotFoundException">There is none; the message lists what there is.</exception>
    public Column this[string name] => Find(name)
        ?? throw new KeyNotFoundException($"No column '{name}'. There are: {string.Join(", ", Columns.Select(c => c.Name).Take(200))}.");

    /// <summary>The column of that name, or <see langword="null"/>.</summary>
    /// <param name="name">Name, case-sensitive.</param>
    public Column? Find(string name) => _byName.GetValueOrDefault(name);

    /// <summary>The named columns, in the order asked for.</summary>
    /// <param name="names">Names of existing columns.</param>
    /// <exception cref="KeyNotFoundException">One does not exist.</exception>
    public Table Select(IEnumerable<string> names)
    {
        ArgumentNullException.ThrowIfNull(names);
        return new Table([.. names.Select(n => this[n])], LineNumbers, RowCount);
    }

    /// <summary>The named rows, in the order asked for.</summary>
    /// <param name="rows">Row indexes from 0; may repeat.</param>
    public Table TakeRows(ReadOnlySpan<int> rows)
    {
        var lines = new long[rows.Length];
        for (var i = 0; i < rows.Length; i++)
        {
            lines[i] = LineNumbers[rows[i]];
        }

        var columns = new Column[Columns.Count];
        for (var i = 0; i < columns.Length; i++)
        {
            columns[i] = Columns[i].TakeRows(rows);
        }

        return new Table(columns, lines, rows.Length);
    }

    /// <summary>
    /// The rows of all parts one below the other. Columns are matched by name and stand in order of first appearance; a part
    /// that lacks a column gives missing cells. Kinds that differ are widened: Boolean and Date with Number to Number,
    /// anything with Text to Text.
    /// </summary>
    /// <param name="parts">At least one table.</param>
    public static Table Concatenate(IReadOnlyList<Table> parts)
    {
        ArgumentNullException.ThrowIfNull(parts);
        ArgumentOutOfRangeException.ThrowIfZero(parts.Count);
        if (parts.Count == 1)
        {
            return parts[0];
        }

        var rows = 0;
        foreach (var part in parts)
        {
            rows = checked(rows + part.RowCount);
        }

        var names = parts.SelectMany(p => p.Columns).Select(c => c.Name).Distinct(StringComparer.Ordinal);
        var lines = new long[rows];
        var at = 0;
        foreach (var part in parts)
        {
            part.LineNumbers.CopyTo(lines, at);
            at += part.RowCount;
        }

        return new Table([.. names.Select(n => Concatenation.Column(n, parts, rows))], lines, rows);
    }

    /// <summary>Writes the table in its binary form: deterministic bytes, a checksum for each column.</summary>
    /// <param name="stream">Written from its current position; stays open.</param>
    public void Save(Stream stream) => TableFormat.Write(stream, RowCount, LineNumbers, Columns.Count, Columns);

    /// <summary>Writes a table whose columns are made one after the other, so that no two of them are held at once.</summary>
    /// <param name="stream">Target.</param>
    /// <param name="rows">Rows of each column.</param>
    /// <param name="count">How many columns there are.</param>
    /// <param name="columns">The columns.</param>
    /// <exception cref="ArgumentException">There are more or fewer columns.</exception>
    public static void Save(Stream stream, int rows, int count, IEnumerable<Column> columns) => TableFormat.Write(stream, rows, new long[rows], count, columns);

    /// <summary>Reads what <see cref="Save(Stream)"/> wrote.</summary>
    /// <param name="stream">Read from its current position.</param>
    /// <exception cref="InvalidDataException">The bytes are not a table, end early, or a part (named) was changed.</exception>
    public static Table Load(Stream stream) => TableFormat.Read(stream);
}
