using System.Buffers;
using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;

namespace MlOps.Learning.Images;

/// <summary>
/// The chunks of a PNG (https://www.w3.org/TR/png-3/): dimensions, check sums, the end, and that its compressed pixels are as many as its header says and no
/// more. What decodes it inflates whatever is there: a thousand bytes can be a gigabyte.
/// </summary>
internal static class PngStructure
{
    private const int SignatureLength = 8;

    // Column and row offsets and steps of the seven passes of an interlaced picture (section 8.1).
    private static readonly (int X, int Y, int StepX, int StepY)[] Passes = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)];

    public static PictureHeader Read(ReadOnlySpan<byte> bytes)
    {
        PictureHeader? header = null;
        long expected = 0;
        var pixels = new List<(int At, int Length)>();
        var at = SignatureLength;
        while (true)
        {
            if (at + 12 > bytes.Length)
            {
                throw PictureHeader.Truncated();
            }

            var length = BinaryPrimitives.ReadUInt32BigEndian(bytes[at..]);
            if (length > int.MaxValue)
            {
                throw PictureHeader.Damaged();
            }

            if (length > bytes.Length - at - 12)
            {
                throw PictureHeader.Truncated();
            }

            var type = bytes.Slice(at + 4, 4);
            var data = bytes.Slice(at + 8, (int)length);
            if (Crc32.HashToUInt32(bytes.Slice(at + 4, 4 + (int)length)) != BinaryPrimitives.ReadUInt32BigEndian(bytes[(at + 8 + (int)length)..]))
            {
                throw PictureHeader.Damaged();
            }

            if (header is null)
            {
                if (!type.SequenceEqual("IHDR"u8) || data.Length != 13)
                {
                    throw PictureHeader.Damaged();
                }

                header = new PictureHeader(
                    PictureFormat.Png, (int)Math.Min(int.MaxValue, BinaryPrimitives.ReadUInt32BigEndian(data)), (int)Math.Min(int.MaxValue, BinaryPrimitives.ReadUInt32BigEndian(data[4..]))).Checked();
                expected = ScanlineBytes(header.Value, data[8], Channels(data[9]), data[12]);
            }
            else if (type.SequenceEqual("IDAT"u8))
            {
                pixels.Add((at + 8, (int)length));
            }
            else if (type.SequenceEqual("IEND"u8))
            {
                RequirePixels(bytes, pixels, expected);
                return header.Value;
            }

            at += 12 + (int)length;
        }
    }

    private static int Channels(byte colourType) => colourType switch { 0 or 3 => 1, 2 => 3, 4 => 2, 6 => 4, _ => throw PictureHeader.Damaged() };

    private static long ScanlineBytes(PictureHeader header, byte depth, int channels, byte interlace)
    {
        if (depth is not (1 or 2 or 4 or 8 or 16) || interlace > 1)
        {
            throw PictureHeader.Damaged();
        }

        var bits = (long)depth * channels;
        long Of(long width, long height) => width == 0 ? 0 : height * (1 + (((width * bits) + 7) / 8));
        return interlace == 0
            ? Of(header.Width, header.Height)
            : Passes.Sum(p => Of((header.Width - p.X + p.StepX - 1) / p.StepX, (header.Height - p.Y + p.StepY - 1) / p.StepY));
    }

    private static void RequirePixels(ReadOnlySpan<byte> bytes, List<(int At, int Length)> pixels, long expected)
    {
        using var compressed = new MemoryStream(pixels.Sum(p => p.Length));
        foreach (var (start, length) in pixels)
        {
            compressed.Write(bytes.Slice(start, length));
        }

        compressed.Position = 0;
        using var inflated = new ZLibStream(compressed, CompressionMode.Decompress);
        var buffer = ArrayPool<byte>.Shared.Rent(1 << 16);
        try
        {
            long count = 0;
            for (int read; count <= expected && (read = inflated.Read(buffer)) > 0;)
            {
                count += read;
            }

            if (count != expected)
            {
                throw count < expected ? PictureHeader.Truncated() : PictureHeader.Damaged();
            }
        }
        catch (InvalidDataException)
        {
            throw PictureHeader.Damaged();
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
