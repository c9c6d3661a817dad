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
/// One more file for a pipeline that has had N: how long the run takes, what it asks of the storage and how many bytes that is, for few and for many. A second
/// file tells what the server has kept from the first. Then what the page asks first, twice.
/// </summary>
internal static class LedgerBenchmark
{
    private static readonly PipelineName Name = PipelineName.Parse("year");
    private static readonly TimeSpan SweepLimit = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(100);

    // How this program looks whether a run has told its end; the product asks so once a run.
    private const string Asked = "HEAD notifications/";
    private static readonly string[] Views = ["/api/pipelines", "/api/pipelines/year", "/api/pipelines/year/periods?limit=50", "/api/runs?pipeline=year&limit=50", "/api/runs?limit=50"];

    // Read once by a step that has its own key: what the runs learn from is the same whatever has been dropped.
    private static readonly string[] Real = ["initial", "20201001", "20201101"];

    public static async Task<int> RunAsync(string[] arguments)
    {
        var details = arguments.Contains("--kinds");
        int[] sizes = [.. arguments.Where(a => a != "--kinds").Select(size => int.Parse(size, CultureInfo.InvariantCulture))];
        foreach (var drops in sizes.Length == 0 ? [10, 10_000] : sizes)
        {
            await OneAsync(drops, details);
        }

        return 0;
    }

    private static async Task OneAsync(int drops, bool details)
    {
        using var traffic = new StorageTraffic();
        var folder = Directory.CreateTempSubdirectory("mlops-ledger-").FullName;
        try
        {
            await using (var first = await StartAsync(folder))
            {
                await first.Account.Definitions.GetBlobClient($"{Name}.yaml").UploadAsync(BinaryData.FromString(SmallCase.Definition));
                foreach (var period in Real)
                {
                    await DropAsync(first, period, labelled: period == "20201001");
                }
            }

            var watch = Stopwatch.StartNew();
            await using (var emulator = await LocalAccount.OpenAsync(folder, CancellationToken.None))
            {
                await YearOfDrops.FillAsync(
                    new StorageAccount(new BlobServiceClient(emulator.Info.ConnectionString)), Name, drops, SmallCase.File("20201201", labelled: false));
            }

            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{drops} drops, filled in {watch.Elapsed.TotalSeconds:F0} s"));
            LocalServer started = null!;
            await TellAsync("start, with a sweep", traffic, details, async () =>
            {
                started = await StartAsync(folder);

                // The first sweep of a start is not a run's.
                await Task.Delay(SweepLimit);
                return 0;
            });
            await using var server = started;
            for (var day = 0; day < 2; day++)
            {
                await TellAsync($"{(day == 0 ? "one more file" : "another one")}", traffic, details, () => DropAsync(server, YearOfDrops.PeriodAfter(day), labelled: false));
            }

            using var client = new HttpClient { BaseAddress = server.Address };
            foreach (var view in Views.Concat(Views))
            {
                await TellAsync(view, traffic, details: false, async () =>
                {
                    var answer = await client.GetByteArrayAsync(view);
                    return answer.Length == 0 ? throw new InvalidOperationException($"{view} is empty.") : answer.Length;
                });
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static Task<LocalServer> StartAsync(string folder) => LocalServer.StartAsync(
        new ServerOptions { DataFolder = folder, Port = 0, SweepInterval = TimeSpan.FromHours(1) }, Logs.Create(LogLevel.Error), CancellationToken.None);

    private static async Task TellAsync<T>(string what, StorageTraffic traffic, bool details, Func<Task<T>> work)
    {
        await traffic.BeginAsync();
        var processor = Process.GetCurrentProcess().TotalProcessorTime;
        var watch = Stopwatch.StartNew();
        await work();
        var seconds = watch.Elapsed.TotalSeconds;
        processor = Process.GetCurrentProcess().TotalProcessorTime - processor;
        var kinds = traffic.Kinds.Where(k => k.Key != Asked).OrderByDescending(k => k.Value).ToArray();
        var (received, sent) = await traffic.EndAsync();
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"  {what}: {seconds:F2} s, processor {processor.TotalSeconds:F2} s, {kinds.Sum(k => k.Value)} requests, {received / 1e6:F2} MB read, {sent / 1e6:F2} MB sent"));
        foreach (var (kind, count) in details ? kinds : [])
        {
            Console.WriteLine($"      {count,5} {kind}");
        }
    }

    private static async Task<LedgerRun> DropAsync(LocalServer server, string period, bool labelled)
    {
        var account = new StorageAccount(new BlobServiceClient(server.LocalConnection));
        var put = await account.Input.GetBlobClient($"{Name}/{period}.csv").UploadAsync(new BinaryData(SmallCase.File(period, labelled: labelled || period == "initial")), overwrite: true);
        var id = RunIds.ForArrival(Name.Value, period, RunIds.NormalizeETag(put.Value.ETag.ToString()));
        using var client = new HttpClient { BaseAddress = server.Address };
        while (true)
        {
            await Task.Delay(Look);
            if (await account.Notifications.GetBlobClient($"{Name}/{id}.json").ExistsAsync())
            {
                var ended = (await new MlOps.Pipeline.Orchestrations.RunDocuments(account).ReadAsync(Name, RunId.Parse(id)))!;
                return ended.State == RunState.Succeeded ? new LedgerRun { RunId = id, Period = period, Revision = 1, ETag = "" } : throw new InvalidOperationException($"{id} is {ended.State}: {ended.Reason}");
            }
        }
    }
}
