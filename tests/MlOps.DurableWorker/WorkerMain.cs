using Azure.Storage.Blobs;
using Microsoft.Extensions.Logging.Abstractions;
using MlOps.Durable.Local;

namespace MlOps.DurableWorker;

/// <summary>A worker as a process.</summary>
public static class WorkerMain
{
    /// <summary>Runs until stdin closes, then drains.</summary>
    /// <param name="args">Connection string, container, concurrent activities, beginning of the log files' names or "-".</param>
    public static async Task<int> RunAsync(string[] args)
    {
        var container = new BlobContainerClient(args[0], args[1]);
        var log = args[3] == "-" ? null : args[3];
        var options = new LocalOptions { MaxConcurrentActivities = int.Parse(args[2]), PollInterval = TimeSpan.FromMilliseconds(200), ScanInterval = TimeSpan.FromSeconds(2) };
        await using var worker = new LocalDurableTaskWorker(container, Work.Registry(log), new NoServices(), options, log is null ? NullLoggerFactory.Instance : new ResultLog(log));
        await worker.StartAsync();
        Console.WriteLine("ready");
        await Console.In.ReadToEndAsync();
        return 0;
    }
}
