using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using Azure.Storage.Blobs;
using MlOps.Cli.Hosting;
using MlOps.Pipeline.Drops;
using MlOps.Pipeline.Orchestrations;
using MlOps.Storage;

namespace MlOps.Benchmarks.Load;

/// <summary>
/// How much memory a large history takes, step by step: a file of so many rows and 20 columns, and one of a tenth of it to be predicted, through the local server.
/// The emulator is a process of its own and does not count. Run it with <c>DOTNET_GCHeapHardLimit</c> to see whether a limit suffices.
/// </summary>
internal static class MemoryBenchmark
{
    private const int Columns = 20;
    private const double Megabyte = 1 << 20;
    private static readonly PipelineName Name = PipelineName.Parse("large");
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan Ask = TimeSpan.FromMilliseconds(300);

    private const string Definition = """
        label: TARGET
        id: ID
        model: {num_iterations: 10, num_leaves: 15}
        tune: {trials: 2}
        """;

    public static async Task<int> RunAsync(string[] arguments)
    {
        var rows = arguments.Length > 0 ? int.Parse(arguments[0], CultureInfo.InvariantCulture) : 300_000;
        var folder = Directory.CreateTempSubdirectory("mlops-memory-").FullName;
        try
        {
            await using var server = await LocalServer.StartAsync(
                new ServerOptions { DataFolder = folder, Port = 0, SweepInterval = TimeSpan.FromHours(1) }, Logs.Create(LogLevel.Warning), CancellationToken.None);
            await server.Account.Definitions.GetBlobClient($"{Name}.yaml").UploadAsync(BinaryData.FromString(Definition));
            Console.WriteLine($"{rows} rows, {Columns} columns; heap limit {Environment.GetEnvironmentVariable("DOTNET_GCHeapHardLimit") ?? "none"}; at rest {Environment.WorkingSet / Megabyte:F0} MB");
            foreach (var (period, count) in new[] { ("initial", rows), ("20201001", rows / 10) })
            {
                if (!await DropAsync(server, folder, period, count))
                {
                    return 1;
                }
            }

            return 0;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<bool> DropAsync(LocalServer server, string folder, string period, int rows)
    {
        var path = Path.Combine(folder, period + ".csv");
        Write(path, period, rows);
        var account = new StorageAccount(new BlobServiceClient(server.LocalConnection));
        var put = await account.Input.GetBlobClient($"{Name}/{period}.csv").UploadAsync(path);
        File.Delete(path);
        var id = RunIds.ForArrival(Name.Value, period, RunIds.NormalizeETag(put.Value.ETag.ToString()));
        var peaks = new ConcurrentDictionary<string, double>();
        var order = new List<string>();
        var stage = "begin";
        using var over = new CancellationTokenSource();
        var watching = Task.Run(() =>
        {
            while (!over.IsCancellationRequested)
            {
                var now = Process.GetCurrentProcess().WorkingSet64 / Megabyte;
                var of = Volatile.Read(ref stage);
                if (!peaks.ContainsKey(of))
                {
                    order.Add(of);
                }

                peaks.AddOrUpdate(of, now, (_, before) => Math.Max(before, now));
                Thread.Sleep(Look);
            }
        });
        var watch = Stopwatch.StartNew();
        RunDocument? ended = null;
        while (ended is not { EndedAt: not null })
        {
            await Task.Delay(Ask);
            Volatile.Write(ref stage, await server.History.StageAsync(id, CancellationToken.None) ?? stage);
            ended = await new RunDocuments(account).ReadAsync(Name, RunId.Parse(id));
        }

        await over.CancelAsync();
        await watching;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{period}: {ended.State} in {watch.Elapsed.TotalSeconds:F0} s {(ended.State == RunState.Succeeded ? "" : ended.Reason)}"));
        foreach (var of in order)
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {peaks[of],7:F0} MB  {of}"));
        }

        return ended.State == RunState.Succeeded;
    }

    private static void Write(string path, string period, int rows)
    {
        var random = new Random(period.Length);
        using var file = new StreamWriter(path, append: false, Encoding.UTF8, 1 << 20);
        file.Write("ID,TARGET,KIND");
        for (var i = 3; i < Columns; i++)
        {
            file.Write($",C{i}");
        }

        file.Write('\n');
        var first = period == "initial" ? 0 : 100_000_000;
        for (var row = 0; row < rows; row++)
        {
            var risk = random.NextDouble();
            file.Write(string.Create(CultureInfo.InvariantCulture, $"{first + row},{(risk + (0.3 * random.NextDouble()) > 0.9 ? 1 : 0)},k{random.Next(5)},{Math.Round(risk, 3)}"));
            for (var i = 4; i < Columns; i++)
            {
                // Whole numbers, amounts with cents, and shares.
                file.Write(string.Create(CultureInfo.InvariantCulture, $",{(i % 3) switch { 0 => random.Next(100), 1 => random.Next(1_000_000) / 100.0, _ => Math.Round(random.NextDouble(), 4) }}"));
            }

            file.Write('\n');
        }
    }
}
