using System.Globalization;

namespace MlOps.Tuning.Tests.Comparison;

/// <summary>Best values after 10, 20, 30, 50 and 100 trials: Optuna's, as recorded, and ours.</summary>
internal static class OptunaComparison
{
    public static readonly int[] Checkpoints = [10, 20, 30, 50, 100];
    public static readonly string[] Names = ["sphere5", "rosenbrock4", "branin2", "hartmann6", "mixed4", "gbdt7"];

    private static readonly Lazy<Dictionary<(string Variant, string Objective), List<double[]>>> Recorded = new(() =>
        OptunaVectors.Text("best_so_far.csv").Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1)
            .Select(line => line.Split(','))
            .GroupBy(f => (f[0], f[1]))
            .ToDictionary(g => g.Key, g => g.Select(f => f.Skip(3).Select(v => double.Parse(v, CultureInfo.InvariantCulture)).ToArray()).ToList()));

    /// <summary>Optuna's values at one checkpoint, a seed each.</summary>
    public static double[] Optuna(string variant, string objective, int checkpoint) =>
        [.. Recorded.Value[(variant, objective)].Select(row => row[checkpoint])];

    /// <summary>Our values: a row a seed, a column a checkpoint.</summary>
    public static double[][] Ours(string objective, int waveSize, IEnumerable<int> seeds, SamplerSettings? sampler = null)
    {
        var c = OptunaVectors.Read("functions.json")["cases"]!.AsArray().Single(n => (string)n!["name"]! == objective)!;
        var space = OptunaVectors.Space(c["space"]!);
        var value = Objectives.Of(objective);
        return [.. seeds.AsParallel().AsOrdered().WithDegreeOfParallelism(2).Select(seed => Run(new StudyDefinition { Space = space, Seed = (ulong)seed, WaveSize = waveSize, Sampler = sampler ?? new TpeSettings() }, value))];
    }

    private static double[] Run(StudyDefinition definition, Func<ParameterSet, double> objective)
    {
        definition = definition with { Budget = new StudyBudget { Trials = Checkpoints[^1] } };
        var trials = new List<TrialRecord>();
        while (StudyPlan.NextWave(definition, trials) is { Stop: null } wave)
        {
            trials.AddRange(wave.Trials.Select(t => t with { State = TrialState.Complete, Value = objective(t.Parameters) }));
        }

        return [.. Checkpoints.Select(n => trials.Take(n).Min(t => t.Value!.Value))];
    }
}
