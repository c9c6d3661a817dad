using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace MlOps.Benchmarks.Boosting;

/// <summary>
/// <c>boosting native [TABLE]</c>: native LightGBM 4.7 and this learner on the same files, by turns, three times each in processes of their own with
/// <c>OMP_WAIT_POLICY=passive</c>; a row of the table that it prints has the medians and their ratios, and whether the predictions are the same bits.
/// </summary>
internal static class NativeBenchmark
{
    private const int Repeats = 3;
    private const int Rounds = 100;

    private static readonly (string Name, int Rows, int Leaves, int Threads)[] Cases =
    [
        ("dense", 240_000, 31, 1), ("dense", 240_000, 31, 2), ("dense", 240_000, 255, 1), ("dense", 240_000, 255, 2),
        ("credit", 60_000, 31, 1), ("credit", 60_000, 31, 2), ("wide", 60_000, 31, 1), ("wide", 60_000, 31, 2),
    ];

    public static int Run(string[] tables)
    {
        Console.WriteLine("| table | columns | leaves | threads | binning s | of LightGBM's | of its sparse input's | training s | of LightGBM's | processor time of LightGBM's | rows/s predicted | times LightGBM's | one row µs | of LightGBM's | peak MB | same bits |");
        Console.WriteLine("|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|");
        foreach (IGrouping<string, (string Name, int Rows, int Leaves, int Threads)> table in Cases.Where(c => tables.Length == 0 || tables.Contains(c.Name)).GroupBy(c => c.Name))
        {
            string file = Path.GetTempFileName();
            try
            {
                int features = Write(table.Key, table.First().Rows, file);
                foreach ((string name, int rows, int leaves, int threads) in table)
                {
                    string[] words = [file, .. new[] { rows, features, leaves, Rounds, threads }.Select(number => number.ToString(CultureInfo.InvariantCulture))];
                    var (ours, natives) = (new List<JsonElement>(), new List<JsonElement>());
                    for (int repeat = 0; repeat < Repeats; repeat++)
                    {
                        natives.Add(Child("MlOps.NativeLightGbm.dll", ["time", .. words], threads));
                        ours.Add(Child("MlOps.Benchmarks.dll", ["boosting", "run", .. words], threads));
                    }

                    Print(name, features, leaves, threads, ours, natives);
                }
            }
            finally
            {
                File.Delete(file);
            }
        }

        return 0;
    }

    private static int Write(string table, int rows, string file)
    {
        if (table == "dense")
        {
            BoostingData.Write(file, rows, 28, 1);
            return 28;
        }

        (double[][] columns, double[] label) = table == "credit"
            ? OneHotTables.Make(rows, 60, [2, 2, 2, 3, 3, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 10, 18, 38], 1)
            : OneHotTables.Make(rows, 0, [.. Enumerable.Range(0, 50).Select(_ => 20)], 1);
        BoostingData.Write(file, columns, label);
        return columns.Length;
    }

    private static JsonElement Child(string program, string[] arguments, int threads)
    {
        using Process process = Process.Start(new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, program), .. arguments])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            Environment = { ["OMP_NUM_THREADS"] = threads.ToString(CultureInfo.InvariantCulture), ["OMP_WAIT_POLICY"] = "passive" },
        })!;
        string said = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? JsonDocument.Parse(said).RootElement : throw new InvalidOperationException($"{program} ended with {process.ExitCode}.");
    }

    private static void Print(string name, int features, int leaves, int threads, List<JsonElement> ours, List<JsonElement> natives)
    {
        double Ours(string figure) => Median(ours, figure);
        double Ratio(string figure, string? of = null) => Median(ours, figure) / Median(natives, of ?? figure);
        bool same = ours.Concat(natives).Select(answer => answer.GetProperty("predictions_sha256").GetString()).Distinct().Count() == 1;
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"| {name} | {features} | {leaves} | {threads} | {Ours("binning_seconds"):0.00} | {Ratio("binning_seconds"):0.00} | {Ratio("binning_seconds", "sparse_binning_seconds"):0.00} | {Ours("training_seconds"):0.00} | {Ratio("training_seconds"):0.00} | {Ratio("training_cpu_seconds"):0.00} | {Ours("predict_rows_per_second"):#,0} | {Ratio("predict_rows_per_second"):0.0} | {Ours("one_row_microseconds"):0.0} | {Ratio("one_row_microseconds"):0.00} | {Ours("peak_memory_mb"):0} | {(same ? "yes" : "NO")} |"));
    }

    private static double Median(List<JsonElement> answers, string figure) => answers.Select(answer => answer.GetProperty(figure).GetDouble()).Order().ElementAt(answers.Count / 2);
}
