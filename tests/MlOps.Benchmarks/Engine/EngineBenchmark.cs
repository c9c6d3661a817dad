using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using MlOps.Cli.Azurite;
using MlOps.Cli.Hosting;
using MlOps.Engine;
using MlOps.EngineWorker;
using MlOps.Pipeline.Drops;

namespace MlOps.Benchmarks.Engine;

/// <summary>What the engine does in a second on Azurite, with one and two processes, and what it asks of the storage when there is nothing to do.</summary>
internal static class EngineBenchmark
{
    private const int Instances = 30;
    private const int Activities = 10;
    private const int Drops = 10;
    private static readonly TimeSpan Idle = TimeSpan.FromMinutes(1);

    public static async Task<int> RunAsync()
    {
        var folder = Directory.CreateTempSubdirectory("mlops-benchmark-").FullName;
        await using var azurite = await AzuriteProcess.StartAsync(folder, new AzuritePorts(), Console.Error.WriteLine, CancellationToken.None);
        Console.WriteLine($"Azurite, {Environment.ProcessorCount} cores; {Instances} instances of {Activities} empty activities");
        Console.WriteLine("| processes | activities of an instance | seconds | instances/s | activities/s |");
        Console.WriteLine("|---|---|---|---|---|");
        foreach (var processes in new[] { 1, 2 })
        {
            foreach (var parallel in new[] { 1, Activities })
            {
                var seconds = await RunAsync(azurite.ConnectionString, $"b{processes}x{parallel}", processes, parallel, folder);
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {processes} | {(parallel == 1 ? "one after the other" : "side by side")} | {seconds:F1} | {Instances / seconds:F1} | {Instances * Activities / seconds:F0} |"));
            }
        }

        await IdleAsync(folder);
        return 0;
    }

    // The local server as it is, all of it: engine, event source, sweep. Counted where requests leave the process.
    private static async Task IdleAsync(string folder)
    {
        using var logging = Logs.Create(LogLevel.Error);
        await using var server = await LocalServer.StartAsync(new ServerOptions { DataFolder = Path.Combine(folder, "idle"), Port = 0 }, logging, CancellationToken.None);
        await Task.Delay(TimeSpan.FromSeconds(15));
        var requests = 0;
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, of) =>
            {
                if (instrument is { Meter.Name: "System.Net.Http", Name: "http.client.request.duration" })
                {
                    of.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<double>((_, _, _, _) => Interlocked.Increment(ref requests));
        listener.Start();
        await Task.Delay(Idle);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"An idle `mlops up` asks the storage {requests / Idle.TotalMinutes:F0} times a minute"));
        await DropsAsync(server);
    }

    // From the storage's answer to upstream until the orchestration runs, on a server that has had nothing to do for a while.
    private static async Task DropsAsync(LocalServer server)
    {
        var times = new List<double>();
        for (var drop = 0; drop < Drops; drop++)
        {
            await Task.Delay(TimeSpan.FromSeconds(10));
            var put = await server.Account.Input.GetBlobClient($"p{drop}/initial.csv").UploadAsync(BinaryData.FromString("ID,TARGET,X\n1,0,1\n2,1,2\n"));
            var watch = Stopwatch.StartNew();
            var run = RunIds.ForArrival($"p{drop}", "initial", put.Value.ETag.ToString().Trim('"'));
            while (await server.History.StageAsync(run, CancellationToken.None) is null)
            {
                await Task.Delay(5);
            }

            times.Add(watch.Elapsed.TotalMilliseconds);
        }

        times.Sort();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"From drop to started run on an idle system: median {(times[4] + times[5]) / 2:F0} ms of {Drops} ({times[0]:F0} to {times[^1]:F0} ms)"));
    }

    private static async Task<double> RunAsync(string connection, string hub, int processes, int parallel, string folder)
    {
        var workers = Enumerable.Range(0, processes).Select(_ => StartWorker(connection, hub, folder)).ToList();
        try
        {
            foreach (var worker in workers)
            {
                if (await worker.StandardOutput.ReadLineAsync() is null)
                {
                    throw new InvalidOperationException("A worker did not start.");
                }
            }

            await using var services = new ServiceCollection()
                .AddLogging()
                .AddTaskHubClient(TaskHubAccount.FromConnectionString(connection), new TaskHubOptions { Folder = folder, HubName = hub })
                .BuildServiceProvider();
            var client = services.GetRequiredService<DurableTaskClient>();
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

    private static async Task RunJobsAsync(DurableTaskClient client, string prefix, int count, int parallel)
    {
        await Parallel.ForEachAsync(Enumerable.Range(0, count), async (i, cancellation) =>
            await client.ScheduleNewOrchestrationInstanceAsync(Work.Job, new JobInput(Activities, parallel, 0), new StartOrchestrationOptions($"{prefix}-{i:000}"), cancellation));
        await Parallel.ForEachAsync(Enumerable.Range(0, count), async (i, cancellation) =>
            await client.WaitForInstanceCompletionAsync($"{prefix}-{i:000}", cancellation));
    }

    private static Process StartWorker(string connection, string hub, string folder)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardInput = true, RedirectStandardOutput = true, UseShellExecute = false };
        foreach (var argument in (string[])[Path.Combine(AppContext.BaseDirectory, "MlOps.Benchmarks.dll"), "engine-worker", connection, hub, "8", "-", Path.Combine(folder, "worker")])
        {
            start.ArgumentList.Add(argument);
        }

        return Process.Start(start)!;
    }
}
