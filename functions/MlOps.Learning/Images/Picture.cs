using MlOps.Tabular;
using StbImageSharp;

namespace MlOps.Learning.Images;

/// <summary>A decoded picture: red, green and blue of each pixel, row by row from the top, upright.</summary>
public sealed class Picture
{
    private const int Channels = 3;

    private Picture(int width, int height, byte[] pixels)
    {
        Width = width;
        Height = height;
        Pixels = pixels;
    }

    /// <summary>Pixels of a row.</summary>
    public int Width { get; }

    /// <summary>Rows.</summary>
    public int Height { get; }

    /// <summary>Three bytes a pixel.</summary>
    internal byte[] Pixels { get; }

    /// <summary>Decodes a JPEG or PNG. Transparent parts are seen on white; a picture that the camera took sideways is turned upright.</summary>
    /// <param name="bytes">The file.</param>
    /// <exception cref="PictureException">It is no picture, too large or damaged; says which.</exception>
    public static Picture Decode(byte[] bytes)
    {
        ArgumentNullException.ThrowIfNull(bytes);
        var header = PictureStructure.Read(bytes);
        ImageResult decoded;
        try
        {
            decoded = ImageResult.FromMemory(bytes, header.Format == PictureFormat.Png ? ColorComponents.RedGreenBlueAlpha : ColorComponents.RedGreenBlue);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // The decoder has exceptions of no kind of its own, and on damaged bytes runs over the ends of its tables.
            throw new PictureException(Remark.Of("picture-undecodable", "The picture cannot be decoded. Open it and save it anew as JPEG or PNG."));
        }

        if (decoded.Width != header.Width || decoded.Height != header.Height)
        {
            throw PictureHeader.Damaged();
        }

        var pixels = header.Format == PictureFormat.Png ? OnWhite(decoded.Data) : decoded.Data;
        return Turned(new Picture(header.Width, header.Height, pixels), header.Orientation);
    }

    internal static Picture Of(int width, int height, byte[] pixels) => new(width, height, pixels);

    private static byte[] OnWhite(byte[] rgba)
    {
        var rgb = new byte[rgba.Length / 4 * Channels];
        for (int from = 0, to = 0; from < rgba.Length; from += 4, to += Channels)
        {
            var alpha = rgba[from + 3];
            for (var c = 0; c < Channels; c++)
            {
                rgb[to + c] = alpha == 255 ? rgba[from + c] : (byte)(((rgba[from + c] * alpha) + (255 * (255 - alpha)) + 127) / 255);
            }
        }

        return rgb;
    }

    /// <summary>A picture turned by an Exif orientation so that it stands upright.</summary>
    internal static Picture Turned(Picture picture, int orientation)
    {
        if (orientation == 1)
        {
            return picture;
        }

        var (width, height) = orientation >= 5 ? (picture.Height, picture.Width) : (picture.Width, picture.Height);
        var turned = new byte[picture.Pixels.Length];
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                var (fromX, fromY) = orientation switch
                {
                    2 => (width - 1 - x, y),
                    3 => (width - 1 - x, height - 1 - y),
                    4 => (x, height - 1 - y),
                    5 => (y, x),
                    6 => (y, width - 1 - x),
                    7 => (height - 1 - y, width - 1 - x),
                    _ => (height - 1 - y, x),
                };
                picture.Pixels.AsSpan(((fromY * picture.Width) + fromX) * Channels, Channels).CopyTo(turned.AsSpan(((y * width) + x) * Channels));
            }
        }

        return new Picture(width, height, turned);
    }
}
