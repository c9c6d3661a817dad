using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;
using System.Text;
using StbImageWriteSharp;

namespace MlOps.Learning.Tests.Images;

/// <summary>Files of pictures, right and wrong ones, made of nothing.</summary>
internal static class PictureBytes
{
    private static readonly byte[] Signature = [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];

    /// <summary>What is wrong with a picture, its bytes, and the code of the reason that a reader is to give.</summary>
    public static IReadOnlyList<(string Name, byte[] Bytes, string Code)> Hostile { get; } =
    [
        ("nothing", [], "picture-empty"),
        ("a text", "not a picture at all"u8.ToArray(), "picture-type"),
        ("a GIF", "GIF89a and the rest"u8.ToArray(), "picture-type"),
        ("a WebP", "RIFF....WEBPVP8 ...."u8.ToArray(), "picture-type"),
        ("an SVG", "<svg xmlns='http://www.w3.org/2000/svg'/>"u8.ToArray(), "picture-type"),
        ("a program called a picture", [0x7F, (byte)'E', (byte)'L', (byte)'F', .. new byte[64]], "picture-type"),
        ("a PNG of one pixel", Png(1, 1), "picture-tiny"),
        ("a PNG of four billion columns", RawPng(uint.MaxValue, 100, [1, 2, 3]), "picture-dimensions"),
        ("a PNG of 16,000 x 16,000 pixels", RawPng(16_000, 16_000, [1, 2, 3]), "picture-dimensions"),
        ("a PNG of 60,000 rows", RawPng(10, 60_000, [1, 2, 3]), "picture-dimensions"),
        ("a PNG that inflates to a hundred times its pixels", RawPng(16, 16, Deflated(new byte[100 * 16 * 49])), "picture-damaged"),
        ("a PNG with too few pixels", RawPng(16, 16, Deflated(new byte[100])), "picture-truncated"),
        ("a PNG whose pixels are no zlib stream", RawPng(16, 16, [9, 9, 9, 9, 9, 9, 9, 9]), "picture-damaged"),
        ("a PNG cut in the middle", Png(64, 64)[..60], "picture-truncated"),
        ("a PNG without its end", Png(64, 64)[..^12], "picture-truncated"),
        ("a PNG with one changed byte", Changed(Png(64, 64), 45), "picture-damaged"),
        ("a PNG with a chunk longer than the file", Changed(Png(64, 64), 35), "picture-truncated"),
        ("a PNG of an unknown kind of colour", RawPng(16, 16, Deflated(new byte[16 * 49]), colour: 5), "picture-damaged"),
        ("a PNG that filters its rows in no known way", RawPng(16, 16, Deflated([.. Enumerable.Repeat((byte)9, 16 * 49)])), "picture-undecodable"),
        ("a JPEG cut in the middle of its pixels", Jpeg(64, 64)[..^200], "picture-truncated"),
        ("a JPEG without its last byte", Jpeg(64, 64)[..^1], "picture-truncated"),
        ("three bytes of a JPEG", Jpeg(64, 64)[..3], "picture-truncated"),
        ("a JPEG that says it has 65,535 x 65,535 pixels", Resized(Jpeg(64, 64), 0xFFFF, 0xFFFF), "picture-dimensions"),
        ("a JPEG that says it has no rows", Resized(Jpeg(64, 64), 64, 0), "picture-tiny"),
        ("a JPEG with rubbish between its segments", [0xFF, 0xD8, 0xFF, 0xE0, 0, 4, 1, 2, 7, 7, 7], "picture-damaged"),
        ("a JPEG without a frame", [0xFF, 0xD8, 0xFF, 0xDA, 0, 2, 1, 2, 0xFF, 0xD9], "picture-damaged"),
        ("a JPEG of a hundred passes", Passes(Jpeg(64, 64), 100), "picture-scans"),
        ("a lossless JPEG", Recoded(Jpeg(64, 64), 0xC3), "picture-coding"),
        ("a JPEG without its tables", WithoutTables(Jpeg(64, 64)), "picture-damaged"),
    ];

