using System.Diagnostics;
using Azure.Storage.Blobs;
using MlOps.Cli.Azurite;
using MlOps.Durable;
using MlOps.Durable.Local;
using MlOps.DurableWorker;
using MlOps.HostDouble;

namespace MlOps.Benchmarks.Durable;

/// <summary>What the durable drivers do in a second, and how soon the published handler answers.</summary>
internal static class DurableBenchmarks
{
    private const int Instances = 30;
    private const int Activities = 10;
    private const int Starts = 10;

    /// <summary>Instances and activities a second on Azurite, with one and two processes.</summary>
    public static async Task<int> ThroughputAsync()
    {
        var folder = Directory.CreateTempSubdirectory("mlops-benchmark-").FullName;
        await using var azurite = await AzuriteProcess.StartAsync(folder, 0, Console.Error.WriteLine, CancellationToken.None);
        Console.WriteLine($"Local driver on Azurite, {Environment.ProcessorCount} cores; {Instances} instances of {Activities} empty activities");
        Console.WriteLine("| processes | activities of an instance | seconds | instances/s | activities/s |");
        Console.WriteLine("|---|---|---|---|---|");
        foreach (var processes in new[] { 1, 2 })
        {
            foreach (var parallel in new[] { 1, Activities })
            {
                var seconds = await RunAsync(azurite.ConnectionString, $"b{processes}x{parallel}", processes, parallel);
                Console.WriteLine($"| {processes} | {(parallel == 1 ? "one after the other" : "side by side")} | {seconds:F1} | {Instances / seconds:F1} | {Instances * Activities / seconds:F0} |");
            }
        }

        return 0;
    }

    /// <summary>Start of the published handler until it answers the host's probe: median of ten.</summary>
    /// <param name="folder">What <c>dotnet publish functions/MlOps.Cli -c Release -o FOLDER</c> made.</param>
    public static async Task<int> HandlerStartAsync(string folder)
    {
        var settings = new Dictionary<string, string>(StringComparer.Ordinal) { ["MLOPS_CONNECTION"] = "UseDevelopmentStorage=true" };
        var times = new List<double>();
        for (var start = 0; start < Starts; start++)
        {
            await using var handler = new HandlerProcess(Path.Combine(folder, "mlops"), ["handler"], folder, settings);
            await handler.StartAsync();
            times.Add(handler.LastStart.TotalMilliseconds);
        }

        times.Sort();
        Console.WriteLine($"published handler answers after {(times[4] + times[5]) / 2:F0} ms (median of {Starts}; {times[0]:F0} to {times[^1]:F0} ms; probed every 25 ms)");
        return 0;
    }

    private static async Task<double> RunAsync(string connection, string name, int processes, int parallel)
    {
        var container = new BlobContainerClient(connection, name);
        await container.CreateIfNotExistsAsync();
        var workers = Enumerable.Range(0, processes).Select(_ => StartWorker(connection, name)).ToList();
        try
        {
            foreach (var worker in workers)
            {
                if (await worker.StandardOutput.ReadLineAsync() is null)
                {
                    throw new InvalidOperationException("A worker did not start.");
                }
            }

            var client = new LocalDurableTaskClient(container);
            await RunJobsAsync(client, "warm", 4, parallel);
            var watch = Stopwatch.StartNew();
            await RunJobsAsync(client, "job", Instances, parallel);
            return watch.Elapsed.TotalSeconds;
        }
        finally
        {
            foreach (var worker in workers)
            {
                worker.StandardInput.Close();
                await worker.WaitForExitAsync();
                worker.Dispose();
            }
        }
    }

    private static async Task RunJobsAsync(LocalDurableTaskClient client, string prefix, int count, int parallel)
    {
        await Parallel.ForEachAsync(Enumerable.Range(0, count), async (i, cancellation) =>
            await client.TryScheduleAsync(Work.Job, new JobInput(Activities, parallel, 0), new StartOrchestrationOptions($"{prefix}-{i:000}"), cancellation));
        for (var over = 0; over < count;)
        {
            await Task.Delay(100);
            over = 0;
            await foreach (var instance in client.GetAllInstancesAsync(new OrchestrationQuery { InstanceIdPrefix = prefix, Statuses = [OrchestrationRuntimeStatus.Completed] }))
            {
                over++;
            }
        }
    }

    private static Process StartWorker(string connection, string container)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardInput = true, RedirectStandardOutput = true, UseShellExecute = false };
        foreach (var argument in (string[])[Path.Combine(AppContext.BaseDirectory, "MlOps.Benchmarks.dll"), "durable-worker", connection, container, "8", "-"])
        {
            start.ArgumentList.Add(argument);
        }

        return Process.Start(start)!;
    }
}
