using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using DurableTask.AzureStorage;
using DurableTask.Core;
using DurableTask.Core.History;
using DurableTask.Core.Query;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Converters;
using OrchestrationQuery = Microsoft.DurableTask.Client.OrchestrationQuery;
using PurgeInstanceFilter = DurableTask.Core.PurgeInstanceFilter;
using PurgeResult = Microsoft.DurableTask.Client.PurgeResult;

namespace MlOps.Engine;

/// <summary>The official client over a task hub. An answer says how things stood, never that the caller was the one who changed them.</summary>
internal sealed class TaskHubClient(AzureStorageOrchestrationService engine) : DurableTaskClient("taskhub")
{
    private static readonly TimeSpan FirstLook = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan LongestLook = TimeSpan.FromMilliseconds(500);
    private static readonly OrchestrationStatus[] NotOver = [OrchestrationStatus.Pending, OrchestrationStatus.Running, OrchestrationStatus.Suspended];

    private readonly IOrchestrationServiceClient client = engine;
    private readonly DataConverter data = JsonDataConverter.Default;

    /// <inheritdoc/>
    public override async Task<string> ScheduleNewOrchestrationInstanceAsync(
        TaskName orchestratorName, object? input = null, StartOrchestrationOptions? options = null, CancellationToken cancellation = default)
    {
        var instance = new OrchestrationInstance { InstanceId = options?.InstanceId ?? Guid.NewGuid().ToString("N"), ExecutionId = Guid.NewGuid().ToString("N") };
        var started = new ExecutionStartedEvent(-1, data.Serialize(input))
        {
            Name = orchestratorName.Name,
            Version = options?.Version?.Version ?? "",
            OrchestrationInstance = instance,
            ScheduledStartTime = options?.StartAt?.UtcDateTime,
            Tags = options?.Tags is { Count: > 0 } tags ? new Dictionary<string, string>(tags) : null,
            ParentTraceContext = Activity.Current is { IdFormat: ActivityIdFormat.W3C } trace ? new(trace.Id!, trace.TraceStateString) : null,
        };
        OrchestrationStatus[] refused = options?.DedupeStatuses is { } statuses ? [.. statuses.Select(Enum.Parse<OrchestrationStatus>).Union(NotOver)] : NotOver;
        await client.CreateTaskOrchestrationAsync(new TaskMessage { OrchestrationInstance = instance, Event = started }, refused);
        return instance.InstanceId;
    }

    /// <inheritdoc/>
    public override Task RaiseEventAsync(string instanceId, string eventName, object? eventPayload = null, CancellationToken cancellation = default) =>
        SendAsync(instanceId, new EventRaisedEvent(-1, data.Serialize(eventPayload)) { Name = eventName });

    /// <inheritdoc/>
    public override Task SuspendInstanceAsync(string instanceId, string? reason = null, CancellationToken cancellation = default) =>
        SendAsync(instanceId, new ExecutionSuspendedEvent(-1, reason));

    /// <inheritdoc/>
    public override Task ResumeInstanceAsync(string instanceId, string? reason = null, CancellationToken cancellation = default) =>
        SendAsync(instanceId, new ExecutionResumedEvent(-1, reason));

    /// <inheritdoc/>
    public override Task TerminateInstanceAsync(string instanceId, TerminateInstanceOptions? options = null, CancellationToken cancellation = default) =>
        SendAsync(instanceId, new ExecutionTerminatedEvent(-1, data.Serialize(options?.Output)));

    /// <inheritdoc/>
    public override Task RewindInstanceAsync(string instanceId, string reason, CancellationToken cancellation = default) =>
        engine.RewindTaskOrchestrationAsync(instanceId, reason);

    /// <inheritdoc/>
    public override Task<OrchestrationMetadata> WaitForInstanceStartAsync(string instanceId, bool getInputsAndOutputs = false, CancellationToken cancellation = default) =>
        WaitAsync(instanceId, m => m.RuntimeStatus != OrchestrationRuntimeStatus.Pending, getInputsAndOutputs, cancellation);

    /// <inheritdoc/>
    public override Task<OrchestrationMetadata> WaitForInstanceCompletionAsync(string instanceId, bool getInputsAndOutputs = false, CancellationToken cancellation = default) =>
        WaitAsync(instanceId, m => m.IsCompleted, getInputsAndOutputs, cancellation);

