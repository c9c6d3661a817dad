using DurableTask.AzureStorage;
using DurableTask.Core;

namespace MlOps.Engine;

/// <summary>
/// Tells instances that can never go on: the hub holds no message for anybody, neither due nor hidden nor a timer's, and yet they are not
/// over. That is what a storage leaves whose queues and tables came back as of different moments. Whoever is told starts the work again
/// under another id.
/// </summary>
/// <param name="hub">The hub.</param>
/// <param name="account">Its account.</param>
/// <param name="engine">The engine on it.</param>
public sealed class LostInstances(TaskHub hub, TaskHubAccount account, AzureStorageOrchestrationService engine)
{
    // Between the end of an activity and the message that tells of it nothing may be there for a moment.
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(30);

    // Of a thousand instances that wait, each is asked for by itself: a hub that had a message is looked at again after this time, not for each.
    private static readonly TimeSpan Remembered = TimeSpan.FromSeconds(10);
    private long _hadMessages;

    /// <summary>Whether an instance is lost.</summary>
    /// <param name="instanceId">The instance.</param>
    /// <param name="now">The time, UTC.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<bool> IsLostAsync(string instanceId, DateTime now, CancellationToken cancellation)
    {
        if (HadMessages(now) || !await IsStillAsync(instanceId, now) || await HasMessagesAsync(now, cancellation))
        {
            return false;
        }

        // Looked at again in this order: a message that was taken in between has brought the instance on.
        return await IsStillAsync(instanceId, now) && !await HasMessagesAsync(now, cancellation);
    }

    private async Task<bool> IsStillAsync(string instanceId, DateTime now) =>
        (await engine.GetOrchestrationStateAsync(instanceId, allExecutions: false, fetchInput: false)) is [{ } state, ..]
        && state.OrchestrationStatus is OrchestrationStatus.Pending or OrchestrationStatus.Running
        && now - state.LastUpdatedTime.ToUniversalTime() > Quiet;

    private bool HadMessages(DateTime now) => Math.Abs(now.Ticks - Volatile.Read(ref _hadMessages)) < Remembered.Ticks;

    private async Task<bool> HasMessagesAsync(DateTime now, CancellationToken cancellation)
    {
        var provider = account.Clients(hub.Options.MaxPollingInterval).Queue;
        var service = provider.CreateClient(provider.CreateOptions());
        var prefix = hub.Options.HubName.ToLowerInvariant();
        foreach (var name in new[] { $"{prefix}-control-00", $"{prefix}-workitems" })
        {
            var properties = await service.GetQueueClient(name).GetPropertiesAsync(cancellation);
            if (properties.Value.ApproximateMessagesCount > 0)
            {
                Volatile.Write(ref _hadMessages, now.Ticks);
                return true;
            }
        }

        return false;
    }
}
