namespace MlOps.Cli.Sample;

/// <summary>Draws a leaf pixel by pixel: additions, multiplications and square roots alone, so that the bytes are the same on every machine.</summary>
internal static class LeafDrawing
{
    /// <summary>Pixels of a side.</summary>
    public const int Side = 128;

    private const int Channels = 3;

    /// <summary>Draws one.</summary>
    /// <param name="random">The picture's random numbers.</param>
    /// <param name="ill">Whether it has spots and yellow edges; every tenth ill one has hardly any.</param>
    /// <param name="dusk">Whether there was little light and the camera shook.</param>
    /// <returns>Red, green and blue of each pixel.</returns>
    public static byte[] Draw(ref RandomStream random, bool ill, bool dusk)
    {
        var leaf = new Leaf(ref random);
        var ground = (Red: 150 + (90 * random.Uniform()), Green: 140 + (90 * random.Uniform()), Blue: 120 + (100 * random.Uniform()));
        var green = (Red: 30 + (60 * random.Uniform()), Green: 100 + (80 * random.Uniform()), Blue: 20 + (50 * random.Uniform()));
        var hardly = random.Chance(0.1);
        var edge = ill && !hardly && random.Chance(0.6) ? 0.25 + (0.3 * random.Uniform()) : 0;
        var spots = new (double U, double V, double Radius)[ill ? (hardly ? 1 : 4 + random.Below(9)) : random.Chance(0.1) ? 1 : 0];
        for (var i = 0; i < spots.Length; i++)
        {
            spots[i] = ((1.6 * random.Uniform()) - 0.8, (0.9 * random.Uniform()) - 0.45, hardly || !ill ? 0.04 : 0.05 + (0.1 * random.Uniform()));
        }

        var light = dusk ? 0.45 + (0.15 * random.Uniform()) : 0.85 + (0.25 * random.Uniform());
        var pixels = new double[Side * Side * Channels];
        for (var y = 0; y < Side; y++)
        {
            for (var x = 0; x < Side; x++)
            {
                var (u, v) = leaf.Of(x, y);
                var colour = leaf.Contains(u, v) ? Blade(leaf, u, v, green, edge, spots) : ground;
                var noise = 12 * (random.Uniform() - 0.5);
                var shade = light * (0.9 + (0.2 * y / Side));
                var at = ((y * Side) + x) * Channels;
                (pixels[at], pixels[at + 1], pixels[at + 2]) = ((colour.Red * shade) + noise, (colour.Green * shade) + noise, (colour.Blue * shade) + noise);
            }
        }

        return Bytes(dusk ? Shaken(pixels) : pixels);
    }

    private static (double Red, double Green, double Blue) Blade(
        Leaf leaf, double u, double v, (double Red, double Green, double Blue) green, double edge, (double U, double V, double Radius)[] spots)
    {
        foreach (var spot in spots)
        {
            var (du, dv) = (u - spot.U, v - spot.V);
            var distance = (du * du) + (dv * dv);
            if (distance < spot.Radius * spot.Radius)
            {
                // Dark in the middle, with a yellow ring.
                return distance < 0.55 * spot.Radius * spot.Radius ? (95, 60, 30) : (190, 165, 60);
            }
        }

        var fromMiddle = Math.Abs(v) / leaf.HalfWidth(u);
        if (fromMiddle > 1 - edge)
        {
            return (185, 160, 70);
        }

        // The midrib, and veins that leave it aslant.
        var alongVein = (u * 6) + (fromMiddle * 1.5);
        var isVein = fromMiddle < 0.05 || alongVein - Math.Floor(alongVein) < 0.08;
        return isVein ? (green.Red + 35, green.Green + 40, green.Blue + 30) : green;
    }

    // The mean of the pixels that the hand passed over.
    private static double[] Shaken(double[] pixels)
    {
        const int Reach = 5;
        var shaken = new double[pixels.Length];
        for (var y = 0; y < Side; y++)
        {
            for (var x = 0; x < Side; x++)
            {
                for (var c = 0; c < Channels; c++)
                {
                    double sum = 0;
                    for (var d = 0; d < Reach; d++)
                    {
                        sum += pixels[(((y * Side) + Math.Min(Side - 1, x + d)) * Channels) + c];
                    }

                    shaken[(((y * Side) + x) * Channels) + c] = sum / Reach;
                }
            }
        }

        return shaken;
    }

    private static byte[] Bytes(double[] pixels) => Array.ConvertAll(pixels, value => (byte)Math.Clamp(value, 0, 255));

    /// <summary>Where a leaf lies: its middle, the direction of its midrib, its length and width.</summary>
    private readonly struct Leaf
    {
        private readonly double _x;
        private readonly double _y;
        private readonly double _alongX;
        private readonly double _alongY;
        private readonly double _length;
        private readonly double _width;
        private readonly double _belly;

        public Leaf(ref RandomStream random)
        {
            (_x, _y) = (Side * (0.43 + (0.14 * random.Uniform())), Side * (0.43 + (0.14 * random.Uniform())));
            var (a, b) = (random.Normal(), random.Normal());
            var norm = Math.Sqrt((a * a) + (b * b) + 1e-9);
            (_alongX, _alongY) = (a / norm, b / norm);
            _length = Side * (0.36 + (0.1 * random.Uniform()));
            _width = 0.4 + (0.25 * random.Uniform());
            _belly = 0.5 * (random.Uniform() - 0.5);
        }

        /// <summary>A pixel along and across the midrib, in halves of the leaf's length.</summary>
        public (double U, double V) Of(int x, int y)
        {
            var (dx, dy) = ((x - _x) / _length, (y - _y) / _length);
            return ((dx * _alongX) + (dy * _alongY), (dy * _alongX) - (dx * _alongY));
        }

        public double HalfWidth(double u) => _width * (1 - (u * u)) * (1 + (_belly * u));

        public bool Contains(double u, double v) => u is > -1 and < 1 && Math.Abs(v) < HalfWidth(u);
    }
}
