using Azure.Storage.Blobs;
using Google.Protobuf.WellKnownTypes;
using Microsoft.Extensions.Logging.Abstractions;
using MlOps.Durable.History;

namespace MlOps.Durable.Local;

/// <summary>
/// Reads the journals of the Local driver and posts messages to instances, from any process. Works without a worker;
/// what it asks for is done once a worker runs on the container.
/// </summary>
public sealed class LocalDurableTaskClient : DurableTaskClient
{
    private static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(1);

    private readonly IJournalStore store;
    private readonly TimeProvider time;
    private readonly LocalDurableTaskWorker? worker;

    /// <summary>Creates a client.</summary>
    /// <param name="journal">The container of the journal.</param>
    /// <param name="timeProvider">The clock.</param>
    public LocalDurableTaskClient(BlobContainerClient journal, TimeProvider? timeProvider = null)
        : this(new BlobJournalStore(journal, timeProvider ?? TimeProvider.System, NullLogger.Instance), timeProvider ?? TimeProvider.System, null)
    {
    }

    internal LocalDurableTaskClient(IJournalStore store, TimeProvider time, LocalDurableTaskWorker? worker)
    {
        this.store = store;
        this.time = time;
        this.worker = worker;
    }

    /// <inheritdoc/>
    public override async Task<string> ScheduleNewOrchestrationInstanceAsync(
        TaskName orchestratorName, object? input = null, StartOrchestrationOptions? options = null, CancellationToken cancellation = default)
    {
        var instanceId = options?.InstanceId is { } given ? InstanceIds.Validate(given) : Guid.NewGuid().ToString("N");
        var start = new ExecutionStartedEvent
        {
            Name = orchestratorName,
            Version = options?.Version ?? "",
            Input = JsonDataConverter.Default.Serialize(input),
            OrchestrationInstance = new OrchestrationInstance { InstanceId = instanceId, ExecutionId = Guid.NewGuid().ToString("N") },
            ScheduledStartTimestamp = options?.StartAt is { } at ? Timestamp.FromDateTimeOffset(at) : null,
        };
        foreach (var (key, value) in options?.Tags ?? new Dictionary<string, string>(StringComparer.Ordinal))
        {
            start.Tags[key] = value;
        }

        while (!await CreateAsync(start, cancellation))
        {
            var existing = await store.ReadAsync(instanceId, cancellation);
            if (existing is null)
            {
                continue;
            }

            var status = InstanceState.Of(instanceId, existing.Bytes).Status;
            var replaceable = existing.Label.EndedAs is not null && options?.DedupeStatuses is { } dedupe && !dedupe.Contains(status);
            if (!replaceable)
            {
                throw new OrchestrationAlreadyExistsException(instanceId, status);
            }

            await store.DeleteAsync(instanceId, existing.End, cancellation);
        }

        return instanceId;
    }

    /// <inheritdoc/>
    public override async Task<OrchestrationMetadata?> GetInstanceAsync(string instanceId, bool getInputsAndOutputs = false, CancellationToken cancellation = default) =>
        await store.ReadAsync(InstanceIds.Validate(instanceId), cancellation) is { } content
            ? InstanceState.Of(instanceId, content.Bytes).ToMetadata(getInputsAndOutputs)
            : null;

    /// <inheritdoc/>
    public override async IAsyncEnumerable<OrchestrationMetadata> GetAllInstancesAsync(OrchestrationQuery? filter = null)
    {
        filter ??= new OrchestrationQuery();
        await foreach (var label in store.ListAsync(filter.InstanceIdPrefix ?? "", CancellationToken.None))
        {
            if (label.CreatedAt < filter.CreatedFrom || label.CreatedAt > filter.CreatedTo)
            {
                continue;
            }

            // The label of an open instance says nothing of Running, Pending or Suspended.
            var metadata = label.EndedAs is { } ended && !filter.FetchInputsAndOutputs
                ? new OrchestrationMetadata(label.Name, label.InstanceId) { RuntimeStatus = ended, CreatedAt = label.CreatedAt, LastUpdatedAt = label.LastUpdatedAt }
                : await GetInstanceAsync(label.InstanceId, filter.FetchInputsAndOutputs);
            if (metadata is not null && filter.Statuses?.Contains(metadata.RuntimeStatus) != false)
            {
                yield return metadata;
            }
        }
    }

