using MlOps.Boosting.Machine;

namespace MlOps.Boosting.Binning;

/// <summary>Where a feature's bins lie.</summary>
/// <param name="Tile">Tile that holds its column.</param>
/// <param name="Position">Column within the tile.</param>
/// <param name="Start">What is added to a bin to get the stored value; 0 for a column of its own.</param>
/// <param name="IsShared">Whether other features live in the same column, where 0 then means that all are at their most frequent bin.</param>
/// <param name="HistogramStart">Histogram entry of the feature's bin 0.</param>
internal readonly record struct FeatureSlot(int Tile, int Position, int Start, bool IsShared, int HistogramStart);

/// <summary>
/// A block of up to eight columns of bytes, or four of 16-bit numbers, interleaved by row: one row is eight bytes, so a
/// histogram kernel reads all its columns with one load, and their histograms stay in the first-level cache.
/// </summary>
internal sealed class BinTile(int rows, int width, bool isWide, int[] histogramStarts, int[] features) : IDisposable
{
    /// <summary>Bytes from row to row.</summary>
    public const int Stride = 8;

    public NativeBuffer<byte> Data { get; } = new((long)rows * Stride);

    /// <summary>Number of columns.</summary>
    public int Width { get; } = width;

    /// <summary>Whether columns are 16-bit numbers.</summary>
    public bool IsWide { get; } = isWide;

    /// <summary>For each column the histogram entry of the stored value 0.</summary>
    public int[] HistogramStarts { get; } = histogramStarts;

    /// <summary>Used features in the tile, by their number among the used ones.</summary>
    public int[] Features { get; } = features;

    /// <summary>Histogram entries of all columns together; they are contiguous from the first start.</summary>
    public int HistogramEntries { get; init; }

    public void Dispose() => Data.Dispose();

    public unsafe void Set(int row, int position, int value)
    {
        byte* cell = Data.Pointer + ((long)row * Stride);
        if (IsWide)
        {
            ((ushort*)cell)[position] = (ushort)value;
        }
        else
        {
            cell[position] = (byte)value;
        }
    }

    public unsafe int Get(int row, int position)
    {
        byte* cell = Data.Pointer + ((long)row * Stride);
        return IsWide ? ((ushort*)cell)[position] : cell[position];
    }
}

/// <summary>How the used features are laid out: which columns, which tiles. Shared by a training set and the sets aligned with it.</summary>
internal sealed class BinLayout
{
    private const int BytesPerTile = 8;
    private const int WordsPerTile = 4;

    private readonly record struct Column(int[] Features, int[] Starts, int Entries, bool IsShared);

    private readonly List<(bool IsWide, Column[] Columns)> _tiles = [];

    /// <param name="mappers">Bins of the used features.</param>
    /// <param name="groups">Used features (by their number among the used ones) that share a column; singles are groups of one.</param>
    public BinLayout(IReadOnlyList<BinMapper> mappers, IEnumerable<int[]> groups)
    {
        Slots = new FeatureSlot[mappers.Count];
        Groups = [.. groups];
        var narrow = new List<Column>();
        var wide = new List<Column>();
        foreach (int[] group in Groups)
        {
            Column column = Lay(mappers, group);
            (column.Entries <= 256 ? narrow : wide).Add(column);
        }

        // Columns in feature order, so that neighbours in the data stay neighbours here.
        narrow.Sort((a, b) => a.Features[0].CompareTo(b.Features[0]));
        wide.Sort((a, b) => a.Features[0].CompareTo(b.Features[0]));
        CutTiles(narrow, BytesPerTile, false);
        CutTiles(wide, WordsPerTile, true);
        Place();
    }

    public FeatureSlot[] Slots { get; }

    /// <summary>The groups that the layout was made from.</summary>
    public IReadOnlyList<int[]> Groups { get; }

    /// <summary>Entries of a whole histogram.</summary>
    public int HistogramEntries { get; private set; }

    public BinTile[] CreateTiles(int rows)
    {
        var tiles = new BinTile[_tiles.Count];
        int entry = 0;
        for (int t = 0; t < tiles.Length; t++)
        {
            (bool isWide, Column[] columns) = _tiles[t];
            int first = entry;
            var starts = new int[columns.Length];
            for (int c = 0; c < columns.Length; c++)
            {
                starts[c] = entry;
                entry += columns[c].Entries;
            }

            int[] features = [.. columns.SelectMany(column => column.Features).Order()];
            tiles[t] = new BinTile(rows, columns.Length, isWide, starts, features) { HistogramEntries = entry - first };
        }

        return tiles;
    }

    private static Column Lay(IReadOnlyList<BinMapper> mappers, int[] group)
    {
        if (group.Length == 1)
        {
            return new Column(group, [0], mappers[group[0]].NumBins, false);
        }

        int[] ordered = [.. group.Order()];
        var starts = new int[ordered.Length];
        int next = 1;
        for (int i = 0; i < ordered.Length; i++)
        {
            starts[i] = next;
            next += mappers[ordered[i]].NumBins;
        }

        return new Column(ordered, starts, next, true);
    }

    private void CutTiles(List<Column> columns, int capacity, bool isWide)
    {
        if (columns.Count == 0)
        {
            return;
        }

        int tiles = (columns.Count + capacity - 1) / capacity;
        if (tiles > 1 && tiles % 2 == 1)
        {
            tiles++; // an even number shares out well between two threads
        }

        for (int t = 0; t < tiles; t++)
        {
            int from = (int)((long)columns.Count * t / tiles);
            int to = (int)((long)columns.Count * (t + 1) / tiles);
            // The last tile is cut in two: small shares at the end of the work let threads finish together.
            int middle = tiles > 1 && t == tiles - 1 && to - from > 3 ? (from + to + 1) / 2 : to;
            _tiles.Add((isWide, [.. columns.GetRange(from, middle - from)]));
            if (middle < to)
            {
                _tiles.Add((isWide, [.. columns.GetRange(middle, to - middle)]));
            }
        }
    }

    private void Place()
    {
        int entry = 0;
        for (int t = 0; t < _tiles.Count; t++)
        {
            Column[] columns = _tiles[t].Columns;
            for (int c = 0; c < columns.Length; c++)
            {
                for (int i = 0; i < columns[c].Features.Length; i++)
                {
                    int start = columns[c].Starts[i];
                    Slots[columns[c].Features[i]] = new FeatureSlot(t, c, start, columns[c].IsShared, entry + start);
                }

                entry += columns[c].Entries;
            }
        }

        HistogramEntries = entry;
    }
}
