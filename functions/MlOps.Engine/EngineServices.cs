using DurableTask.AzureStorage;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Worker;
using Microsoft.Extensions.DependencyInjection;

namespace MlOps.Engine;

/// <summary>Registers the engine.</summary>
public static class EngineServices
{
    /// <summary>
    /// Adds the worker (an <c>IHostedService</c>) and the <see cref="DurableTaskClient"/> of a task hub. The host adds logging.
    /// </summary>
    /// <param name="services">Services of the host.</param>
    /// <param name="account">Account of the hub.</param>
    /// <param name="options">Settings.</param>
    /// <param name="tasks">Registers orchestrators and activities.</param>
    public static IServiceCollection AddTaskHubWorker(this IServiceCollection services, TaskHubAccount account, TaskHubOptions options, Action<DurableTaskRegistry> tasks)
    {
        ArgumentNullException.ThrowIfNull(options);
        services
            .AddTaskHub(account, options)
            .AddSingleton(_ => WorkerSlot.Take(Path.Combine(options.Folder, "slots")))
            .AddSingleton(s => s.GetRequiredService<TaskHub>().Open(s.GetRequiredService<WorkerSlot>().Id))
            .AddSingleton<ActivityDrain>()
            .AddSingleton<LostInstances>()
            .AddDurableTaskWorker(builder => builder.AddTasks(tasks).UseBuildTarget<TaskHubWorkerService>());
        return services;
    }

    /// <summary>Adds the <see cref="DurableTaskClient"/> of a task hub, for a process that only asks and steers.</summary>
    /// <param name="services">Services of the host.</param>
    /// <param name="account">Account of the hub.</param>
    /// <param name="options">Settings.</param>
    public static IServiceCollection AddTaskHubClient(this IServiceCollection services, TaskHubAccount account, TaskHubOptions options) =>
        services
            .AddTaskHub(account, options)
            .AddSingleton(s => s.GetRequiredService<TaskHub>().Open($"client-{Environment.ProcessId}"));

    private static IServiceCollection AddTaskHub(this IServiceCollection services, TaskHubAccount account, TaskHubOptions options) =>
        services
            .AddSingleton(account)
            .AddSingleton(options)
            .AddSingleton<TaskHub>()
            .AddSingleton<DurableTaskClient>(s => new TaskHubClient(s.GetRequiredService<AzureStorageOrchestrationService>()));
}
