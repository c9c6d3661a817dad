using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using MlOps.Tabular;

namespace MlOps.Benchmarks.Join;

/// <summary>
/// Joins 300,000 rows with a side table of 3,000,000, as of each row's time, from columns in memory: the index is made anew in every run. The same columns lie
/// in the folder as raw little-endian arrays, for the peers.
/// </summary>
internal static class JoinBenchmark
{
    private const int Rows = 300_000;
    private const int SideRows = 3_000_000;
    private const double Day = 86_400;

    private static readonly Aggregate[] All =
    [
        new("count", AggregateFunction.Count, "amount"), new("sum", AggregateFunction.Sum, "amount"), new("mean", AggregateFunction.Mean, "amount"), new("max", AggregateFunction.Max, "amount"),
    ];

    public static int Run(string[] args)
    {
        if (args.Length == 0)
        {
            Console.Error.WriteLine("name a folder");
            return 2;
        }

        var runs = int.Parse(args.ElementAtOrDefault(1) ?? "5", CultureInfo.InvariantCulture);
        var random = new Random(1);
        int[] keys = [.. Enumerable.Range(0, SideRows).Select(_ => random.Next(Rows))];
        // A day in two years; the main table's rows are of the second one.
        double[] times = [.. Enumerable.Range(0, SideRows).Select(_ => random.Next(730) * Day)];
        double[] amounts = [.. Enumerable.Range(0, SideRows).Select(_ => (double)random.Next(1_000_000) / 64)];
        double[] asOf = [.. Enumerable.Range(0, Rows).Select(_ => (365 + random.Next(365)) * Day)];
        Write(args[0], "keys", keys);
        Write(args[0], "times", times);
        Write(args[0], "amounts", amounts);
        Write(args[0], "as_of", asOf);

        string[] names = [.. Enumerable.Range(0, Rows).Select(i => i.ToString(CultureInfo.InvariantCulture))];
        var side = new SideRows(new TextColumn("key", keys, names), times, times, new Table([new NumberColumn("amount", amounts)]));
        var main = new TextColumn("id", [.. Enumerable.Range(0, Rows)], names);
        foreach (var threads in new[] { 1, 2 })
        {
            Measure("last", threads, runs, side, main, asOf, [new("last", AggregateFunction.Last, "amount")]);
            Measure("count, sum, mean, max of all", threads, runs, side, main, asOf, All);
            Measure("count, sum, mean, max of 180 days", threads, runs, side, main, asOf, [.. All.Select(a => a with { Window = 180 * Day })]);
        }

        Console.WriteLine($"MlOps peak {Process.GetCurrentProcess().PeakWorkingSet64 / 1e6:0} MB");
        DuckDbJoin.Measure(runs, keys, times, amounts, asOf);
        return 0;
    }

    private static void Measure(string what, int threads, int runs, SideRows side, TextColumn main, double[] asOf, Aggregate[] aggregates)
    {
        var (seconds, processor) = (new List<double>(), new List<double>());
        var check = 0.0;
        for (var run = 0; run < runs; run++)
        {
            var before = Environment.CpuUsage.TotalTime;
            var watch = Stopwatch.StartNew();
            var joined = new AsOfTable([side], threads).Join(main, asOf, asOf, aggregates, threads);
            seconds.Add(watch.Elapsed.TotalSeconds);
            processor.Add((Environment.CpuUsage.TotalTime - before).TotalSeconds);
            check = joined.Cast<NumberColumn>().Sum(c => c.Values.Where(v => !double.IsNaN(v)).Sum());
            GC.Collect();
        }

        Tell("MlOps", what, threads, seconds, processor, check);
    }

    internal static void Tell(string who, string what, int threads, List<double> seconds, List<double> processor, double check)
    {
        seconds.Sort();
        processor.Sort();
        Console.WriteLine(
            $"{who} {what}, threads={threads}: best {seconds[0]:0.000} s, median {seconds[seconds.Count / 2]:0.000} s, processor best {processor[0]:0.000} s, median {processor[processor.Count / 2]:0.000} s, checksum {check:0.000}");
    }

    private static void Write<T>(string folder, string name, T[] values)
        where T : unmanaged
    {
        Directory.CreateDirectory(folder);
        File.WriteAllBytes(Path.Combine(folder, name + ".bin"), MemoryMarshal.AsBytes(values.AsSpan()).ToArray());
    }
}
