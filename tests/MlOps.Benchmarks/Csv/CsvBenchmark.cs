using System.Diagnostics;
using System.Globalization;

using MlOps.Tabular;

namespace MlOps.Benchmarks.Csv;

/// <summary>Reads one file to typed columns, several times in one process, and prints seconds, MB/s and the process's peak memory.</summary>
internal static class CsvBenchmark
{
    public static int Run(string[] args)
    {
        if (args.Length == 0)
        {
            Console.Error.WriteLine("name a CSV file");
            return 2;
        }

        var file = args[0];
        var reader = Option(args, "--reader") ?? "mlops";
        var threads = int.Parse(Option(args, "--threads") ?? "1", CultureInfo.InvariantCulture);
        var columns = int.Parse(Option(args, "--columns") ?? "0", CultureInfo.InvariantCulture);
        var runs = int.Parse(Option(args, "--runs") ?? "5", CultureInfo.InvariantCulture);
        var values = args.Contains("--values");
        var bytes = new FileInfo(file).Length;
        var seconds = new List<double>();
        var check = 0.0;
        var processor = new List<double>();
        for (var run = 0; run < runs; run++)
        {
            var watch = Stopwatch.StartNew();
            var before = Process.GetCurrentProcess().TotalProcessorTime;
            check = reader switch
            {
                "mlops" => MlOpsTabular(file, threads, columns, values),
                "csvhelper" => CsvHelperToColumns(file),
                "split" => NaiveSplit(file),
                _ => throw new ArgumentException($"unknown reader {reader}"),
            };
            seconds.Add(watch.Elapsed.TotalSeconds);
            processor.Add((Process.GetCurrentProcess().TotalProcessorTime - before).TotalSeconds);
            GC.Collect();
        }

        seconds.Sort();
        processor.Sort();
        var median = seconds[seconds.Count / 2];
        var peak = Process.GetCurrentProcess().PeakWorkingSet64 / 1e6;
        Console.WriteLine($"{reader} threads={threads} columns={(columns == 0 ? "all" : columns)}{(values ? " doubles" : "")}: best {seconds[0]:0.000} s, median {median:0.000} s, {bytes / 1e6 / median:0} MB/s, processor {processor[processor.Count / 2]:0.000} s (least {processor[0]:0.000}), peak {peak:0} MB, checksum {check:R}");
        return 0;
    }

    private static double MlOpsTabular(string file, int threads, int columns, bool values)
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, FileOptions.SequentialScan);
        var options = new CsvReadOptions { Threads = threads, Columns = columns > 0 ? Chosen(file, columns) : null };
        var read = CsvFile.ReadTable(stream, options);
        var check = 0.0;
        foreach (var column in read.Table.Columns)
        {
            if (column is NumberColumn numbers && values)
            {
                check += numbers.Values.Length > 0 && !double.IsNaN(numbers.Values[^1]) ? numbers.Values[^1] : 0;
            }

            check += column.RowCount;
        }

        return check;
    }

    private static string[] Chosen(string file, int columns) =>
        File.ReadLines(file).First().Split(',').Where((_, i) => i % (122 / columns) == 0).Take(columns).ToArray();

    /// <summary>CsvHelper 34 as it is quickest: its vectorised reader, cells as spans of bytes, double.TryParse; texts where a column has any.</summary>
    private static double CsvHelperToColumns(string file)
    {
        using var csv = CsvHelper.CsvReader.FromFile(file, new CsvHelper.CsvReaderOptions(), FileOptions.SequentialScan);
        List<double>[]? numbers = null;
        List<string>?[] texts = [];
        while (csv.Read())
        {
            if (numbers is null)
            {
                numbers = [.. Enumerable.Range(0, csv.FieldCount).Select(_ => new List<double>())];
                texts = new List<string>?[numbers.Length];
            }

            for (var c = 0; c < numbers.Length; c++)
            {
                var cell = csv.GetSpan(c);
                var value = double.NaN;
                if (texts[c] is null && (cell.IsEmpty || double.TryParse(cell, NumberStyles.Float, CultureInfo.InvariantCulture, out value)))
                {
                    numbers[c].Add(value);
                    continue;
                }

                (texts[c] ??= []).Add(csv.GetString(c));
                numbers[c].Add(double.NaN);
            }
        }

        return numbers!.Sum(n => (double)n.Count);
    }

    private static double NaiveSplit(string file)
    {
        List<double>[]? numbers = null;
        List<string>?[] texts = [];
        foreach (var line in File.ReadLines(file))
        {
            var cells = line.Split(',');
            if (numbers is null)
            {
                numbers = [.. cells.Select(_ => new List<double>())];
                texts = new List<string>?[cells.Length];
                continue;
            }

            for (var c = 0; c < numbers.Length; c++)
            {
                Add(c < cells.Length ? cells[c] : "", numbers[c], ref texts[c]);
            }
        }

        return numbers!.Sum(n => (double)n.Count);
    }

    private static void Add(string cell, List<double> numbers, ref List<string>? texts)
    {
        if (texts is null && (cell.Length == 0 || double.TryParse(cell, NumberStyles.Float, CultureInfo.InvariantCulture, out _)))
        {
            numbers.Add(cell.Length == 0 ? double.NaN : double.Parse(cell, NumberStyles.Float, CultureInfo.InvariantCulture));
            return;
        }

        (texts ??= []).Add(cell);
        numbers.Add(double.NaN);
    }

    private static string? Option(string[] args, string name)
    {
        var at = Array.IndexOf(args, name);
        return at >= 0 && at + 1 < args.Length ? args[at + 1] : null;
    }
}
