namespace MlOps.Tabular;

/// <summary>One delivery of a side table: the rows of one of its files.</summary>
public sealed class SideRows
{
    /// <summary>Takes the rows of a file. All are of equal length and kept, not copied.</summary>
    /// <param name="keys">What each row belongs to; a row without a key is never seen.</param>
    /// <param name="times">When what the row tells of took place, in seconds since 1970-01-01T00:00:00Z; a row with NaN is never seen.</param>
    /// <param name="known">From when on the row was known, in the same seconds; NaN for as soon as it took place.</param>
    /// <param name="values">The other columns.</param>
    /// <exception cref="ArgumentException">Lengths differ.</exception>
    public SideRows(TextColumn keys, double[] times, double[] known, Table values)
    {
        ArgumentNullException.ThrowIfNull(keys);
        ArgumentNullException.ThrowIfNull(times);
        ArgumentNullException.ThrowIfNull(known);
        ArgumentNullException.ThrowIfNull(values);
        if (times.Length != keys.RowCount || known.Length != keys.RowCount || values.RowCount != keys.RowCount)
        {
            throw new ArgumentException($"{keys.RowCount} keys, {times.Length} times, {known.Length} times of being known and {values.RowCount} rows of values.", nameof(values));
        }

        (Keys, Times, Known, Values) = (keys, times, known, values);
    }

    /// <summary>What each row belongs to.</summary>
    public TextColumn Keys { get; }

    /// <summary>When what a row tells of took place.</summary>
    public double[] Times { get; }

    /// <summary>From when on a row was known.</summary>
    public double[] Known { get; }

    /// <summary>The other columns.</summary>
    public Table Values { get; }
}
