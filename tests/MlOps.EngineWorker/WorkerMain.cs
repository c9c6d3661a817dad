using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using MlOps.Engine;

namespace MlOps.EngineWorker;

/// <summary>A worker as a process.</summary>
public static class WorkerMain
{
    /// <summary>Runs until stdin closes, then drains.</summary>
    /// <param name="args">Connection string, hub, concurrent activities, beginning of the log files' names or "-", folder of the worker's notes.</param>
    public static async Task<int> RunAsync(string[] args)
    {
        var log = args[3] == "-" ? null : args[3];
        var options = new TaskHubOptions { HubName = args[1], MaxConcurrentActivities = int.Parse(args[2]), Folder = args[4] };
        await using var services = new ServiceCollection()
            .AddLogging()
            .AddTaskHubWorker(TaskHubAccount.FromConnectionString(args[0]), options, tasks => Work.AddTo(tasks, log))
            .BuildServiceProvider();
        var worker = services.GetServices<IHostedService>().Single();
        await worker.StartAsync(CancellationToken.None);
        Console.WriteLine("ready");
        await Console.In.ReadToEndAsync();
        await worker.StopAsync(CancellationToken.None);
        return 0;
    }
}
