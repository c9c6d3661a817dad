namespace MlOps.Learning.Images;

/// <summary>Simple facts of a picture, by which a period of darker, blurred or otherwise cut pictures is noticed. All but the sizes are of its middle square at 224 x 224 pixels.</summary>
/// <param name="Width">Pixels of a row.</param>
/// <param name="Height">Rows.</param>
/// <param name="Brightness">Mean luma (ITU-R BT.601), 0 black to 255 white.</param>
/// <param name="Contrast">Standard deviation of the luma, 0 to 127.5.</param>
/// <param name="Saturation">Mean difference of the largest and the smallest of red, green and blue, 0 grey to 255.</param>
/// <param name="Sharpness">Mean absolute difference of a pixel's luma and the mean of its four neighbours, 0 flat to 255.</param>
public sealed record PictureStatistics(int Width, int Height, double Brightness, double Contrast, double Saturation, double Sharpness)
{
    private const int Channels = 3;

    /// <summary>Names of the columns that hold the statistics, in their order.</summary>
    public static IReadOnlyList<string> Names { get; } = ["width", "height", "brightness", "contrast", "saturation", "sharpness"];

    /// <summary>The statistics in the order of <see cref="Names"/>.</summary>
    public IReadOnlyList<double> Values => [Width, Height, Brightness, Contrast, Saturation, Sharpness];

    /// <summary>Measures a picture.</summary>
    /// <param name="picture">The picture.</param>
    /// <param name="square">Its middle square, three floats a pixel.</param>
    /// <param name="side">Side of the square.</param>
    internal static PictureStatistics Of(Picture picture, ReadOnlySpan<float> square, int side)
    {
        var luma = new double[side * side];
        double sum = 0, squares = 0, saturation = 0, edges = 0;
        for (var i = 0; i < luma.Length; i++)
        {
            var (r, g, b) = (square[i * Channels], square[(i * Channels) + 1], square[(i * Channels) + 2]);
            luma[i] = (0.299 * r) + (0.587 * g) + (0.114 * b);
            sum += luma[i];
            squares += luma[i] * luma[i];
            saturation += Math.Max(r, Math.Max(g, b)) - Math.Min(r, Math.Min(g, b));
        }

        for (var y = 1; y < side - 1; y++)
        {
            for (var x = 1; x < side - 1; x++)
            {
                var at = (y * side) + x;
                edges += Math.Abs(luma[at] - ((luma[at - 1] + luma[at + 1] + luma[at - side] + luma[at + side]) / 4));
            }
        }

        var mean = sum / luma.Length;
        return new PictureStatistics(
            picture.Width, picture.Height, Rounded(mean), Rounded(Math.Sqrt(Math.Max(0, (squares / luma.Length) - (mean * mean)))), Rounded(saturation / luma.Length),
            Rounded(edges / ((side - 2) * (side - 2))));
    }

    private static double Rounded(double value) => Math.Round(value, 3);
}
