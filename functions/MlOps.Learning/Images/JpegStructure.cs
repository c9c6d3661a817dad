using System.Buffers.Binary;
using MlOps.Tabular;

namespace MlOps.Learning.Images;

/// <summary>
/// The segments of a JPEG (ITU-T T.81, annex B): dimensions from its frame, and whether it reaches its end. What decodes it paints the missing rest of a cut
/// file grey and says nothing.
/// </summary>
internal static class JpegStructure
{
    private const byte EndOfImage = 0xD9;
    private const byte StartOfScan = 0xDA;
    private const byte Exif = 0xE1;

    public static PictureHeader Read(ReadOnlySpan<byte> bytes)
    {
        PictureHeader? header = null;
        var orientation = 1;
        var scans = 0;
        bool quantized = false, huffman = false;
        var at = 2;
        while (true)
        {
            var marker = Marker(bytes, ref at);
            if (marker == EndOfImage)
            {
                return header is { } found && scans > 0 ? found with { Orientation = orientation } : throw PictureHeader.Damaged();
            }

            // Markers of restart and the temporary one stand alone.
            if (marker is (>= 0xD0 and <= 0xD8) or 0x01)
            {
                continue;
            }

            if (at + 2 > bytes.Length)
            {
                throw PictureHeader.Truncated();
            }

            var length = BinaryPrimitives.ReadUInt16BigEndian(bytes[at..]);
            if (length < 2)
            {
                throw PictureHeader.Damaged();
            }

            if (at + length > bytes.Length)
            {
                throw PictureHeader.Truncated();
            }

            var segment = bytes.Slice(at + 2, length - 2);
            at += length;
            if (IsFrame(marker))
            {
                header = header is null ? Frame(marker, segment).Checked() : throw PictureHeader.Damaged();
            }
            else if (marker is 0xDB or 0xC4)
            {
                (quantized, huffman) = (quantized || marker == 0xDB, huffman || marker == 0xC4);
            }
            else if (marker == Exif)
            {
                orientation = ExifOrientation.Read(segment) ?? orientation;
            }
            else if (marker == StartOfScan)
            {
                // Without its tables the decoder takes every number for zero and paints a grey picture.
                if (header is null || !quantized || !huffman)
                {
                    throw PictureHeader.Damaged();
                }

                if (++scans > PictureLimits.ScansMax)
                {
                    throw new PictureException(Remark.Of(
                        "picture-scans", "The picture asks for more than {most} passes over its pixels, which no camera writes. Save it anew.", ("most", PictureLimits.ScansMax)));
                }

                SkipEntropyCoded(bytes, ref at);
            }
        }
    }

    // A frame's marker is SOF0 to SOF15; three codes of that range are tables.
    private static bool IsFrame(byte marker) => marker is >= 0xC0 and <= 0xCF and not (0xC4 or 0xC8 or 0xCC);

    private static PictureHeader Frame(byte marker, ReadOnlySpan<byte> segment)
    {
        if (segment.Length < 6)
        {
            throw PictureHeader.Damaged();
        }

        // Baseline, extended and progressive, Huffman-coded, 8 bits: what cameras and programs write.
        if (marker > 0xC2 || segment[0] != 8)
        {
            throw new PictureException(Remark.Of("picture-coding", "The picture is written in a rare way of coding (lossless, arithmetic or 12 bits). Save it anew as a usual JPEG or PNG."));
        }

        return new PictureHeader(PictureFormat.Jpeg, BinaryPrimitives.ReadUInt16BigEndian(segment[3..]), BinaryPrimitives.ReadUInt16BigEndian(segment[1..]));
    }

    private static byte Marker(ReadOnlySpan<byte> bytes, ref int at)
    {
        if (at >= bytes.Length)
        {
            throw PictureHeader.Truncated();
        }

        if (bytes[at] != 0xFF)
        {
            throw PictureHeader.Damaged();
        }

        while (at < bytes.Length && bytes[at] == 0xFF)
        {
            at++;
        }

        return at < bytes.Length ? bytes[at++] : throw PictureHeader.Truncated();
    }

    // Within the coded pixels FF is followed by 00, by a restart marker, or the pixels have ended.
    private static void SkipEntropyCoded(ReadOnlySpan<byte> bytes, ref int at)
    {
        while (true)
        {
            var found = bytes[at..].IndexOf((byte)0xFF);
            if (found < 0 || at + found + 1 >= bytes.Length)
            {
                throw PictureHeader.Truncated();
            }

            at += found;
            if (bytes[at + 1] is 0x00 or (>= 0xD0 and <= 0xD7) or 0xFF)
            {
                at += bytes[at + 1] == 0xFF ? 1 : 2;
                continue;
            }

            return;
        }
    }
}
