using System.Buffers.Binary;

namespace MlOps.Learning.Images;

/// <summary>How the camera was held (Exif 2.32, 4.6.4: tag 0x0112 of the first directory of a TIFF inside the segment).</summary>
internal static class ExifOrientation
{
    private const ushort Tag = 0x0112;

    /// <summary>1 to 8; <see langword="null"/> where the segment does not say it, or not readably.</summary>
    public static int? Read(ReadOnlySpan<byte> segment)
    {
        if (!segment.StartsWith("Exif\0\0"u8) || segment.Length < 14)
        {
            return null;
        }

        var tiff = segment[6..];
        var little = tiff[0] == 'I';
        var directory = Long(tiff, 4, little);
        if (directory > tiff.Length - 2)
        {
            return null;
        }

        var at = (int)directory;
        for (var entries = Short(tiff, at, little); entries > 0 && at + 14 <= tiff.Length; entries--, at += 12)
        {
            if (Short(tiff, at + 2, little) == Tag)
            {
                return Short(tiff, at + 10, little) is var value and >= 1 and <= 8 ? value : null;
            }
        }

        return null;
    }

    private static ushort Short(ReadOnlySpan<byte> tiff, int at, bool little) =>
        little ? BinaryPrimitives.ReadUInt16LittleEndian(tiff[at..]) : BinaryPrimitives.ReadUInt16BigEndian(tiff[at..]);

    private static uint Long(ReadOnlySpan<byte> tiff, int at, bool little) =>
        little ? BinaryPrimitives.ReadUInt32LittleEndian(tiff[at..]) : BinaryPrimitives.ReadUInt32BigEndian(tiff[at..]);
}