    /// <inheritdoc/>
    public override Task<OrchestrationMetadata> WaitForInstanceStartAsync(string instanceId, bool getInputsAndOutputs = false, CancellationToken cancellation = default) =>
        WaitAsync(instanceId, getInputsAndOutputs, metadata => metadata.RuntimeStatus != OrchestrationRuntimeStatus.Pending, cancellation);

    /// <inheritdoc/>
    public override Task<OrchestrationMetadata> WaitForInstanceCompletionAsync(string instanceId, bool getInputsAndOutputs = false, CancellationToken cancellation = default) =>
        WaitAsync(instanceId, getInputsAndOutputs, metadata => metadata.IsCompleted, cancellation);

    /// <inheritdoc/>
    public override Task RaiseEventAsync(string instanceId, string eventName, object? eventPayload = null, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(eventName);
        return TellAsync(instanceId, new HistoryEvent { EventRaised = new EventRaisedEvent { Name = eventName, Input = JsonDataConverter.Default.Serialize(eventPayload) } }, cancellation);
    }

    /// <inheritdoc/>
    public override Task SuspendInstanceAsync(string instanceId, string? reason = null, CancellationToken cancellation = default) =>
        TellAsync(instanceId, new HistoryEvent { ExecutionSuspended = new ExecutionSuspendedEvent { Input = reason } }, cancellation);

    /// <inheritdoc/>
    public override Task ResumeInstanceAsync(string instanceId, string? reason = null, CancellationToken cancellation = default) =>
        TellAsync(instanceId, new HistoryEvent { ExecutionResumed = new ExecutionResumedEvent { Input = reason } }, cancellation);

    /// <inheritdoc/>
    public override Task TerminateInstanceAsync(string instanceId, TerminateInstanceOptions? options = null, CancellationToken cancellation = default)
    {
        var terminated = new ExecutionTerminatedEvent { Input = JsonDataConverter.Default.Serialize(options?.Output), Recurse = options?.Recursive ?? false };
        return TellAsync(instanceId, new HistoryEvent { ExecutionTerminated = terminated }, cancellation);
    }

    /// <inheritdoc/>
    public override async Task RewindInstanceAsync(string instanceId, string reason, CancellationToken cancellation = default)
    {
        var metadata = await GetInstanceAsync(instanceId, cancellation: cancellation) ?? throw new OrchestrationNotFoundException(instanceId);
        if (metadata.RuntimeStatus != OrchestrationRuntimeStatus.Failed)
        {
            throw new InvalidOperationException($"Instance '{instanceId}' is {metadata.RuntimeStatus}; only a failed instance can be rewound.");
        }

        if (worker is { IsRunning: true })
        {
            await worker.RewindAsync(instanceId);
            return;
        }

        await TellAsync(instanceId, new HistoryEvent { ExecutionRewound = new ExecutionRewoundEvent { Reason = reason } }, cancellation);
    }

    /// <inheritdoc/>
    public override async Task<PurgeResult> PurgeInstanceAsync(string instanceId, CancellationToken cancellation = default)
    {
        while (await store.ReadAsync(InstanceIds.Validate(instanceId), cancellation) is { } content)
        {
            if (content.Label.EndedAs is null)
            {
                throw new InvalidOperationException($"Instance '{instanceId}' is not over. Terminate it first.");
            }

            if (await store.DeleteAsync(instanceId, content.End, cancellation))
            {
                return new PurgeResult(1);
            }
        }

        return new PurgeResult(0);
    }

