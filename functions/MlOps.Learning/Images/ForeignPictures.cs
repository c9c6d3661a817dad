using MlOps.Tabular;

namespace MlOps.Learning.Images;

/// <summary>What people send instead of a JPEG or PNG, by its first bytes.</summary>
internal static class ForeignPictures
{
    public static Remark Name(ReadOnlySpan<byte> bytes)
    {
        if (bytes.StartsWith("GIF8"u8))
        {
            return Remark.Of("picture-gif", "a GIF");
        }

        if (bytes.StartsWith("RIFF"u8) && bytes.Length > 12 && bytes[8..].StartsWith("WEBP"u8))
        {
            return Remark.Of("picture-webp", "a WebP picture");
        }

        if (bytes.Length > 12 && bytes[4..].StartsWith("ftyp"u8))
        {
            return Remark.Of("picture-heic", "a HEIC or AVIF picture or a film");
        }

        if (bytes.StartsWith("BM"u8))
        {
            return Remark.Of("picture-bmp", "a BMP picture");
        }

        if (bytes.StartsWith((ReadOnlySpan<byte>)[(byte)'I', (byte)'I', 42, 0]) || bytes.StartsWith((ReadOnlySpan<byte>)[(byte)'M', (byte)'M', 0, 42]))
        {
            return Remark.Of("picture-tiff", "a TIFF or raw picture");
        }

        return bytes.TrimStart(" \t\r\n"u8).StartsWith("<"u8)
            ? Remark.Of("picture-markup", "an SVG drawing or a web page")
            : Remark.Of("picture-other", "something else");
    }
}
