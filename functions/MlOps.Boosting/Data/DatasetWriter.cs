using System.Runtime.InteropServices;
using System.Security.Cryptography;
using MlOps.Boosting.Binning;

namespace MlOps.Boosting.Data;

/// <summary>
/// The file of a binned set. All numbers little-endian:
/// <code>
/// magic                  "MLOPSDS1"
/// bins                   names, bins of each feature, groups of features that share a column
/// rows                   labels, weights, start scores, first rows of queries
/// values                 the tiles, eight bytes a row
/// checksum               SHA-256 of all of the above
/// </code>
/// </summary>
internal static class DatasetWriter
{
    public static ReadOnlySpan<byte> Magic => "MLOPSDS1"u8;

    public static unsafe void Write(Dataset data, Stream destination)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var sink = new HashedSink(destination, hash);
        sink.Write(Magic);
        sink.Write(Bins(data));
        sink.Write(Groups(data));
        RowData rows = data.Rows;
        sink.WriteArray<float>(rows.Label);
        sink.WriteArray<float>(rows.Weight);
        sink.WriteArray<double>(rows.InitScore);
        sink.WriteArray<int>(rows.QueryBoundaries);
        const int chunk = 1 << 20;
        foreach (BinTile tile in data.Tiles)
        {
            long length = (long)data.RowCount * BinTile.Stride;
            for (long start = 0; start < length; start += chunk)
            {
                sink.Write(new ReadOnlySpan<byte>(tile.Data.Pointer + start, (int)Math.Min(chunk, length - start)));
            }
        }

        destination.Write(hash.GetHashAndReset());
    }

    /// <summary>Equal for sets whose values were binned alike, whichever features share a column.</summary>
    public static byte[] FingerprintOfBins(Dataset data) => SHA256.HashData(Bins(data));

    private static byte[] Bins(Dataset data)
    {
        using var memory = new MemoryStream();
        using var writer = new BinaryWriter(memory);
        writer.Write(data.FeatureCount);
        for (int feature = 0; feature < data.FeatureCount; feature++)
        {
            writer.Write(data.FeatureNames[feature]);
            WriteMapper(writer, data.Mappers[feature]);
        }

        foreach (int number in data.InnerOrder)
        {
            writer.Write(number);
        }

        writer.Flush();
        return memory.ToArray();
    }

    private static byte[] Groups(Dataset data)
    {
        using var memory = new MemoryStream();
        using var writer = new BinaryWriter(memory);
        writer.Write(data.Layout.Groups.Count);
        foreach (int[] group in data.Layout.Groups)
        {
            writer.Write(group.Length);
            foreach (int feature in group)
            {
                writer.Write(feature);
            }
        }

        writer.Flush();
        return memory.ToArray();
    }

    private static void WriteMapper(BinaryWriter writer, BinMapper? mapper)
    {
        writer.Write(mapper is not null);
        if (mapper is null)
        {
            return;
        }

        writer.Write(mapper.IsCategorical);
        writer.Write((byte)mapper.Missing);
        writer.Write(mapper.IsTrivial);
        writer.Write(mapper.NumBins);
        writer.Write(mapper.DefaultBin);
        writer.Write(mapper.MostFrequentBin);
        writer.Write(mapper.SparseRate);
        writer.Write(mapper.Minimum);
        writer.Write(mapper.Maximum);
        writer.Write(mapper.UpperBounds.Length);
        foreach (double bound in mapper.UpperBounds)
        {
            writer.Write(bound);
        }

        writer.Write(mapper.Categories.Length);
        foreach (int category in mapper.Categories)
        {
            writer.Write(category);
        }
    }

    private readonly struct HashedSink(Stream destination, IncrementalHash hash)
    {
        public void Write(ReadOnlySpan<byte> bytes)
        {
            destination.Write(bytes);
            hash.AppendData(bytes);
        }

        public void WriteArray<T>(T[] values)
            where T : unmanaged
        {
            Write(BitConverter.GetBytes(values.Length));
            Write(MemoryMarshal.AsBytes(values.AsSpan()));
        }
    }
}
