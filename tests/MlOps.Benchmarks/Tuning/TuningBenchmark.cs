using System.Globalization;
using MlOps.Tuning.Tests.Comparison;

namespace MlOps.Benchmarks.Tuning;

/// <summary>The sampler against Optuna 5's recorded runs on six objectives, 100 seeds each, one at a time and in waves of four.</summary>
internal static class TuningBenchmark
{
    /// <summary>Prints the table for 100 seeds from the given one; 0 where no comparison at 30, 50 or 100 trials says "worse" at the 5 % level.</summary>
    public static int Run(string[] args)
    {
        var first = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 0;
        var worst = 1.0;
        Console.WriteLine($"median of the best value, ours / Optuna 5 (p that ours is worse, p that random is worse), 100 seeds from {first}");
        foreach (var waveSize in new[] { 1, 4 })
        {
            foreach (var name in OptunaComparison.Names)
            {
                var ours = OptunaComparison.Ours(name, waveSize, Enumerable.Range(first, 100));
                Console.Write($"{name,-12} wave {waveSize}");
                for (var c = 0; c < OptunaComparison.Checkpoints.Length; c++)
                {
                    double[] values = [.. ours.Select(row => row[c])];
                    var optuna = OptunaComparison.Optuna(waveSize == 1 ? "tpe5" : "tpe5-b4", name, c);
                    var worse = MannWhitney.Greater(values, optuna);
                    var random = MannWhitney.Greater(OptunaComparison.Optuna("random", name, c), values);
                    Console.Write($"  {OptunaComparison.Checkpoints[c]}: {Median(values):G4} / {Median(optuna):G4} ({worse:F2}, {random:G1})");
                    worst = c < 2 ? worst : Math.Min(worst, worse);
                }

                Console.WriteLine();
            }
        }

        Console.WriteLine($"smallest p that ours is worse at 30, 50 and 100 trials: {worst:F3}");
        return worst > 0.05 ? 0 : 1;
    }

    private static double Median(double[] values)
    {
        var sorted = values.Order().ToArray();
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}
