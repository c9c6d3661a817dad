namespace MlOps.Learning.Images;

/// <summary>
/// The middle square of a picture at another size: each new pixel is the mean of the old ones that it covers, weighted by a triangle, so that fine patterns
/// do not turn into coarse ones; enlarged pictures are interpolated linearly. Sums run in a fixed order.
/// </summary>
internal static class Resampling
{
    private const int Channels = 3;

    /// <summary>The middle square as side x side pixels, three floats (0 to 255) each, row by row.</summary>
    public static float[] Square(Picture picture, int side)
    {
        var crop = Math.Min(picture.Width, picture.Height);
        var (left, top) = ((picture.Width - crop) / 2, (picture.Height - crop) / 2);
        var taps = Taps(crop, side);
        var rows = new float[crop * side * Channels];
        for (var y = 0; y < crop; y++)
        {
            var row = picture.Pixels.AsSpan((((top + y) * picture.Width) + left) * Channels, crop * Channels);
            for (var x = 0; x < side; x++)
            {
                var (first, weights) = taps[x];
                float r = 0, g = 0, b = 0;
                for (var i = 0; i < weights.Length; i++)
                {
                    var at = (first + i) * Channels;
                    r += weights[i] * row[at];
                    g += weights[i] * row[at + 1];
                    b += weights[i] * row[at + 2];
                }

                var to = ((y * side) + x) * Channels;
                (rows[to], rows[to + 1], rows[to + 2]) = (r, g, b);
            }
        }

        var square = new float[side * side * Channels];
        for (var y = 0; y < side; y++)
        {
            var (first, weights) = taps[y];
            var target = square.AsSpan(y * side * Channels, side * Channels);
            for (var i = 0; i < weights.Length; i++)
            {
                var source = rows.AsSpan((first + i) * side * Channels, side * Channels);
                for (var x = 0; x < target.Length; x++)
                {
                    target[x] += weights[i] * source[x];
                }
            }
        }

        return square;
    }

    // For each new pixel the first old one that it is made of, and the weights from there on; they add up to 1.
    private static (int First, float[] Weights)[] Taps(int from, int to)
    {
        var scale = (double)from / to;
        var reach = Math.Max(1, scale);
        var taps = new (int, float[])[to];
        for (var i = 0; i < to; i++)
        {
            var centre = ((i + 0.5) * scale) - 0.5;
            var first = Math.Max(0, (int)Math.Ceiling(centre - reach));
            var last = Math.Min(from - 1, (int)Math.Floor(centre + reach));
            var weights = new double[last - first + 1];
            double sum = 0;
            for (var j = 0; j < weights.Length; j++)
            {
                sum += weights[j] = Math.Max(0, 1 - (Math.Abs(first + j - centre) / reach));
            }

            taps[i] = (first, [.. weights.Select(w => (float)(w / sum))]);
        }

        return taps;
    }
}