    /// <inheritdoc/>
    public override async Task<PurgeResult> PurgeAllInstancesAsync(PurgeInstancesFilter filter, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(filter);
        var purged = 0;
        var doomed = new List<string>();
        await foreach (var label in store.ListAsync("", cancellation))
        {
            if (label.EndedAs is { } ended && !(label.CreatedAt < filter.CreatedFrom) && !(label.CreatedAt > filter.CreatedTo) && filter.Statuses?.Contains(ended) != false)
            {
                doomed.Add(label.InstanceId);
            }
        }

        foreach (var instanceId in doomed)
        {
            cancellation.ThrowIfCancellationRequested();
            purged += (await PurgeInstanceAsync(instanceId, cancellation)).PurgedInstanceCount;
        }

        return new PurgeResult(purged);
    }

    /// <summary>Creates an instance. Returns false where there is one of its id.</summary>
    internal async Task<bool> CreateAsync(ExecutionStartedEvent start, CancellationToken cancellation)
    {
        var here = worker is { IsRunning: true } ? worker : null;
        var instanceId = start.OrchestrationInstance.InstanceId;
        var now = time.GetUtcNow();
        var record = new JournalRecord { Timestamp = Timestamp.FromDateTimeOffset(now), Owner = here?.WorkerId ?? "" };
        record.Arrived.Add(new HistoryEvent { EventId = -1, Timestamp = record.Timestamp, ExecutionStarted = start });
        here?.Reserve(instanceId);
        try
        {
            var label = new JournalLabel(instanceId, start.Name, record.Owner, null, now);
            if (await store.CreateAsync(label, JournalCodec.Encode(record), cancellation) is not { } end)
            {
                return false;
            }

            if (here is not null)
            {
                var state = new InstanceState(instanceId);
                state.Apply(record);
                here.Adopt(state, end, recovered: false);
                return true;
            }
        }
        finally
        {
            here?.Unreserve(instanceId);
        }

        // Without an event: only a sign that there is something to do.
        await store.PostAsync(new InstanceMessage { InstanceId = instanceId, MessageId = MessageIds.New(now) }, cancellation);
        return true;
    }

    private async Task TellAsync(string instanceId, HistoryEvent e, CancellationToken cancellation)
    {
        InstanceIds.Validate(instanceId);
        e.EventId = -1;
        e.Timestamp = Timestamp.FromDateTimeOffset(time.GetUtcNow());
        if (worker?.Find(instanceId) is { } runner && await runner.PostAsync(e, ""))
        {
            return;
        }

        if (await store.ReadLabelAsync(instanceId, cancellation) is null)
        {
            throw new OrchestrationNotFoundException(instanceId);
        }

        var messageId = MessageIds.New(time.GetUtcNow());
        if (worker is { IsRunning: true })
        {
            await worker.SendAsync(instanceId, "", messageId, e);
        }
        else
        {
            await store.PostAsync(new InstanceMessage { InstanceId = instanceId, MessageId = messageId, Event = e }, cancellation);
        }
    }

    private async Task<OrchestrationMetadata> WaitAsync(string instanceId, bool getInputsAndOutputs, Func<OrchestrationMetadata, bool> done, CancellationToken cancellation)
    {
        InstanceIds.Validate(instanceId);
        for (var wait = FirstWait; ; wait = wait * 2 < LongestWait ? wait * 2 : LongestWait)
        {
            // Asked for before the look, so that an end between the two is not missed.
            var signal = worker?.Find(instanceId) is not null ? worker.WatchAsync(instanceId) : null;
            var metadata = await GetInstanceAsync(instanceId, getInputsAndOutputs, cancellation) ?? throw new OrchestrationNotFoundException(instanceId);
            if (done(metadata))
            {
                return metadata;
            }

            var pause = Task.Delay(wait, time, cancellation);
            await await (signal is null ? Task.WhenAny(pause) : Task.WhenAny(pause, signal));
        }
    }
}
