using MlOps.Boosting.Binning;
using MlOps.Boosting.Settings;

namespace MlOps.Boosting.Data;

/// <content>A binned set as a file, and a part of a set.</content>
public sealed partial class Dataset
{
    private byte[]? _binsFingerprint;

    /// <summary>
    /// Writes the set: bins, binned values, labels, weights, start scores and queries, with a checksum at the end. The
    /// same set gives the same bytes on every machine. A training on the loaded set gives the same model as on this one.
    /// </summary>
    /// <param name="destination">Receives the file; left open.</param>
    public void Save(Stream destination)
    {
        ArgumentNullException.ThrowIfNull(destination);
        DatasetWriter.Write(this, destination);
    }

    /// <summary>Whether a file that begins so is one that <see cref="Save"/> wrote.</summary>
    /// <param name="beginning">The file's first eight bytes.</param>
    public static bool IsDataset(ReadOnlySpan<byte> beginning) => beginning.StartsWith(DatasetWriter.Magic);

    /// <summary>Reads a set that <see cref="Save"/> wrote.</summary>
    /// <param name="source">The file, from its beginning; left open.</param>
    /// <exception cref="BoostingDataException">The file is not a whole data set of this format, or its checksum is wrong.</exception>
    public static Dataset Load(Stream source)
    {
        ArgumentNullException.ThrowIfNull(source);
        return DatasetReader.Read(source);
    }

    /// <summary>
    /// Some of the rows, with the bins of this set: as good for training as for validation beside this set or another
    /// part of it. LightGBM's <c>Dataset.subset</c>.
    /// </summary>
    /// <param name="rows">Row indices, ascending, each at most once.</param>
    /// <exception cref="BoostingDataException">A row is out of range or out of order, there is none, or a query would be torn apart.</exception>
    public unsafe Dataset Subset(ReadOnlySpan<int> rows)
    {
        RowData part = Rows.Subset(rows);
        BinTile[] tiles = Layout.CreateTiles(rows.Length);
        for (int t = 0; t < tiles.Length; t++)
        {
            ulong* source = (ulong*)Tiles[t].Data.Pointer;
            ulong* target = (ulong*)tiles[t].Data.Pointer;
            for (int i = 0; i < rows.Length; i++)
            {
                target[i] = source[rows[i]];
            }
        }

        return new Dataset(Mappers, InnerOrder, Layout, tiles, FeatureNames, part);
    }

    /// <summary>Whether the other set's values are in the same bins, so that a tree grown on this set can walk its rows.</summary>
    internal bool IsAlignedWith(Dataset other) =>
        ReferenceEquals(Layout, other.Layout) || BinsFingerprint().AsSpan().SequenceEqual(other.BinsFingerprint());

    private byte[] BinsFingerprint() => _binsFingerprint ??= DatasetWriter.FingerprintOfBins(this);
}
