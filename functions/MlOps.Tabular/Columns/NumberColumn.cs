using System.Globalization;

namespace MlOps.Tabular;

/// <summary>A column of numbers (or of truth values or dates, which are kept as numbers: see <see cref="ColumnKind"/>).</summary>
public sealed class NumberColumn : Column
{
    // A table of a hundred such columns takes a quarter of the memory.
    private const int ColumnsInMemory = 400;
    private const int LeastLarge = 100_000;

    private readonly Lazy<(bool IsInteger, int Missing)> _facts;
    private readonly Lock _joining = new();
    private NumberChunk[]? _chunks;
    private double[]? _values;
    private PackedNumbers? _packed;
    private WeakReference<double[]>? _made;

    /// <summary>Makes a column.</summary>
    /// <param name="name">Column name.</param>
    /// <param name="values">The cells, NaN where missing. Kept, not copied.</param>
    /// <param name="kind">Number, Boolean or Date.</param>
    /// <exception cref="ArgumentException"><paramref name="kind"/> is <see cref="ColumnKind.Text"/>.</exception>
    public NumberColumn(string name, double[] values, ColumnKind kind = ColumnKind.Number)
        : base(name, kind, values?.Length ?? 0)
    {
        ArgumentNullException.ThrowIfNull(values);
        if (kind == ColumnKind.Text)
        {
            throw new ArgumentException("A column of numbers cannot be of kind Text.", nameof(kind));
        }

        _values = values;
        _facts = new(FindFacts);
    }

    /// <summary>A column as it was read: narrow chunks, joined when first asked for.</summary>
    internal NumberColumn(string name, NumberChunk[] chunks, int rowCount)
        : base(name, ColumnKind.Number, rowCount)
    {
        _chunks = chunks;
        _facts = new(FindFacts);
    }

    /// <summary>A column as it was stored: packed, until its cells are first asked for.</summary>
    /// <exception cref="InvalidDataException">The bytes are not those of so many rows.</exception>
    internal NumberColumn(string name, byte layout, byte[] packed, int rowCount, ColumnKind kind)
        : base(name, kind, rowCount)
    {
        NumberLayout.Check(layout, packed, rowCount);
        _packed = rowCount < Large ? new PackedNumbers(layout, packed) : PackedNumbers.Narrowest(layout, packed, rowCount);
        _facts = new(FindFacts);
    }

    private NumberColumn(string name, PackedNumbers packed, int rowCount, ColumnKind kind)
        : base(name, kind, rowCount)
    {
        _packed = packed;
        _facts = new(FindFacts);
    }

    /// <summary>
    /// The cells, NaN where missing. Do not change. A column that comes from a file is held more narrowly until this is first asked for; a long one stays as narrow
    /// as it is, and who reads its cells one by one asks once for all of them.
    /// </summary>
    public double[] Values => _values ?? (_made is { } made && made.TryGetTarget(out var values) ? values : Join());

    /// <summary>Copies the cells of some rows. A column that comes from a file or was stored stays as narrow as it is.</summary>
    /// <param name="rows">Indices of the rows.</param>
    /// <param name="target">Receives their cells; as long as <paramref name="rows"/>.</param>
    public void CopyTo(ReadOnlySpan<int> rows, Span<double> target)
    {
        if (_packed is { } packed)
        {
            packed.CopyTo(rows, target);
            return;
        }

        var values = Values;
        for (var i = 0; i < rows.Length; i++)
        {
            target[i] = values[rows[i]];
        }
    }

    /// <summary>
    /// Columns of so many rows stay narrow: their cells as doubles are made when they are asked for and let go when memory is short. It depends on the memory that this
    /// process may use.
    /// </summary>
    internal static int Large { get; set; } =
        (int)Math.Clamp(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / sizeof(double) / ColumnsInMemory, LeastLarge, int.MaxValue);

    /// <summary>Whether every cell that is not missing is a whole number.</summary>
    public bool IsInteger => _facts.Value.IsInteger;

    /// <inheritdoc/>
    public override int MissingCount => _facts.Value.Missing;

    /// <inheritdoc/>
    public override bool IsMissing(int row) => double.IsNaN(Values[row]);

    /// <inheritdoc/>
    public override string? Text(int row)
    {
        var value = Values[row];
        return double.IsNaN(value) ? null : CellFormat.Text(value, Kind);
    }

    /// <inheritdoc/>
    public override Column Rename(string name) => _packed is { } packed ? new NumberColumn(name, packed, RowCount, Kind) : Of(name, Values, Kind);

    /// <summary>A column of values that nobody else holds: narrow where it is long.</summary>
    internal static NumberColumn Of(string name, double[] values, ColumnKind kind) =>
        values.Length < Large ? new(name, values, kind) : new(name, PackedNumbers.Narrowest(values), values.Length, kind);

    internal override Column TakeRows(ReadOnlySpan<int> rows)
    {
        var values = new double[rows.Length];
        CopyTo(rows, values);
        return Of(Name, values, Kind);
    }

    private double[] Join()
    {
        lock (_joining)
        {
            if (_values is { } known || (_made is { } made && made.TryGetTarget(out known)))
            {
                return known;
            }

            var values = _packed is { } packed ? packed.Unpack(RowCount) : Join(_chunks!);
            if (RowCount < Large)
            {
                (_values, _packed, _chunks) = (values, null, null);
            }
            else
            {
                _made = new WeakReference<double[]>(values);
            }

            return values;
        }
    }

    private double[] Join(NumberChunk[] chunks)
    {
        var values = GC.AllocateUninitializedArray<double>(RowCount);
        var at = 0;
        foreach (var chunk in chunks)
        {
            chunk.CopyTo(values.AsSpan(at));
            at += chunk.RowCount;
        }

        return values;
    }

    private (bool IsInteger, int Missing) FindFacts()
    {
        var whole = true;
        var missing = 0;
        foreach (var value in Values)
        {
            if (double.IsNaN(value))
            {
                missing++;
            }
            else if (value != Math.Floor(value))
            {
                whole = false;
            }
        }

        return (whole, missing);
    }
}

/// <summary>How a number of a column is written as text: shortest form that reads back to the same bits.</summary>
internal static class CellFormat
{
    public static string Text(double value, ColumnKind kind) => kind switch
    {
        ColumnKind.Boolean => value != 0 ? "true" : "false",
        ColumnKind.Date => Date(value),
        _ => value.ToString("R", CultureInfo.InvariantCulture),
    };

    private static string Date(double seconds)
    {
        var ticks = DateTime.UnixEpoch.Ticks + (Math.Round(seconds * 1e6) * 10);
        if (!(ticks >= DateTime.MinValue.Ticks && ticks <= DateTime.MaxValue.Ticks))
        {
            return seconds.ToString("R", CultureInfo.InvariantCulture);
        }

        var time = new DateTime((long)ticks, DateTimeKind.Utc);
        return time.TimeOfDay == TimeSpan.Zero
            ? time.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)
            : time.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFF'Z'", CultureInfo.InvariantCulture);
    }
}
