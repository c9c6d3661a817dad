namespace MlOps.Tabular;

/// <summary>The side rows that one row of the main table sees, and room to work in; each thread has its own.</summary>
internal sealed class SeenRows
{
    /// <summary>Places in the side table's order, by event time; the first <see cref="Count"/> count.</summary>
    public int[] Rows { get; private set; } = new int[64];

    /// <summary>How many there are.</summary>
    public int Count { get; set; }

    /// <summary>Room for numbers, as long as <see cref="Rows"/>.</summary>
    public double[] Numbers { get; private set; } = new double[64];

    /// <summary>Makes room for so many rows.</summary>
    public void Reserve(int count)
    {
        if (Rows.Length < count)
        {
            Rows = new int[Math.Max(count, 2 * Rows.Length)];
            Numbers = new double[Rows.Length];
        }
    }

    /// <summary>The first of the rows whose event is not before a time.</summary>
    public int From(double[] times, double time)
    {
        var (from, to) = (0, Count);
        while (from < to)
        {
            var middle = from + ((to - from) / 2);
            if (times[Rows[middle]] < time)
            {
                from = middle + 1;
            }
            else
            {
                to = middle;
            }
        }

        return from;
    }
}
