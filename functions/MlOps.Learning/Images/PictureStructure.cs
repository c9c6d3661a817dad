using MlOps.Tabular;

namespace MlOps.Learning.Images;

/// <summary>Reads what a picture says of itself before anything of it is decoded.</summary>
public static class PictureStructure
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
}
