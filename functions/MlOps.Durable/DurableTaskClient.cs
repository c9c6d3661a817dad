namespace MlOps.Durable;

/// <summary>Starts orchestrations, asks after them and steers them, from outside of them. Safe for many threads.</summary>
public abstract class DurableTaskClient : IAsyncDisposable
{
    /// <summary>Starts an instance.</summary>
    /// <param name="orchestratorName">Name of the orchestrator.</param>
    /// <param name="input">Its input, JSON.</param>
    /// <param name="options">The id, the earliest start and the reuse policy.</param>
    /// <param name="cancellation">Cancels the request, not the instance.</param>
    /// <returns>The id of the instance.</returns>
    /// <exception cref="OrchestrationAlreadyExistsException">An instance of that id exists and the policy does not let it be replaced.</exception>
    public abstract Task<string> ScheduleNewOrchestrationInstanceAsync(
        TaskName orchestratorName, object? input = null, StartOrchestrationOptions? options = null, CancellationToken cancellation = default);

    /// <summary>Starts an instance, or does nothing where one of that id exists. An addition to the SDK's client.</summary>
    /// <param name="orchestratorName">Name of the orchestrator.</param>
    /// <param name="input">Its input, JSON.</param>
    /// <param name="options">The id, the earliest start and the reuse policy.</param>
    /// <param name="cancellation">Cancels the request, not the instance.</param>
    /// <returns>True if the instance was started by this call.</returns>
    public async Task<bool> TryScheduleAsync(
        TaskName orchestratorName, object? input, StartOrchestrationOptions options, CancellationToken cancellation = default)
    {
        try
        {
            await ScheduleNewOrchestrationInstanceAsync(orchestratorName, input, options, cancellation);
            return true;
        }
        catch (OrchestrationAlreadyExistsException)
        {
            return false;
        }
    }

    /// <summary>An instance, or <see langword="null"/> where there is none of that id.</summary>
    /// <param name="instanceId">The id.</param>
    /// <param name="getInputsAndOutputs">Whether input, output and custom status are wanted.</param>
    /// <param name="cancellation">Cancels the request.</param>
    public abstract Task<OrchestrationMetadata?> GetInstanceAsync(string instanceId, bool getInputsAndOutputs = false, CancellationToken cancellation = default);

    /// <summary>All instances that a query asks for, in order of their ids.</summary>
    /// <param name="filter">The query; <see langword="null"/>: all.</param>
    public abstract IAsyncEnumerable<OrchestrationMetadata> GetAllInstancesAsync(OrchestrationQuery? filter = null);

    /// <summary>Waits until an instance has left Pending.</summary>
    /// <param name="instanceId">The id.</param>
    /// <param name="getInputsAndOutputs">Whether input, output and custom status are wanted.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public abstract Task<OrchestrationMetadata> WaitForInstanceStartAsync(string instanceId, bool getInputsAndOutputs = false, CancellationToken cancellation = default);

    /// <summary>Waits until an instance is over.</summary>
    /// <param name="instanceId">The id.</param>
    /// <param name="getInputsAndOutputs">Whether input, output and custom status are wanted.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public abstract Task<OrchestrationMetadata> WaitForInstanceCompletionAsync(string instanceId, bool getInputsAndOutputs = false, CancellationToken cancellation = default);

    /// <summary>Raises an event for an instance. One that is over ignores it.</summary>
    /// <param name="instanceId">The id.</param>
    /// <param name="eventName">Name of the event.</param>
    /// <param name="eventPayload">Its payload, JSON.</param>
    /// <param name="cancellation">Cancels the request.</param>
    /// <exception cref="OrchestrationNotFoundException">There is no instance of that id.</exception>
    public abstract Task RaiseEventAsync(string instanceId, string eventName, object? eventPayload = null, CancellationToken cancellation = default);

    /// <summary>Suspends an instance: it takes in nothing until it is resumed.</summary>
    /// <param name="instanceId">The id.</param>
    /// <param name="reason">Why.</param>
    /// <param name="cancellation">Cancels the request.</param>
    /// <exception cref="OrchestrationNotFoundException">There is no instance of that id.</exception>
    public abstract Task SuspendInstanceAsync(string instanceId, string? reason = null, CancellationToken cancellation = default);

