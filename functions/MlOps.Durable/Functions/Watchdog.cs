using System.Globalization;
using Microsoft.Extensions.Logging;

namespace MlOps.Durable.Functions;

/// <summary>
/// Starts again, under a derived id, what the platform dropped. An instance's successors are called <c>id~2</c>,
/// <c>id~3</c>, …; each is started at most once, whoever asks and however often. Finished steps cost nothing the second
/// time where activities are idempotent, as they must be.
/// </summary>
/// <param name="client">Finds and starts instances.</param>
/// <param name="logger">Told of each restart.</param>
public sealed class Watchdog(DurableTaskClient client, ILogger<Watchdog> logger)
{
    /// <summary>An instance and its successors together are started at most so often.</summary>
    public const int MaxStarts = 5;

    private const char Separator = '~';

    /// <summary>Looks at all failed instances once.</summary>
    /// <param name="wanted">Which to start again; <see langword="null"/>: all that the platform failed. Sub-orchestrations are their parents' business: leave them out.</param>
    /// <param name="createdFrom">Instances created before are left alone.</param>
    /// <param name="cancellation">Ends the search.</param>
    /// <returns>Ids of the instances that were started.</returns>
    public async Task<IReadOnlyList<string>> RunAsync(Func<OrchestrationMetadata, bool>? wanted = null, DateTimeOffset? createdFrom = null, CancellationToken cancellation = default)
    {
        var started = new List<string>();
        var query = new OrchestrationQuery { Statuses = [OrchestrationRuntimeStatus.Failed], CreatedFrom = createdFrom, FetchInputsAndOutputs = true };
        await foreach (var failed in client.GetAllInstancesAsync(query).WithCancellation(cancellation))
        {
            if (PlatformFailure.Is(failed) && wanted?.Invoke(failed) != false && NextId(failed.InstanceId) is { } successor)
            {
                var input = failed.SerializedInput is { } json ? System.Text.Json.JsonDocument.Parse(json).RootElement : (object?)null;
                if (await client.TryScheduleAsync(failed.Name, input, new StartOrchestrationOptions(successor), cancellation))
                {
                    logger.LogWarning("The platform dropped {InstanceId}; {Successor} takes over.", failed.InstanceId, successor);
                    started.Add(successor);
                }
            }
        }

        return started;
    }

    /// <summary>The id of an instance's successor.</summary>
    /// <param name="instanceId">The id.</param>
    /// <returns>The id; <see langword="null"/> where there have been enough.</returns>
    public static string? NextId(string instanceId)
    {
        ArgumentNullException.ThrowIfNull(instanceId);
        var at = instanceId.LastIndexOf(Separator);
        var number = at > 0 && int.TryParse(instanceId.AsSpan(at + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var parsed) ? parsed : 1;
        var root = number > 1 ? instanceId[..at] : instanceId;
        return number >= MaxStarts ? null : $"{root}{Separator}{(number + 1).ToString(CultureInfo.InvariantCulture)}";
    }
}
