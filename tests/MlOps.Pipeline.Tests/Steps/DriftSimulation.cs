using MlOps.Pipeline.Definitions;
using MlOps.Pipeline.Steps.Incidents;
using MlOps.Pipeline.Steps.Monitor;

namespace MlOps.Pipeline.Tests.Steps;

/// <summary>
/// A history and a period of fifty columns of one world: numbers of four shapes, counts, flags and categories, with and without holes.
/// Shifted, three columns have moved: a number by half a deviation, a category by 15 points, a missing share by 15 points.
/// </summary>
internal static class DriftSimulation
{
    private const int Columns = 50;

    /// <summary>Judges one period with the default settings.</summary>
    /// <returns>Whether anything drifted, and whether exactly what was shifted did.</returns>
    public static (bool HasDrift, bool FoundAll) Run(int seed, int referenceRows, int currentRows, bool shifted)
    {
        var random = new Random(seed);
        var compared = new List<ColumnDrift>(Columns);
        for (var column = 0; column < Columns; column++)
        {
            var (shape, holes) = (column % 7, column % 3 == 0 ? 0.15 : 0);
            compared.Add(ColumnComparison.Compare(
                Draw(random, $"c{column}", shape, holes, referenceRows, 0),
                Draw(random, $"c{column}", shape, holes + (shifted && column == 9 ? 0.15 : 0), currentRows, shifted && column is 0 or 5 ? 1 : 0),
                shape == 5 ? "category" : "number", 1.0 / Columns));
        }

        var (judged, _) = PeriodComparison.Judge(compared, new HashSet<string>(), new MonitorSettings());
        var drifted = judged.Where(c => c.Drifted).Select(c => c.Column).ToHashSet();
        return (drifted.Count > 0, new[] { "c0", "c5", "c9" }.All(drifted.Contains));
    }

    private static ColumnSample Draw(Random random, string name, int shape, double holes, int rows, int shift)
    {
        if (shape == 5)
        {
            var counts = new Dictionary<string, long> { ["a"] = 0, ["b"] = 0, ["c"] = 0, ["rare"] = 0 };
            for (var i = 0; i < rows; i++)
            {
                var u = random.NextDouble() + (0.15 * shift);
                counts[u < 0.5 ? "a" : u < 0.8 ? "b" : u < 0.998 || shift > 0 ? "c" : "rare"]++;
            }

            return new(name, false, [], counts.Where(c => c.Value > 0).ToDictionary(), 0, rows / 2);
        }

        var values = new List<double>(rows);
        for (var i = 0; i < rows; i++)
        {
            if (random.NextDouble() >= holes)
            {
                values.Add(shape switch
                {
                    0 => Normal(random) + (0.5 * shift),
                    1 => Math.Exp(Normal(random)),
                    2 => -Math.Log(1 - random.NextDouble()),
                    3 => Math.Floor(8 * random.NextDouble() * random.NextDouble()),
                    4 => random.NextDouble() < 0.03 ? 1 : 0,
                    _ => Math.Round(1000 * random.NextDouble()) * (random.NextDouble() < 0.6 ? 0 : 1),
                });
            }
        }

        return new(name, true, [.. values], new Dictionary<string, long>(), rows - values.Count, values.Count);
    }

    private static double Normal(Random random) => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
