namespace MlOps.Tabular;

/// <summary>A number that stands far from all others of its column and comes again and again: it may mean that the value is missing.</summary>
/// <param name="Value">The number.</param>
/// <param name="Count">How often it occurs.</param>
/// <param name="Least">Least of the others.</param>
/// <param name="Most">Greatest of the others.</param>
public sealed record Sentinel(double Value, long Count, double Least, double Most);

/// <summary>Finds numbers such as -200, 9999 or 365243 that stand for a missing value.</summary>
public static class SentinelSearch
{
    private const int LeastTimes = 5;
    private const double LeastShare = 0.005;
    private const int LeastOthers = 10;

    /// <summary>The sentinel of a column; <see langword="null"/> where no number looks like one.</summary>
    /// <param name="counts">How often each number occurs.</param>
    public static Sentinel? Find(IEnumerable<KeyValuePair<double, long>> counts)
    {
        var sorted = counts.Where(c => !double.IsNaN(c.Key)).OrderBy(c => c.Key).ToArray();
        if (sorted.Length <= LeastOthers)
        {
            return null;
        }

        var rows = sorted.Sum(c => c.Value);
        return Judge(sorted[0], sorted[1].Key, sorted[^1].Key) ?? Judge(sorted[^1], sorted[0].Key, sorted[^2].Key);

        // As far away as the others lie from each other, and a whole number that is written on purpose.
        Sentinel? Judge(KeyValuePair<double, long> candidate, double least, double most)
        {
            var (value, count) = candidate;
            var gap = value < least ? least - value : value - most;
            return value != 0 && value == Math.Floor(value) && count >= LeastTimes && count >= LeastShare * rows && gap >= most - least ? new Sentinel(value, count, least, most) : null;
        }
    }

    /// <summary>The sentinel of a column.</summary>
    /// <param name="column">Numbers.</param>
    public static Sentinel? Find(NumberColumn column)
    {
        ArgumentNullException.ThrowIfNull(column);
        var counts = new Dictionary<double, long>();
        foreach (var value in column.Values)
        {
            if (!double.IsNaN(value))
            {
                counts[value] = counts.GetValueOrDefault(value) + 1;
            }
        }

        return Find(counts);
    }
}
