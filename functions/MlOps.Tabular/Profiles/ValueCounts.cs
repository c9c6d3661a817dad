namespace MlOps.Tabular;

/// <summary>
/// Counts of each different value: exact up to <see cref="Limit"/> of them; beyond, the most frequent ones are kept, and a count may be too low by at
/// most <see cref="Undercount"/> (J. Misra, D. Gries, Finding repeated elements, 1982, in batches).
/// </summary>
internal sealed class ValueCounts<T>(IComparer<T> order)
    where T : notnull
{
    /// <summary>Values counted exactly.</summary>
    public const int Limit = 1 << 14;

    private const int Kept = 1 << 10;
    private Dictionary<T, long> _counts = [];

    /// <summary>Whether every value is here with its true count.</summary>
    public bool IsExact { get; private set; } = true;

    public long Undercount { get; private set; }

    public IReadOnlyDictionary<T, long> Counts => _counts;

    /// <summary>Counts a value; true when that was one too many for exact counts (all counts so far are still exact then).</summary>
    public bool Add(T value, long count)
    {
        ref var at = ref System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(_counts, value, out _);
        at += count;
        return _counts.Count > Limit;
    }

    /// <summary>Says that further values will not all be counted here.</summary>
    public void MarkInexact() => IsExact = false;

    /// <summary>Keeps the most frequent values only.</summary>
    public void Prune()
    {
        IsExact = false;
        var all = _counts.ToArray();
        Array.Sort(all, (a, b) => a.Value != b.Value ? b.Value.CompareTo(a.Value) : order.Compare(a.Key, b.Key));
        Undercount += all[Kept].Value;
        _counts = new Dictionary<T, long>(all.Take(Kept));
    }

    /// <summary>The most frequent values, most frequent first, ties in the values' order.</summary>
    public IEnumerable<KeyValuePair<T, long>> Top(int count) =>
        _counts.OrderByDescending(c => c.Value).ThenBy(c => c.Key, order).Take(count);
}
