using StbImageWriteSharp;

namespace MlOps.Learning.Images;

/// <summary>A picture small enough for a report.</summary>
internal static class Thumbnail
{
    /// <summary>Pixels of a side.</summary>
    public const int Side = 72;

    private const int Quality = 75;

    /// <summary>The middle square as a JPEG of about two thousand bytes.</summary>
    public static byte[] Of(Picture picture)
    {
        var square = Resampling.Square(picture, Side);
        var pixels = new byte[square.Length];
        for (var i = 0; i < pixels.Length; i++)
        {
            pixels[i] = (byte)Math.Clamp(MathF.Round(square[i]), 0, 255);
        }

        using var jpeg = new MemoryStream();
        new ImageWriter().WriteJpg(pixels, Side, Side, ColorComponents.RedGreenBlue, jpeg, Quality);
        return jpeg.ToArray();
    }
}
