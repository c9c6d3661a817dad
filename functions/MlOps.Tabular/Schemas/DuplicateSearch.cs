using System.Runtime.InteropServices;

namespace MlOps.Tabular;

/// <summary>
/// Finds what occurs more than once among any number of hashes, exactly and in bounded memory: up to <c>most</c> entries are held, more go to a temporary
/// file, which is then read once for each share of the hashes that fits.
/// </summary>
/// <param name="most">Entries held in memory, 32 bytes each.</param>
internal sealed class DuplicateSearch(int most = 1 << 20) : IDisposable
{
    private readonly List<Entry> _entries = [];
    private FileStream? _file;
    private long _spilled;

    public void Add(UInt128 hash, long line)
    {
        if (_entries.Count == most)
        {
            Spill();
        }

        _entries.Add(new Entry(hash, line));
    }

    /// <summary>Entries whose hash came before: how many, the line of the first of them, and the line that it repeats. May be called once.</summary>
    public (long Count, long Line, long EarlierLine) Find()
    {
        if (_file is null)
        {
            return Count(_entries);
        }

        Spill();
        // Hashes are even, so a share has about so many; a quarter is left for chance.
        var shares = (uint)((_spilled / (most * 3L / 4)) + 1);
        (long Count, long Line, long EarlierLine) all = (0, long.MaxValue, 0);
        for (var share = 0u; share < shares; share++)
        {
            _entries.Clear();
            Read(entry => (uint)(entry.Hash >> 64) % shares == share);
            var found = Count(_entries);
            all = found.Count == 0 ? all
                : found.Line < all.Line ? (all.Count + found.Count, found.Line, found.EarlierLine)
                : all with { Count = all.Count + found.Count };
        }

        return all;
    }

    public void Dispose() => _file?.Dispose();

    private static (long Count, long Line, long EarlierLine) Count(List<Entry> entries)
    {
        entries.Sort();
        (long Count, long Line, long EarlierLine) result = (0, long.MaxValue, 0);
        for (int i = 1, first = 0; i < entries.Count; i++)
        {
            if (entries[i].Hash != entries[first].Hash)
            {
                first = i;
                continue;
            }

            result.Count++;
            if (entries[i].Line < result.Line)
            {
                (result.Line, result.EarlierLine) = (entries[i].Line, entries[first].Line);
            }
        }

        return result;
    }

    private void Spill()
    {
        _file ??= new FileStream(
            Path.Combine(Path.GetTempPath(), Path.GetRandomFileName()), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, 1 << 16, FileOptions.DeleteOnClose);
        _file.Write(MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(_entries)));
        _spilled += _entries.Count;
        _entries.Clear();
    }

    private void Read(Predicate<Entry> wanted)
    {
        var block = new Entry[4096];
        _file!.Position = 0;
        for (var left = _spilled; left > 0;)
        {
            var part = block.AsSpan(0, (int)Math.Min(left, block.Length));
            _file.ReadExactly(MemoryMarshal.AsBytes(part));
            left -= part.Length;
            foreach (var entry in part)
            {
                if (wanted(entry))
                {
                    _entries.Add(entry);
                }
            }
        }
    }

    private readonly record struct Entry(UInt128 Hash, long Line) : IComparable<Entry>
    {
        public int CompareTo(Entry other) => Hash != other.Hash ? Hash.CompareTo(other.Hash) : Line.CompareTo(other.Line);
    }
}
