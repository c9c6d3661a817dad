namespace MlOps.Learning.Images;

/// <summary>How large a picture may be. All are read from its bytes before anything is decoded.</summary>
public static class PictureLimits
{
    /// <summary>Most bytes of a picture's file.</summary>
    public const int BytesMax = 32 << 20;

    /// <summary>Most pixels: decoding takes about 8 bytes of memory for each.</summary>
    public const int PixelsMax = 32_000_000;

    /// <summary>Most pixels of a side.</summary>
    public const int SideMax = 16_384;

    /// <summary>Fewest pixels of a side: below it there is nothing to see.</summary>
    public const int SideMin = 8;

    /// <summary>Most passes over the pixels that a progressive JPEG may ask for; encoders make about ten.</summary>
    internal const int ScansMax = 64;
}
