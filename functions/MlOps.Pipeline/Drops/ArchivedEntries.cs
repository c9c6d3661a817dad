namespace MlOps.Pipeline.Drops;

/// <summary>Entries of one kind, as the parts of a ledger have them: a later part replaces what an earlier one says of the same entry, in its place.</summary>
/// <typeparam name="T">Kind of the entries.</typeparam>
internal sealed class ArchivedEntries<T>
    where T : class
{
    private readonly Func<T, (string, string, int)> _key;
    private readonly List<T> _entries = [];
    private readonly Dictionary<(string, string, int), int> _places = [];

    /// <summary>Puts parts together.</summary>
    /// <param name="key">What makes an entry the same.</param>
    /// <param name="parts">The parts, the oldest first.</param>
    public ArchivedEntries(Func<T, (string, string, int)> key, IEnumerable<IReadOnlyList<T>> parts)
    {
        _key = key;
        foreach (var entry in parts.SelectMany(part => part))
        {
            if (_places.TryAdd(key(entry), _entries.Count))
            {
                _entries.Add(entry);
            }
            else
            {
                _entries[_places[key(entry)]] = entry;
            }
        }
    }

    /// <summary>All entries in their order.</summary>
    public IReadOnlyList<T> All => _entries;

    /// <summary>All entries with newer ones: those that are known in their place, the others after them.</summary>
    public IReadOnlyList<T> With(IReadOnlyList<T> newer)
    {
        if (_entries.Count == 0)
        {
            return newer;
        }

        var all = new List<T>(_entries.Count + newer.Count);
        all.AddRange(_entries);
        foreach (var entry in newer)
        {
            if (_places.TryGetValue(_key(entry), out var place))
            {
                all[place] = entry;
            }
            else
            {
                all.Add(entry);
            }
        }

        return all;
    }

    /// <summary>What must be kept beside the parts so that <see cref="With"/> gives these entries; <see langword="null"/> where nothing would, because some are gone.</summary>
    public IReadOnlyList<T>? NewerIn(IReadOnlyList<T> all)
    {
        if (_entries.Count == 0)
        {
            return all;
        }

        if (all.Count < _entries.Count)
        {
            return null;
        }

        var newer = new List<T>();
        for (var i = 0; i < all.Count; i++)
        {
            if (i < _entries.Count && ReferenceEquals(all[i], _entries[i]))
            {
                continue;
            }

            if (i < _entries.Count && _key(all[i]) != _key(_entries[i]))
            {
                return null;
            }

            newer.Add(all[i]);
        }

        return newer;
    }
}
