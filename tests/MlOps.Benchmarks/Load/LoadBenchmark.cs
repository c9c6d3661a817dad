using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Azure.Storage.Blobs;
using MlOps.Cli.Hosting;
using MlOps.EndToEnd.Tests.Arrival;
using MlOps.Pipeline.Drops;
using MlOps.Storage;

namespace MlOps.Benchmarks.Load;

/// <summary>
/// Many files dropped at once into the local server as it is: ten files a pipeline, in any order. Afterwards each file has its predictions, those of a
/// pipeline in the order of their periods, and no pipeline has waited for all of another; meanwhile the API answers. Time, requests to the storage and
/// memory are told for each number of files, to be held against each other.
/// </summary>
internal static class LoadBenchmark
{
    private const int FilesOfPipeline = 10;
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Tell = TimeSpan.FromSeconds(30);

    private static readonly string[] Periods =
        ["initial", .. Enumerable.Range(0, FilesOfPipeline - 1).Select(month => new DateOnly(2020, 10, 1).AddMonths(month).ToString("yyyyMMdd", CultureInfo.InvariantCulture))];

    public static async Task<int> RunAsync(string[] arguments)
    {
        var sizes = arguments.Length == 0 ? [10, 100, 1000] : arguments.Select(size => int.Parse(size, CultureInfo.InvariantCulture)).ToArray();
        Console.WriteLine($"{Environment.ProcessorCount} cores; ten files of 200 rows (the first of 800) a pipeline");
        Console.WriteLine("| files | pipelines | seconds | seconds a file | requests a file | blob, queue, table | processor seconds a file, server and emulator | most memory, server and emulator, MB | API, median and slowest of a hundred, ms | first predictions of the last pipeline, all of the first one | out of order | twice |");
        Console.WriteLine("|---|---|---|---|---|---|---|---|---|---|---|---|");
        foreach (var files in sizes)
        {
            await OneAsync(files);
        }

        return 0;
    }

    private static async Task OneAsync(int files)
    {
        var folder = Directory.CreateTempSubdirectory("mlops-load-").FullName;
        using var logging = Logs.Create(LogLevel.Error);
        await using var server = await LocalServer.StartAsync(new ServerOptions { DataFolder = folder, Port = 0 }, logging, CancellationToken.None);
        var info = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(folder, "account.json"))).RootElement;
        var emulator = Process.GetProcessById(info.GetProperty("emulatorProcessId").GetInt32());
        using var requests = new StorageRequests(info.GetProperty("ports"));
        var account = new StorageAccount(new BlobServiceClient(server.LocalConnection, requests.NotCounted()));

        var names = Enumerable.Range(0, Math.Max(1, files / FilesOfPipeline)).Select(p => PipelineName.Parse($"p{p:000}")).ToArray();
        foreach (var name in names)
        {
            await account.Definitions.GetBlobClient($"{name}.yaml").UploadAsync(BinaryData.FromString(SmallCase.Definition));
        }

        // Any order, the same each time.
        var drops = names.SelectMany(name => Periods.Take(files / names.Length).Select(period => (Name: name, Period: period))).ToArray();
        new Random(1).Shuffle(drops);
        ResetPeak();
        var processor = Process.GetCurrentProcess().TotalProcessorTime + emulator.TotalProcessorTime;
        requests.Begin();
        var watch = Stopwatch.StartNew();
        await using var api = new ApiLatency(server.Address);
        await Parallel.ForEachAsync(drops, new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (drop, cancellation) =>
            await account.Input.GetBlobClient($"{drop.Name}/{drop.Period}.csv").UploadAsync(new BinaryData(SmallCase.File(drop.Period)), overwrite: true, cancellation));
        var ledgers = await EndedAsync(account, names, files / names.Length);
        var seconds = watch.Elapsed.TotalSeconds;
        emulator.Refresh();
        var spent = Process.GetCurrentProcess().TotalProcessorTime + emulator.TotalProcessorTime - processor;

        var publications = ledgers.Select(ledger => ledger.Publications.OrderBy(p => p.AsOf).ToArray()).Where(all => all.Length > 0).ToArray();
        var began = ledgers.SelectMany(ledger => ledger.Runs).Min(run => run.StartedAt);
        double After(DateTimeOffset time) => (time - began).TotalSeconds;
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"| {files} | {names.Length} | {seconds:F0} | {seconds / files:F2} | {(double)requests.All / files:F0} | {requests.Blob / files}, {requests.Queue / files}, {requests.Table / files} | {spent.TotalSeconds / files:F2} | {Peak(Environment.ProcessId):F0}, {Peak(emulator.Id):F0} | {api.Median:F0}, {api.SlowestOfHundred:F0} | {publications.Max(all => After(all[0].AsOf)):F0} s, {publications.Min(all => After(all[^1].AsOf)):F0} s | {publications.Sum(OutOfOrder)} | {publications.Sum(all => all.Count(p => p.Revision > 1))} |"));
    }

    // First predictions that came before those of an earlier period.
    private static int OutOfOrder(Publication[] all)
    {
        var first = all.Where(p => p.Revision == 1).Select(p => p.Period).ToArray();
        return Enumerable.Range(1, Math.Max(0, first.Length - 1)).Count(i => string.CompareOrdinal(first[i], first[i - 1]) < 0);
    }

    private static async Task<IReadOnlyList<Ledger>> EndedAsync(StorageAccount account, PipelineName[] names, int files)
    {
        var store = new LedgerStore(account);
        var ended = new Dictionary<PipelineName, Ledger>();
        var watch = Stopwatch.StartNew();
        var said = TimeSpan.Zero;
        while (ended.Count < names.Length)
        {
            await Task.Delay(Look);
            var told = await NoticesAsync(account);
            if (watch.Elapsed - said > Tell)
            {
                said = watch.Elapsed;
                await Console.Error.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{said.TotalSeconds:F0} s: {told.Values.Sum()} runs have told their end"));
            }

            foreach (var name in names.Where(name => !ended.ContainsKey(name) && told.GetValueOrDefault(name.Value) >= files))
            {
                var ledger = await store.ReadAsync(name);
                if (ledger.Runs.Select(run => run.Period).Distinct().Count() < files || ledger.Runs.Any(run => run.State == RunState.Active))
                {
                    continue;
                }

                var failed = ledger.Runs.FirstOrDefault(run => run.State != RunState.Succeeded);
                ended[name] = failed is null ? ledger : throw new InvalidOperationException($"{failed.RunId} is {failed.State}: {failed.Reason}");
            }
        }

        return [.. ended.Values];
    }

    // Runs of each pipeline that have told their end: one list, where a look into each ledger every second would be a load of its own.
    private static async Task<Dictionary<string, int>> NoticesAsync(StorageAccount account)
    {
        var runs = new Dictionary<string, int>(StringComparer.Ordinal);
        await foreach (var blob in account.Notifications.GetBlobsAsync())
        {
            var pipeline = blob.Name.Split('/')[0];
            runs[pipeline] = runs.GetValueOrDefault(pipeline) + 1;
        }

        return runs;
    }

    private static void ResetPeak()
    {
        GC.Collect();
        if (OperatingSystem.IsLinux())
        {
            File.WriteAllText("/proc/self/clear_refs", "5");
        }
    }

    // Megabytes.
    private static double Peak(int process)
    {
        var line = File.ReadLines($"/proc/{process}/status").First(line => line.StartsWith("VmHWM:", StringComparison.Ordinal));
        return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2], CultureInfo.InvariantCulture) / 1024.0;
    }
}