    /// <inheritdoc/>
    public override async Task<OrchestrationMetadata?> GetInstancesAsync(string instanceId, bool getInputsAndOutputs = false, CancellationToken cancellation = default)
    {
        try
        {
            var found = await engine.GetOrchestrationStateAsync(instanceId, allExecutions: false, fetchInput: getInputsAndOutputs).WaitAsync(cancellation);
            return found is { Count: > 0 } && found[0] is { } state ? Describe(state, getInputsAndOutputs) : null;
        }
        catch (Exception e) when (IsMissingHub(e))
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public override AsyncPageable<OrchestrationMetadata> GetAllInstancesAsync(OrchestrationQuery? filter = null) =>
        Pageable.Create(async (continuation, pageSize, cancellation) =>
        {
            var answer = await ((IOrchestrationServiceQueryClient)engine).GetOrchestrationWithQueryAsync(
                new()
                {
                    RuntimeStatus = filter?.Statuses?.Select(s => (OrchestrationStatus)(int)s).ToList(),
                    CreatedTimeFrom = filter?.CreatedFrom?.UtcDateTime,
                    CreatedTimeTo = filter?.CreatedTo?.UtcDateTime,
                    PageSize = pageSize ?? filter?.PageSize ?? OrchestrationQuery.DefaultPageSize,
                    ContinuationToken = continuation ?? filter?.ContinuationToken,
                    InstanceIdPrefix = filter?.InstanceIdPrefix,
                    FetchInputsAndOutputs = filter?.FetchInputsAndOutputs ?? false,
                },
                cancellation);
            return new Microsoft.DurableTask.Page<OrchestrationMetadata>([.. answer.OrchestrationState.Select(s => Describe(s, filter?.FetchInputsAndOutputs ?? false))], answer.ContinuationToken);
        });

    /// <inheritdoc/>
    public override async Task<PurgeResult> PurgeInstanceAsync(string instanceId, PurgeInstanceOptions? options = null, CancellationToken cancellation = default) =>
        new((await ((IOrchestrationServicePurgeClient)engine).PurgeInstanceStateAsync(instanceId)).DeletedInstanceCount);

    /// <inheritdoc/>
    public override async Task<PurgeResult> PurgeAllInstancesAsync(PurgeInstancesFilter filter, PurgeInstanceOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(filter);
        var asked = new PurgeInstanceFilter(
            (filter.CreatedFrom ?? DateTimeOffset.UnixEpoch).UtcDateTime, filter.CreatedTo?.UtcDateTime, filter.Statuses?.Select(s => (OrchestrationStatus)(int)s));
        return new((await ((IOrchestrationServicePurgeClient)engine).PurgeInstanceStateAsync(asked)).DeletedInstanceCount);
    }

    /// <inheritdoc/>
    public override async Task<IList<HistoryEvent>> GetOrchestrationHistoryAsync(string instanceId, CancellationToken cancellation = default) =>
        HistoryJson.Read(await client.GetOrchestrationHistoryAsync(instanceId, null).WaitAsync(cancellation));

    /// <inheritdoc/>
    public override ValueTask DisposeAsync() => default;

    // An account on which no worker has ever run has no tables yet: there is no instance either.
    private static bool IsMissingHub(Exception e) =>
        e is Azure.RequestFailedException { Status: 404 } || (e.InnerException is { } inner && IsMissingHub(inner));

    private async Task<OrchestrationMetadata> WaitAsync(string instanceId, Func<OrchestrationMetadata, bool> isDone, bool getInputsAndOutputs, CancellationToken cancellation)
    {
        for (var delay = FirstLook; ; delay = delay * 2 < LongestLook ? delay * 2 : LongestLook)
        {
            var metadata = await GetInstancesAsync(instanceId, getInputsAndOutputs, cancellation)
                ?? throw new ArgumentException($"There is no orchestration instance '{instanceId}'.", nameof(instanceId));
            if (isDone(metadata))
            {
                return metadata;
            }

            await Task.Delay(delay, cancellation);
        }
    }

    private Task SendAsync(string instanceId, HistoryEvent e) =>
        client.SendTaskOrchestrationMessageAsync(new TaskMessage { OrchestrationInstance = new() { InstanceId = instanceId }, Event = e });

    private OrchestrationMetadata Describe(OrchestrationState state, bool all) => new(state.Name, state.OrchestrationInstance.InstanceId)
    {
        DataConverter = all ? data : null,
        RuntimeStatus = (OrchestrationRuntimeStatus)(int)state.OrchestrationStatus,
        CreatedAt = Utc(state.CreatedTime),
        LastUpdatedAt = Utc(state.LastUpdatedTime),
        SerializedInput = state.Input,
        SerializedOutput = state.Output,
        SerializedCustomStatus = state.Status,
        FailureDetails = Failure(state.FailureDetails),
        Tags = state.Tags?.AsReadOnly() ?? new Dictionary<string, string>().AsReadOnly(),
    };

    private static DateTimeOffset Utc(DateTime time) => new(DateTime.SpecifyKind(time, DateTimeKind.Utc));

    [return: NotNullIfNotNull(nameof(failure))]
    private static TaskFailureDetails? Failure(FailureDetails? failure) =>
        failure is null ? null : new(failure.ErrorType, failure.ErrorMessage, failure.StackTrace, Failure(failure.InnerFailure), failure.Properties);
}
