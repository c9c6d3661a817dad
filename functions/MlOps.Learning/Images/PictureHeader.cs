using MlOps.Tabular;

namespace MlOps.Learning.Images;

/// <summary>How a picture is written.</summary>
public enum PictureFormat
{
    /// <summary>JPEG (ITU-T T.81).</summary>
    Jpeg,

    /// <summary>PNG (https://www.w3.org/TR/png-3/).</summary>
    Png,
}

/// <summary>What a picture says of itself, found without decoding it.</summary>
/// <param name="Format">How it is written, by its first bytes; the file's name counts for nothing.</param>
/// <param name="Width">Pixels of a row, as stored.</param>
/// <param name="Height">Rows, as stored.</param>
/// <param name="Orientation">How it is to be turned to stand upright: 1 to 8 as in Exif 2.32, table 6; 1 where nothing is said.</param>
public readonly record struct PictureHeader(PictureFormat Format, int Width, int Height, int Orientation = 1)
{
    /// <summary>Reads and checks the structure of a picture: type, dimensions, that it is whole and that its parts fit together.</summary>
    /// <param name="bytes">The file.</param>
    /// <exception cref="PictureException">It is no JPEG or PNG, too large, or damaged; says which.</exception>
    public static PictureHeader Read(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty)
        {
            throw new PictureException(Remark.Of("picture-empty", "The picture is empty (0 bytes). Add it again, whole."));
        }

        if (bytes.Length > PictureLimits.BytesMax)
        {
            throw new PictureException(Remark.Of(
                "picture-bytes", "The picture has {bytes} bytes and may have {most}. Save it smaller: the model sees 224 x 224 pixels of it.", ("bytes", bytes.Length), ("most", PictureLimits.BytesMax)));
        }

        return bytes switch
        {
            [0xFF, 0xD8, 0xFF, ..] => JpegStructure.Read(bytes),
            [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A, ..] => PngStructure.Read(bytes),
            _ => throw new PictureException(Remark.Of(
                "picture-type", "This is {format} and not a JPEG or PNG picture, whatever its name says. Save it as JPEG or PNG.", ("format", ForeignPictures.Name(bytes)))),
        };
    }

    /// <summary>Refuses dimensions beyond the limits, before anything of that size is made.</summary>
    internal PictureHeader Checked()
    {
        if (Width < PictureLimits.SideMin || Height < PictureLimits.SideMin)
        {
            throw new PictureException(Remark.Of(
                "picture-tiny", "The picture is {width} x {height} pixels; it needs {least} on each side.", ("width", Width), ("height", Height), ("least", PictureLimits.SideMin)));
        }

        return Width <= PictureLimits.SideMax && Height <= PictureLimits.SideMax && (long)Width * Height <= PictureLimits.PixelsMax
            ? this
            : throw new PictureException(Remark.Of(
                "picture-dimensions", "The picture is {width} x {height} pixels; it may have {side} on a side and {most} in all. Save it smaller: the model sees 224 x 224 pixels of it.",
                ("width", Width), ("height", Height), ("side", PictureLimits.SideMax), ("most", PictureLimits.PixelsMax)));
    }

    internal static PictureException Truncated() => new(Remark.Of("picture-truncated", "The picture ends before it is complete. Add it again, whole."));

    internal static PictureException Damaged() => new(Remark.Of("picture-damaged", "The picture is damaged: its parts do not fit together. Add it again, or save it anew."));
}