    /// <summary>Resumes a suspended instance.</summary>
    /// <param name="instanceId">The id.</param>
    /// <param name="reason">Why.</param>
    /// <param name="cancellation">Cancels the request.</param>
    /// <exception cref="OrchestrationNotFoundException">There is no instance of that id.</exception>
    public abstract Task ResumeInstanceAsync(string instanceId, string? reason = null, CancellationToken cancellation = default);

    /// <summary>Terminates an instance. Activities that run are not stopped; their results are dropped.</summary>
    /// <param name="instanceId">The id.</param>
    /// <param name="options">The output, and whether sub-orchestrations end too.</param>
    /// <param name="cancellation">Cancels the request.</param>
    /// <exception cref="OrchestrationNotFoundException">There is no instance of that id.</exception>
    public abstract Task TerminateInstanceAsync(string instanceId, TerminateInstanceOptions? options = null, CancellationToken cancellation = default);

    /// <summary>Terminates an instance.</summary>
    /// <param name="instanceId">The id.</param>
    /// <param name="output">Its output, JSON: the reason.</param>
    /// <param name="cancellation">Cancels the request.</param>
    public Task TerminateInstanceAsync(string instanceId, object? output, CancellationToken cancellation = default) =>
        TerminateInstanceAsync(instanceId, new TerminateInstanceOptions(output), cancellation);

    /// <summary>Lets a failed instance go on from where it failed: the failure is taken back and its task runs again.</summary>
    /// <param name="instanceId">The id.</param>
    /// <param name="reason">Why.</param>
    /// <param name="cancellation">Cancels the request.</param>
    /// <exception cref="OrchestrationNotFoundException">There is no instance of that id.</exception>
    /// <exception cref="InvalidOperationException">The instance has not failed, or its failure cannot be taken back.</exception>
    public abstract Task RewindInstanceAsync(string instanceId, string reason, CancellationToken cancellation = default);

    /// <summary>Deletes an instance that is over, with its history.</summary>
    /// <param name="instanceId">The id.</param>
    /// <param name="cancellation">Cancels the request.</param>
    /// <returns>How many were deleted: 0 where there is none.</returns>
    /// <exception cref="InvalidOperationException">The instance is not over.</exception>
    public abstract Task<PurgeResult> PurgeInstanceAsync(string instanceId, CancellationToken cancellation = default);

    /// <summary>Deletes all instances that are over and that a filter asks for.</summary>
    /// <param name="filter">The filter.</param>
    /// <param name="cancellation">Ends the purge between two instances.</param>
    public abstract Task<PurgeResult> PurgeAllInstancesAsync(PurgeInstancesFilter filter, CancellationToken cancellation = default);

    /// <inheritdoc/>
    public virtual ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }
}

/// <summary>Options of a termination.</summary>
/// <param name="Output">The instance's output, JSON: the reason.</param>
/// <param name="Recursive">Whether sub-orchestrations are terminated too.</param>
public sealed record TerminateInstanceOptions(object? Output = null, bool Recursive = false);

/// <summary>An instance of the id exists and may not be replaced.</summary>
/// <param name="instanceId">The id.</param>
/// <param name="status">The status of the existing instance, if known.</param>
public sealed class OrchestrationAlreadyExistsException(string instanceId, OrchestrationRuntimeStatus? status = null)
    : Exception($"An orchestration instance '{instanceId}' exists already{(status is null ? "" : $" with status {status}")}. Choose another id, or purge it when it is over.")
{
    /// <summary>The id.</summary>
    public string InstanceId { get; } = instanceId;

    /// <summary>The status of the existing instance, if known.</summary>
    public OrchestrationRuntimeStatus? Status { get; } = status;
}

/// <summary>There is no instance of the id.</summary>
/// <param name="instanceId">The id.</param>
public sealed class OrchestrationNotFoundException(string instanceId)
    : Exception($"There is no orchestration instance '{instanceId}'. It may have been purged.")
{
    /// <summary>The id.</summary>
    public string InstanceId { get; } = instanceId;
}
