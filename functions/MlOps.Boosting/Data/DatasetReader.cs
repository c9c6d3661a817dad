using System.Runtime.InteropServices;
using System.Security.Cryptography;
using MlOps.Boosting.Binning;
using MlOps.Boosting.Settings;

namespace MlOps.Boosting.Data;

/// <summary>
/// Reads what <see cref="DatasetWriter"/> wrote. Everything is checked before it is used: kernels index histograms by
/// the stored values without looking.
/// </summary>
internal static class DatasetReader
{
    private const int MostBins = 65536;

    /// <exception cref="BoostingDataException">The file is not a whole data set.</exception>
    public static Dataset Read(Stream source)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using var hashed = new HashedSource(source, hash);
        using var reader = new BinaryReader(hashed, System.Text.Encoding.UTF8, leaveOpen: true);
        try
        {
            return Read(reader, source, hash);
        }
        catch (Exception e) when (e is EndOfStreamException or FormatException or ArgumentException or OverflowException)
        {
            throw new BoostingDataException($"The file ends early or is damaged: it is not a whole binned data set. ({e.Message})");
        }
    }

    private static Dataset Read(BinaryReader reader, Stream source, IncrementalHash hash)
    {
        Check(reader.ReadBytes(DatasetWriter.Magic.Length).AsSpan().SequenceEqual(DatasetWriter.Magic), "it does not begin as a binned data set of this version does");
        int features = Length(reader, 1, "features");
        var names = new List<string>();
        var mappers = new List<BinMapper?>();
        for (int feature = 0; feature < features; feature++)
        {
            names.Add(reader.ReadString());
            mappers.Add(ReadMapper(reader, feature));
        }

        BinMapper[] used = [.. mappers.Where(mapper => mapper is { IsTrivial: false }).Select(mapper => mapper!)];
        int[] innerOrder = ReadIntegers(reader, used.Length);
        Check(IsPermutation(innerOrder), "its feature order is no permutation");
        int[][] groups = [.. Enumerable.Range(0, Length(reader, 4, "groups")).Select(_ => ReadIntegers(reader, Length(reader, 4, "features of a group")))];
        Check(groups.All(group => group.Length > 0) && groups.Sum(group => (long)group.Length) == used.Length && IsPermutation([.. groups.SelectMany(group => group)]), "its groups do not hold every feature once");
        Check(groups.All(group => group.Sum(feature => (long)used[feature].NumBins) < MostBins), "a group has too many bins");
        RowData rows = ReadRows(reader);
        var layout = new BinLayout(used, groups);
        BinTile[] tiles = layout.CreateTiles(0);
        try
        {
            for (int t = 0; t < tiles.Length; t++)
            {
                tiles[t] = ReadTile(reader, tiles[t], rows.Label.Length);
            }

            byte[] computed = hash.GetHashAndReset();
            var stored = new byte[computed.Length];
            source.ReadExactly(stored);
            Check(stored.AsSpan().SequenceEqual(computed), "its checksum is wrong: bytes were changed or lost on the way");
            return Dataset.Assemble([.. mappers], innerOrder, layout, tiles, names, rows);
        }
        catch
        {
            foreach (BinTile tile in tiles)
            {
                tile.Dispose();
            }

            throw;
        }
    }

    private static BinMapper? ReadMapper(BinaryReader reader, int feature)
    {
        if (!reader.ReadBoolean())
        {
            return null;
        }

        bool categorical = reader.ReadBoolean();
        var missing = (MissingKind)reader.ReadByte();
        bool trivial = reader.ReadBoolean();
        int numBins = reader.ReadInt32();
        int defaultBin = reader.ReadInt32();
        int mostFrequent = reader.ReadInt32();
        double sparseRate = reader.ReadDouble();
        double minimum = reader.ReadDouble();
        double maximum = reader.ReadDouble();
        double[] bounds = ReadArray<double>(reader);
        int[] categories = ReadArray<int>(reader);
        var mapper = new BinMapper
        {
            IsCategorical = categorical,
            Missing = missing,
            IsTrivial = trivial,
            NumBins = numBins,
            DefaultBin = defaultBin,
            MostFrequentBin = mostFrequent,
            SparseRate = sparseRate,
            Minimum = minimum,
            Maximum = maximum,
            UpperBounds = bounds,
            Categories = categories,
        };
        bool lengthsFit = categorical ? categories.Length == numBins : bounds.Length == numBins;
        bool binsFit = numBins is > 0 and <= MostBins && (uint)defaultBin < (uint)numBins && (uint)mostFrequent < (uint)numBins;
        Check(missing <= MissingKind.NaN && (trivial || (lengthsFit && binsFit)), $"the bins of feature {feature} contradict themselves");
        return mapper;
    }

    private static RowData ReadRows(BinaryReader reader)
    {
        float[] label = ReadArray<float>(reader);
        float[] weight = ReadArray<float>(reader);
        double[] initScore = ReadArray<double>(reader);
        int[] boundaries = ReadArray<int>(reader);
        int[]? sizes = boundaries.Length == 0 ? null : [.. Enumerable.Range(0, boundaries.Length - 1).Select(i => boundaries[i + 1] - boundaries[i])];
        return new RowData(label, weight.Length == 0 ? null : weight, initScore.Length == 0 ? null : initScore, sizes);
    }

    private static unsafe BinTile ReadTile(BinaryReader reader, BinTile empty, int rows)
    {
        var tile = new BinTile(rows, empty.Width, empty.IsWide, empty.HistogramStarts, empty.Features) { HistogramEntries = empty.HistogramEntries };
        const int chunk = 1 << 20;
        long length = (long)rows * BinTile.Stride;
        for (long start = 0; start < length; start += chunk)
        {
            reader.BaseStream.ReadExactly(new Span<byte>(tile.Data.Pointer + start, (int)Math.Min(chunk, length - start)));
        }

        int end = tile.HistogramStarts[0] + tile.HistogramEntries;
        for (int c = 0; c < tile.Width; c++)
        {
            int entries = (c + 1 < tile.Width ? tile.HistogramStarts[c + 1] : end) - tile.HistogramStarts[c];
            int largest = 0;
            for (int row = 0; row < rows; row++)
            {
                largest = Math.Max(largest, tile.Get(row, c));
            }

            Check(largest < entries, "a stored value lies outside its feature's bins");
        }

        return tile;
    }

    private static T[] ReadArray<T>(BinaryReader reader)
        where T : unmanaged => ReadArray<T>(reader, Length(reader, Marshal.SizeOf<T>(), "numbers"));

    private static int[] ReadIntegers(BinaryReader reader, int count) => ReadArray<int>(reader, count);

    // Grows with what is really there, so that a wrong length does not ask for memory that the file cannot fill.
    private static T[] ReadArray<T>(BinaryReader reader, int count)
        where T : unmanaged
    {
        const int step = 1 << 20;
        var values = new T[Math.Min(count, step)];
        int read = 0;
        while (true)
        {
            reader.BaseStream.ReadExactly(MemoryMarshal.AsBytes(values.AsSpan(read)));
            read = values.Length;
            if (read == count)
            {
                return values;
            }

            Array.Resize(ref values, (int)Math.Min(count, 4L * read));
        }
    }

    private static int Length(BinaryReader reader, int bytesEach, string what)
    {
        int length = reader.ReadInt32();
        Check(length >= 0 && (long)length * bytesEach <= int.MaxValue * 4L, $"it names {length} {what}");
        return length;
    }

    private static bool IsPermutation(int[] numbers)
    {
        var seen = new bool[numbers.Length];
        foreach (int number in numbers)
        {
            if ((uint)number >= (uint)seen.Length || seen[number])
            {
                return false;
            }

            seen[number] = true;
        }

        return true;
    }

    private static void Check(bool condition, string problem)
    {
        if (!condition)
        {
            throw new BoostingDataException($"The file is not a binned data set that can be read: {problem}.");
        }
    }

    private sealed class HashedSource(Stream source, IncrementalHash hash) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override int Read(Span<byte> buffer)
        {
            int read = source.Read(buffer);
            hash.AppendData(buffer[..read]);
            return read;
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
