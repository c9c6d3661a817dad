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
