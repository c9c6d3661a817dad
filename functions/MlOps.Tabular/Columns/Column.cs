namespace MlOps.Tabular;

/// <summary>One named column of a <see cref="Table"/>: immutable, safe to read from several threads.</summary>
public abstract class Column
{
    private protected Column(string name, ColumnKind kind, int rowCount)
    {
        ArgumentNullException.ThrowIfNull(name);
        Name = name;
        Kind = kind;
        RowCount = rowCount;
    }

    /// <summary>The name as the header spells it.</summary>
    public string Name { get; }

    /// <summary>What the cells are.</summary>
    public ColumnKind Kind { get; }

    /// <summary>Number of cells.</summary>
    public int RowCount { get; }

    /// <summary>Whether the cell is missing.</summary>
    /// <param name="row">Row, from 0.</param>
    public abstract bool IsMissing(int row);

    /// <summary>The cell as text, <see langword="null"/> when missing; numbers in their shortest exact form.</summary>
    /// <param name="row">Row, from 0.</param>
    public abstract string? Text(int row);

    /// <summary>Number of missing cells.</summary>
    public abstract int MissingCount { get; }

    /// <summary>The same cells under another name.</summary>
    /// <param name="name">The new name.</param>
    public abstract Column Rename(string name);

    internal abstract Column TakeRows(ReadOnlySpan<int> rows);
}