    /// <summary>A picture with something on it: a disc on a slanted ground.</summary>
    public static byte[] Pixels(int width, int height)
    {
        var pixels = new byte[width * height * 3];
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                var (dx, dy) = (x - (width * 0.4), y - (height * 0.6));
                var inside = (dx * dx) + (dy * dy) < width * height / 16.0;
                var at = ((y * width) + x) * 3;
                pixels[at] = (byte)(inside ? 30 : 255 * x / width);
                pixels[at + 1] = (byte)(inside ? 160 : 255 * y / height);
                pixels[at + 2] = (byte)(inside ? 40 : 128);
            }
        }

        return pixels;
    }

    public static byte[] Jpeg(int width, int height, byte[]? pixels = null)
    {
        using var stream = new MemoryStream();
        new ImageWriter().WriteJpg(pixels ?? Pixels(width, height), width, height, ColorComponents.RedGreenBlue, stream, 95);
        return stream.ToArray();
    }

    public static byte[] Png(int width, int height, byte[]? rgb = null)
    {
        rgb ??= Pixels(width, height);
        using var lines = new MemoryStream();
        for (var y = 0; y < height; y++)
        {
            lines.WriteByte(0);
            lines.Write(rgb, y * width * 3, width * 3);
        }

        return RawPng((uint)width, (uint)height, Deflated(lines.ToArray()));
    }

    /// <summary>A PNG of 8 bits a channel whose pixels are the given compressed bytes.</summary>
    public static byte[] RawPng(uint width, uint height, byte[] compressed, byte colour = 2)
    {
        var header = new byte[13];
        BinaryPrimitives.WriteUInt32BigEndian(header, width);
        BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(4), height);
        (header[8], header[9]) = (8, colour);
        return [.. Signature, .. Chunk("IHDR", header), .. Chunk("IDAT", compressed), .. Chunk("IEND", [])];
    }

    public static byte[] Deflated(byte[] bytes)
    {
        using var stream = new MemoryStream();
        using (var zlib = new ZLibStream(stream, CompressionLevel.Optimal))
        {
            zlib.Write(bytes);
        }

        return stream.ToArray();
    }

    /// <summary>A JPEG with a segment that says how the camera was held.</summary>
    public static byte[] Held(byte[] jpeg, byte orientation)
    {
        byte[] tiff = [(byte)'M', (byte)'M', 0, 42, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0, 0, 0, 0, 0];
        byte[] data = [.. "Exif\0\0"u8, .. tiff];
        return [.. jpeg[..2], 0xFF, 0xE1, 0, (byte)(data.Length + 2), .. data, .. jpeg[2..]];
    }

    private static byte[] Chunk(string type, byte[] data)
    {
        var chunk = new byte[12 + data.Length];
        BinaryPrimitives.WriteUInt32BigEndian(chunk, (uint)data.Length);
        Encoding.ASCII.GetBytes(type, chunk.AsSpan(4));
        data.CopyTo(chunk, 8);
        BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(8 + data.Length), Crc32.HashToUInt32(chunk.AsSpan(4, 4 + data.Length)));
        return chunk;
    }

    private static byte[] Changed(byte[] bytes, int at)
    {
        bytes[at] ^= 0x55;
        return bytes;
    }

    private static int Frame(byte[] jpeg) => jpeg.AsSpan().IndexOf((ReadOnlySpan<byte>)[0xFF, 0xC0]);

    private static byte[] Resized(byte[] jpeg, ushort width, ushort height)
    {
        BinaryPrimitives.WriteUInt16BigEndian(jpeg.AsSpan(Frame(jpeg) + 5), height);
        BinaryPrimitives.WriteUInt16BigEndian(jpeg.AsSpan(Frame(jpeg) + 7), width);
        return jpeg;
    }

    private static byte[] Recoded(byte[] jpeg, byte marker)
    {
        jpeg[Frame(jpeg) + 1] = marker;
        return jpeg;
    }

    private static byte[] Passes(byte[] jpeg, int count)
    {
        var scan = jpeg.AsSpan().IndexOf((ReadOnlySpan<byte>)[0xFF, 0xDA]);
        return [.. jpeg[..^2], .. Enumerable.Repeat(jpeg[scan..^2], count).SelectMany(b => b), 0xFF, 0xD9];
    }

    private static byte[] WithoutTables(byte[] jpeg)
    {
        var frame = Frame(jpeg);
        var scan = jpeg.AsSpan().IndexOf((ReadOnlySpan<byte>)[0xFF, 0xDA]);
        return [.. jpeg[..2], .. jpeg[frame..(frame + 19)], .. jpeg[scan..]];
    }
}
