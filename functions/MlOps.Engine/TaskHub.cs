using DurableTask.AzureStorage;
using Microsoft.Extensions.Logging;

namespace MlOps.Engine;

/// <summary>A task hub: the queues, tables and containers of one account in which the Durable Task Framework keeps instances.</summary>
/// <param name="account">The account.</param>
/// <param name="options">Settings.</param>
/// <param name="logs">Logs of the engine.</param>
public sealed class TaskHub(TaskHubAccount account, TaskHubOptions options, ILoggerFactory logs)
{
    /// <summary>Settings.</summary>
    public TaskHubOptions Options { get; } = options;

    internal AzureStorageOrchestrationService Open(string workerId) => new(new AzureStorageOrchestrationServiceSettings
    {
        TaskHubName = Options.HubName,
        StorageAccountClientProvider = account.Clients(Options.MaxPollingInterval),
        WorkerId = workerId,
        LoggerFactory = logs,

        // One machine works on a hub, or a few share its activities: the turns of orchestrations are short. Fixed once the hub exists.
        PartitionCount = 1,
        MaxConcurrentTaskActivityWorkItems = Options.MaxConcurrentActivities,
        MaxQueuePollingInterval = Options.MaxPollingInterval,
        ControlQueueVisibilityTimeout = Options.VisibilityTimeout,
        WorkItemQueueVisibilityTimeout = Options.VisibilityTimeout,
        UseAppLease = false,

        // Else a start under an id that is taken is dropped without a word.
        ThrowExceptionOnInvalidDedupeStatus = true,
    });
}
