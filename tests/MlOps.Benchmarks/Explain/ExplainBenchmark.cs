using System.Globalization;
using MlOps.Boosting;
using MlOps.Boosting.Data;
using MlOps.Boosting.Settings;
using MlOps.Pipeline.Steps.Explain;

namespace MlOps.Benchmarks.Explain;

/// <summary>
/// <c>explain</c>: processor time of the contributions of a run's sample beside that of the one training before them, on wide and deep models. A run does more than
/// to train, so the share of the run is smaller than what is printed.
/// </summary>
internal static class ExplainBenchmark
{
    private sealed record Case(string Name, int Rows, int Columns, int Rounds, int Leaves, int Classes);

    private static readonly Case[] Cases =
    [
        new("usual", 20_000, 100, 200, 31, 2),
        new("wide", 4_000, 2_000, 500, 31, 2),
        new("wide and deep", 4_000, 1_000, 500, 255, 2),
        new("many classes", 4_000, 100, 300, 31, 10),
        new("few rows, many rounds", 1_000, 50, 3_000, 31, 2),
    ];

    public static int Run()
    {
        Console.WriteLine("| case | rows | columns | trees | leaves | training, processor s | 500 rows, processor s | share | rows of the sample | processor s | share | million leaves a second |");
        Console.WriteLine("|---|---|---|---|---|---|---|---|---|---|---|---|");
        foreach (var one in Cases)
        {
            Measure(one);
        }

        return 0;
    }

    private static void Measure(Case one)
    {
        var random = new Random(7);
        double[][] columns = [.. Enumerable.Range(0, one.Columns).Select(_ => Enumerable.Range(0, one.Rows).Select(_ => random.NextDouble()).ToArray())];
        float[] label = [.. Enumerable.Range(0, one.Rows).Select(i => (float)Math.Clamp((int)(one.Classes * ((columns[0][i] + columns[1][i] + (columns[2][i] * columns[3][i]) + (0.5 * random.NextDouble())) / 3.5)), 0, one.Classes - 1))];
        string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
        var parameters = Parameters.Parse([
            new("objective", one.Classes == 2 ? "binary" : "multiclass"), .. one.Classes == 2 ? Array.Empty<KeyValuePair<string, string>>() : [new("num_class", Text(one.Classes))],
            new("num_leaves", Text(one.Leaves)), new("num_iterations", Text(one.Rounds)), new("learning_rate", "0.05"), new("min_data_in_leaf", "5"), new("num_threads", "1"), new("metric", "none")]);
        using var data = Dataset.Create(columns, [.. Enumerable.Range(0, one.Columns).Select(i => $"f{i}")], label, parameters);
        Booster booster = null!;
        var training = Cpu(() => booster = Booster.Train(parameters, data));
        var trees = one.Rounds * (one.Classes == 2 ? 1 : one.Classes);
        var sample = ExplainSample.Rows(trees, one.Leaves);
        var whole = Cpu(() => booster.Predict(columns.Select(c => c[..500]).ToArray(), PredictionKind.Contributions, threads: 1));
        var bounded = sample == 500 ? whole : Cpu(() => booster.Predict(columns.Select(c => c[..sample]).ToArray(), PredictionKind.Contributions, threads: 1));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"| {one.Name} | {one.Rows:N0} | {one.Columns:N0} | {trees:N0} | {one.Leaves} | {training:0.00} | {whole:0.00} | {whole / (whole + training):0.00} | {sample} | {bounded:0.00} | {bounded / (bounded + training):0.00} | {500.0 * trees * one.Leaves / whole / 1e6:0.0} |"));
    }

    private static double Cpu(Action work)
    {
        var before = Environment.CpuUsage.TotalTime;
        work();
        return (Environment.CpuUsage.TotalTime - before).TotalSeconds;
    }
}
