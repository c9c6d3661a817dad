using System.Globalization;
using MlOps.Pipeline.Tests.Steps;

namespace MlOps.Benchmarks.Drift;

/// <summary>The long form of the promise that drift does not cry wolf: false alarms without drift, and planted shifts found.</summary>
internal static class DriftBenchmark
{
    public static int Run(string[] args)
    {
        var simulations = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 1000;
        var (alarms, planted, found) = (0, 0, 0);
        for (var seed = 0; seed < simulations; seed++)
        {
            // Most periods are small, as in life; one in a hundred has a million rows.
            var rows = seed % 100 == 99 ? 1_000_000 : seed % 10 == 9 ? 50_000 : 500 * (1 + (seed % 8));
            alarms += DriftSimulation.Run(seed, 2000 + (rows / 2), rows, shifted: false).HasDrift ? 1 : 0;
            if (seed % 100 == 99)
            {
                continue;
            }

            planted++;
            found += DriftSimulation.Run(seed, 2000 + (rows / 2), rows, shifted: true).FoundAll ? 1 : 0;
        }

        Console.WriteLine(FormattableString.Invariant(
            $"without drift: {alarms} of {simulations} periods with a false alarm ({100.0 * alarms / simulations:0.0} %, promised: at most 5 %)"));
        Console.WriteLine(FormattableString.Invariant(
            $"with a number shifted by half a deviation, a category by 15 points, 15 points more missing: {found} of {planted} found all three ({100.0 * found / planted:0.0} %, promised: at least 95 %)"));
        return alarms <= 0.05 * simulations && found >= 0.95 * planted ? 0 : 1;
    }
}
