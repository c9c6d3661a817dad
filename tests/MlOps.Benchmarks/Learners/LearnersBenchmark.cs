using System.Text.Json;
using MlOps.Pipeline.Artifacts;
using MlOps.Pipeline.Definitions;
using MlOps.Pipeline.Steps.Accumulate;
using MlOps.Pipeline.Steps.Split;
using MlOps.Pipeline.Tests.Steps;
using MlOps.Tabular;
using MlOps.Testing;

namespace MlOps.Benchmarks.Learners;

/// <summary>
/// The pipeline's steps on real tables, by definition only, with a search of ten trials: the metric of the test part, and the rows
/// of each part as a CSV, so that a peer can learn from the same rows and be judged on the same rows.
/// </summary>
internal static class LearnersBenchmark
{
    private sealed record Case(string Name, string Folder, string Definition, string Metric, int Periods);

    // Columns that tell the label are left out, as the README of each data set says.
    private static readonly Case[] Cases =
    [
        new("credit-default", "credit-default/drops", "label: default payment next month\nid: ID\n", "auc", int.MaxValue),
        new("bank-marketing", "bank-marketing/drops", "label: y\nexclude: [duration]\n", "auc", int.MaxValue),
        new("german-credit", "german-credit", "label: class\n", "auc", 0),
        new("titanic", "titanic", "label: survived\nexclude: [name, ticket, cabin, boat, body, home.dest]\n", "auc", 0),
        new("bike-sharing", "bike-sharing/drops", "task: regression\nlabel: cnt\nid: instant\nexclude: [dteday, casual, registered]\n", "rmse", int.MaxValue),
        new("titanic-class", "titanic", "task: multiclass\nlabel: pclass\nexclude: [name, ticket, cabin, boat, body, home.dest, survived]\n", "multi_logloss", 0),
    ];

    public static async Task<int> RunAsync(string[] args)
    {
        if (args is not [var data, var output, ..])
        {
            Console.Error.WriteLine("usage: MlOps.Benchmarks learners DATA-FOLDER OUTPUT-FOLDER [CASE [SEED]]");
            return 2;
        }

        await using var azurite = new AzuriteFixture();
        await azurite.InitializeAsync();
        foreach (var one in Cases.Where(c => args.Length < 3 || c.Name == args[2]))
        {
            await RunAsync(azurite, one, Path.Combine(data, one.Folder), output, args.ElementAtOrDefault(3) ?? "42");
        }

        return 0;
    }

    private static async Task RunAsync(AzuriteFixture azurite, Case one, string folder, string output, string seed)
    {
        // Another seed divides the rows otherwise: how much the figure moves by that alone is its noise.
        var pipeline = await TestPipeline.CreateAsync(azurite, one.Definition + $"tune: 10\nsplit: {{seed: {seed}}}\n");
        var files = Directory.GetFiles(folder, "*.csv*").Order(StringComparer.Ordinal).ToArray();
        var initial = files.SingleOrDefault(f => Path.GetFileName(f).StartsWith("initial", StringComparison.Ordinal)) ?? files[0];
        var history = new List<PinnedDrop> { await pipeline.DropAsync("initial", await File.ReadAllBytesAsync(initial)) };
        var periods = files.Where(f => f != initial).Take(one.Periods).ToArray();
        foreach (var file in periods[..Math.Max(0, periods.Length - 1)])
        {
            history.Add(await pipeline.DropAsync(Path.GetFileNameWithoutExtension(file), await File.ReadAllBytesAsync(file)));
        }

        // The last period is predicted; a table without periods has its own first rows predicted, which the test metric does not see.
        var score = periods.Length > 0
            ? await pipeline.DropAsync(Path.GetFileNameWithoutExtension(periods[^1]), await File.ReadAllBytesAsync(periods[^1]))
            : await pipeline.DropAsync("20200101", string.Join('\n', (await File.ReadAllLinesAsync(initial))[..20]) + "\n");
        var run = await pipeline.RunAsync(score, [.. history]);
        var context = new StepContext(pipeline.Account, pipeline.Steps.Runner, pipeline.Steps.Definitions, new StepOptions(2));
        var rows = await HistoryRows.OpenAsync(context, pipeline.Pipeline, run.Accumulate.RequireKey(), CancellationToken.None);
        Directory.CreateDirectory(output);
        Write(Path.Combine(output, one.Name + ".csv"), rows);
        var facts = new { name = one.Name, metric = one.Metric, test = run.Evaluate.Metrics["test"], trees = run.Train.Trees, parameters = run.Train.Parameters };
        await File.WriteAllTextAsync(Path.Combine(output, one.Name + ".json"), JsonSerializer.Serialize(facts));
        Console.WriteLine($"{one.Name}: {one.Metric} {run.Evaluate.Metrics["test"][one.Metric]:0.00000} on {rows.Rows(Part.Test).Length} test rows");
    }

    private static void Write(string path, HistoryRows rows)
    {
        using var file = File.Create(path);
        using var writer = new CsvWriter(file);
        var columns = rows.Table.Columns;
        foreach (var column in columns)
        {
            writer.Write(column.Name);
        }

        writer.Write("__part");
        writer.EndRecord();
        for (var row = 0; row < rows.Table.RowCount; row++)
        {
            foreach (var column in columns)
            {
                if (column is NumberColumn number && !number.IsMissing(row))
                {
                    writer.Write(number.Values[row]);
                }
                else
                {
                    writer.Write(column.Text(row) ?? "");
                }
            }

            writer.Write(rows.Parts[row].ToString().ToLowerInvariant());
            writer.EndRecord();
        }
    }
}
