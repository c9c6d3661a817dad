using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using MlOps.Boosting.Data;
using MlOps.Boosting.Evaluation;
using MlOps.Boosting.Settings;
using MlOps.Boosting;

namespace MlOps.Benchmarks.Boosting;

/// <summary>
/// <c>boosting write FILE ROWS FEATURES SEED</c> makes the workload; <c>boosting run FILE ROWS FEATURES LEAVES ROUNDS
/// THREADS</c> bins, trains and predicts, and prints one line of JSON. The script boosting-peers.py runs the peers on
/// the same file.
/// </summary>
internal static class BoostingBenchmark
{
    public static int Run(string[] args)
    {
        switch (args)
        {
            case ["native", .. string[] rest]:
                return NativeBenchmark.Run(rest);
            case ["write", string file, string rows, string features, string seed]:
                BoostingData.Write(file, Number(rows), Number(features), Number(seed));
                return 0;
            case ["run", string file, string rows, string features, string leaves, string rounds, string threads]:
                Measure(file, Number(rows), Number(features), Number(leaves), Number(rounds), Number(threads));
                return 0;
            default:
                Console.Error.WriteLine("boosting write FILE ROWS FEATURES SEED | boosting run FILE ROWS FEATURES LEAVES ROUNDS THREADS | boosting native [TABLE]");
                return 2;
        }
    }

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    private static void Measure(string file, int rows, int features, int leaves, int rounds, int threads)
    {
        (double[][] columns, float[] label) = BoostingData.Read(file, rows, features);
        Parameters parameters = Parameters.Parse([
            new("objective", "binary"), new("num_leaves", leaves.ToString(CultureInfo.InvariantCulture)),
            new("num_iterations", rounds.ToString(CultureInfo.InvariantCulture)), new("learning_rate", "0.1"),
            new("max_bin", "255"), new("min_data_in_leaf", "20"), new("num_threads", threads.ToString(CultureInfo.InvariantCulture)),
            new("metric", "none")]);
        string[] names = [.. Enumerable.Range(0, features).Select(i => $"f{i}")];

        var clock = Stopwatch.StartNew();
        using Dataset data = Dataset.Create(columns, names, label, parameters);
        double binning = clock.Elapsed.TotalSeconds;

        // As with the peers: one round ahead is not counted, of two trainings the faster one is, and of predictions the
        // median, the first apart.
        Booster booster = Booster.Train(parameters.With("num_iterations", "1"), data);
        (double training, double trainingCpu) = Enumerable.Range(0, 2).Select(_ => Time(() => booster = Booster.Train(parameters, data))).Min();
        double[] predictions = booster.Predict(columns, threads: threads);
        (double Seconds, double Cpu)[] times = [.. Enumerable.Range(0, 5).Select(_ => Time(() => predictions = booster.Predict(columns, threads: threads))).Order()];
        (double predicting, double predictingCpu) = times[2];
        Console.WriteLine(JsonSerializer.Serialize(new
        {
            learner = "MlOps.Boosting",
            leaves,
            threads,
            rounds,
            binning_seconds = Math.Round(binning, 3),
            training_seconds = Math.Round(training, 3),
            training_cpu_seconds = Math.Round(trainingCpu, 3),
            predict_rows_per_second = Math.Round(rows / predicting),
            predict_rows_per_cpu_second = Math.Round(rows / predictingCpu),
            one_row_microseconds = OneRow(booster, columns),
            peak_memory_mb = Math.Round(Process.GetCurrentProcess().PeakWorkingSet64 / 1048576.0),
            auc = Math.Round(Metrics.Auc(predictions, label), 6),
            predictions_sha256 = Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes(predictions.AsSpan()))),
        }));
    }

    // The quickest of three passes over the first rows, one call a row.
    private static double OneRow(Booster booster, double[][] columns)
    {
        int calls = Math.Min(columns[0].Length, 20_000);
        var rows = new double[calls * columns.Length];
        for (int i = 0; i < calls; i++)
        {
            for (int f = 0; f < columns.Length; f++)
            {
                rows[(i * columns.Length) + f] = columns[f][i];
            }
        }

        double seconds = double.PositiveInfinity;
        double sum = 0;
        for (int repeat = 0; repeat < 3; repeat++)
        {
            var clock = Stopwatch.StartNew();
            for (int i = 0; i < calls; i++)
            {
                sum += booster.PredictRow(rows.AsSpan(i * columns.Length, columns.Length));
            }

            seconds = Math.Min(seconds, clock.Elapsed.TotalSeconds);
        }

        return double.IsFinite(sum) ? 1e6 * seconds / calls : throw new InvalidOperationException("A prediction is no number.");
    }

    private static (double Seconds, double Cpu) Time(Action action)
    {
        TimeSpan cpu = Environment.CpuUsage.TotalTime;
        long start = Stopwatch.GetTimestamp();
        action();
        return (Stopwatch.GetElapsedTime(start).TotalSeconds, (Environment.CpuUsage.TotalTime - cpu).TotalSeconds);
    }
}
