namespace MlOps.Tabular;

/// <summary>
/// The columns that a join makes of one column of the side table through one window, while they are filled: each row once, by any thread. They are made
/// together, so that the cells that a row sees are read once.
/// </summary>
internal abstract class SideAggregates(IReadOnlyList<Aggregate> aggregates)
{
    /// <summary>The columns to make; all of the same column and window.</summary>
    protected IReadOnlyList<Aggregate> Aggregates { get; } = aggregates;

    /// <summary>How far back events are seen, in seconds.</summary>
    public double Window => Aggregates[0].Window;

    /// <summary>Sets the cells of a row that has no key or no time.</summary>
    public abstract void SetMissing(int row);

    /// <summary>Sets the cells of a row from the side rows that it sees.</summary>
    /// <param name="row">Row of the main table.</param>
    /// <param name="seen">What it sees.</param>
    /// <param name="from">The first of the seen rows that is in the window.</param>
    public abstract void Set(int row, SeenRows seen, int from);

    /// <summary>The columns, once every row is set.</summary>
    public abstract IEnumerable<Column> Finish();

    /// <summary>Empty columns of so many rows.</summary>
    /// <param name="aggregates">What they are; all of the same column and window.</param>
    /// <param name="side">The side table's column in the table's order; <see langword="null"/> where the table has no rows at all.</param>
    /// <param name="rows">Rows of the main table.</param>
    /// <exception cref="ArgumentException">A function does not fit the column.</exception>
    public static SideAggregates Of(IReadOnlyList<Aggregate> aggregates, Column? side, int rows)
    {
        if (side is not TextColumn texts)
        {
            return new NumberAggregates(aggregates, (side as NumberColumn)?.Values ?? [], rows);
        }

        var unfit = aggregates.FirstOrDefault(a => a.Function is not (AggregateFunction.Last or AggregateFunction.Count or AggregateFunction.Distinct or AggregateFunction.Share));
        return unfit is null
            ? new TextAggregates(aggregates, texts, rows)
            : throw new ArgumentException($"'{unfit.Column}' holds texts, of which there is no {unfit.Function}.", nameof(aggregates));
    }

    /// <summary>How many different numbers there are; orders them.</summary>
    protected static int Distinct(Span<double> values)
    {
        values.Sort();
        var distinct = values.Length > 0 ? 1 : 0;
        for (var i = 1; i < values.Length; i++)
        {
            distinct += values[i] != values[i - 1] ? 1 : 0;
        }

        return distinct;
    }
}
