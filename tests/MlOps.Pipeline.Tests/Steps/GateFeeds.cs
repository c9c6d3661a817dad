using System.Globalization;
using System.Text;
using MlOps.Testing;

namespace MlOps.Pipeline.Tests.Steps;

/// <summary>A feed that the gate is tried on.</summary>
/// <param name="Definition">Definition of the pipeline.</param>
/// <param name="Metric">Loss of the predictions.</param>
/// <param name="Initial">The first file.</param>
/// <param name="Drops">The later ones, in order.</param>
internal sealed record GateFeed(string Definition, string Metric, byte[] Initial, IReadOnlyList<(string Period, byte[] Csv)> Drops);

/// <summary>Real feeds, and made ones of 15 months whose law is known.</summary>
internal static class GateFeeds
{
    private const int Months = 15;
    private static readonly double[] Usual = [1.2, -0.8, 0.6, 0, 0.3];
    private static readonly double[] Other = [-0.6, 1, 0.6, 0.9, -0.3];

    public static GateFeed Of(string name) => name switch
    {
        "bank-marketing" => Real(name, "label: y\nexclude: [duration]\npromote: better\n", "binary_logloss"),
        "credit-default" => Real(name, "label: default payment next month\nid: ID\npromote: better\n", "binary_logloss"),
        "bike-sharing" => Real(name, "task: regression\nlabel: cnt\nexclude: [instant, casual, registered, dteday]\npromote: better\n", "l2"),
        "steady" => Made(1, _ => Usual),
        "abrupt" => Made(2, month => month < 6 ? Usual : Other),
        "gradual" => Made(3, month => [.. Usual.Zip(Other, (u, o) => u + ((o - u) * (month + 1) / Months))]),
        "seasons" => Made(4, month => month / 3 % 2 == 0 ? Usual : Other),
        "one bad month" => Made(5, month => month == 5 ? [.. Usual.Select(u => -u)] : Usual, month => month == 5 ? 2000 : 500),
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, "No such feed."),
    };

    private static GateFeed Real(string name, string definition, string metric)
    {
        var folder = Shared.DataPath("data", name, "drops");
        return new GateFeed(
            definition, metric, File.ReadAllBytes(Directory.GetFiles(folder, "initial.csv*").Single()),
            [.. Directory.GetFiles(folder, "20*.csv").Order(StringComparer.Ordinal).Select(f => (Path.GetFileNameWithoutExtension(f), File.ReadAllBytes(f)))]);
    }

    private static GateFeed Made(int seed, Func<int, double[]> law, Func<int, int>? rows = null)
    {
        var random = new Random(seed);
        var initial = Csv(random, law(0), 3000);
        return new GateFeed("label: y\npromote: better\n", "binary_logloss", initial,
            [.. Enumerable.Range(0, Months).Select(month => (new DateOnly(2020, 1, 1).AddMonths(month).ToString("yyyyMMdd", CultureInfo.InvariantCulture), Csv(random, law(month), rows?.Invoke(month) ?? 500)))]);
    }

    private static byte[] Csv(Random random, double[] weights, int rows)
    {
        var text = new StringBuilder("a,b,c,d,e,y\n");
        for (var row = 0; row < rows; row++)
        {
            var x = Array.ConvertAll(weights, _ => Math.Round((random.NextDouble() - 0.5) * Math.Sqrt(12), 5));
            var score = x.Zip(weights, (value, weight) => value * weight).Sum() + (0.7 * x[0] * x[1]) - 0.8;
            text.Append(CultureInfo.InvariantCulture, $"{x[0]},{x[1]},{x[2]},{x[3]},{x[4]},{(random.NextDouble() < 1 / (1 + Math.Exp(-score)) ? 1 : 0)}\n");
        }

        return Encoding.UTF8.GetBytes(text.ToString());
    }
}
