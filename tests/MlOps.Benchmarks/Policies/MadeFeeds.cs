namespace MlOps.Benchmarks.Policies;

/// <summary>
/// Feeds whose law is known, of eight kinds. Seed 1 is of the first kind, seed 9 again; everything else of a feed (periods, rows, laws, when and
/// how much the world changes) is drawn from its seed.
/// </summary>
internal static class MadeFeeds
{
    private const int Features = 6;

    /// <summary>The kinds, in the order of the seeds.</summary>
    public static IReadOnlyList<string> Kinds { get; } =
        ["steady", "one change", "slow change", "two laws in turn", "one bad month", "growth", "season", "label noise that grows"];

    /// <summary>The feed of a seed.</summary>
    /// <param name="seed">From 1 on.</param>
    public static PolicyFeed Of(int seed)
    {
        var random = new Random(seed);
        var kind = Kinds[(seed - 1) % Kinds.Count];
        var months = random.Next(12, 25);
        int[] sizes = [.. Sizes(random, months)];
        var first = sizes[0] * random.Next(1, 5);
        var (usual, other) = (Law(random), Law(random));
        var change = random.Next(months / 3, (2 * months / 3) + 1);
        var (turn, strength, phase) = (random.Next(2, 5), 0.3 + (0.7 * random.NextDouble()), random.Next(12));
        double[] Moved(double share) => [.. usual.Zip(other, (u, o) => u + (share * strength * (o - u)))];
        var isNumber = kind is "growth" or "season";
        double Level(int month) => kind switch
        {
            "growth" => 2 * Math.Pow(1.02 + (0.04 * strength), month),
            "season" => 3 + (2 * strength * Math.Sin(2 * Math.PI * (month + phase) / 12)),
            _ => 1,
        };
        double[] LawOf(int month) => kind switch
        {
            "one change" => month < change ? usual : Moved(1),
            "slow change" => Moved((month + 1.0) / months),
            "two laws in turn" => month < 0 || month / turn % 2 == 0 ? usual : Moved(1),
            "one bad month" => month == change ? [.. usual.Select(u => u * (1 - (2 * strength)))] : usual,
            _ => usual,
        };
        double Noise(int month) => kind == "label noise that grows" ? 0.35 * strength * (month + 1) / months : 0;
        FeedFile File(int month, int rows) => isNumber ? Numbers(random, LawOf(month), Level(month), rows, kind == "season" ? (month + 12) % 12 : null) : Classes(random, LawOf(month), Noise(month), rows);
        // In this order, whatever the compiler makes of the arguments: the draws follow one another.
        var initial = File(-1, first);
        return new PolicyFeed(kind, seed, isNumber ? "l2" : "binary_logloss", initial, [.. Enumerable.Range(0, months).Select(month => File(month, sizes[month]))]);
    }

    private static IEnumerable<int> Sizes(Random random, int months)
    {
        // 300 to 3,000 rows, as many of one size as of another on a logarithmic scale; months of a feed differ by a quarter.
        var usual = 300 * Math.Pow(10, random.NextDouble());
        return Enumerable.Range(0, months).Select(_ => (int)Math.Clamp(usual * (0.75 + (0.5 * random.NextDouble())), 300, 3000)).ToArray();
    }

    private static double[] Law(Random random) => [.. Enumerable.Range(0, Features).Select(_ => (random.NextDouble() - 0.5) * 3)];

    private static double[] Row(Random random) => [.. Enumerable.Range(0, Features).Select(_ => (random.NextDouble() - 0.5) * Math.Sqrt(12))];

    private static double Score(double[] x, double[] law) => x.Zip(law, (value, weight) => value * weight).Sum() + (0.7 * x[0] * x[1]);

    private static FeedFile Classes(Random random, double[] law, double noise, int rows) => Make(random, rows, (x, draw) =>
    {
        var one = draw.NextDouble() < 1 / (1 + Math.Exp(0.8 - Score(x, law)));
        return draw.NextDouble() < noise ? draw.Next(2) : one ? 1 : 0;
    });

    // A season's files say what month it is, as files of people who know that they have seasons do.
    private static FeedFile Numbers(Random random, double[] law, double level, int rows, int? month)
    {
        var file = Make(random, rows, (x, draw) => level * (3 + Score(x, law) + (draw.NextDouble() + draw.NextDouble() + draw.NextDouble() - 1.5)));
        return month is { } told ? file with { Columns = [.. file.Columns, [.. Enumerable.Repeat((double)told, rows)]] } : file;
    }

    private static FeedFile Make(Random random, int rows, Func<double[], Random, double> label)
    {
        var columns = Enumerable.Range(0, Features).Select(_ => new double[rows]).ToArray();
        var labels = new double[rows];
        for (var row = 0; row < rows; row++)
        {
            var x = Row(random);
            for (var f = 0; f < Features; f++)
            {
                columns[f][row] = x[f];
            }

            labels[row] = label(x, random);
        }

        return new FeedFile(columns, labels);
    }
}
