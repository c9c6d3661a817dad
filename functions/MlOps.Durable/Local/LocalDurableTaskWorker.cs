using System.Collections.Concurrent;
using Azure.Storage.Blobs;
using Google.Protobuf.WellKnownTypes;
using Microsoft.Extensions.Logging;
using MlOps.Durable.History;
using MlOps.Durable.Replay;

namespace MlOps.Durable.Local;

/// <summary>
/// Runs orchestrations and activities in this process, with journal and messages in blob storage. Several workers may
/// share a container: each instance has one owner at a time, and what a dead worker owned goes over to a living one.
/// </summary>
public sealed class LocalDurableTaskWorker : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, InstanceRunner> runners = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, TaskCompletionSource> watchers = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource stopping = new();
    private readonly CancellationTokenSource aborted = new();
    private readonly StorageWatch watch;
    private Task loops = Task.CompletedTask;

    /// <summary>Creates a worker.</summary>
    /// <param name="journal">The container of the journal; created if missing.</param>
    /// <param name="registry">The orchestrators and activities.</param>
    /// <param name="services">Builds them.</param>
    /// <param name="options">Settings.</param>
    /// <param name="loggerFactory">Loggers of the worker and of replay-safe loggers.</param>
    public LocalDurableTaskWorker(BlobContainerClient journal, DurableTaskRegistry registry, IServiceProvider services, LocalOptions options, ILoggerFactory loggerFactory)
        : this(
            new BlobJournalStore(journal, (options ?? throw new ArgumentNullException(nameof(options))).TimeProvider, loggerFactory.CreateLogger("MlOps.Durable.Local")),
            registry,
            services,
            options,
            loggerFactory)
    {
    }

    internal LocalDurableTaskWorker(IJournalStore store, DurableTaskRegistry registry, IServiceProvider services, LocalOptions options, ILoggerFactory loggerFactory)
    {
        Store = store;
        Options = options;
        Logger = loggerFactory.CreateLogger("MlOps.Durable.Local");
        Executor = new OrchestrationExecutor(registry, services, loggerFactory);
        Activities = new ActivityPool(registry, services, options, Logger, () => LeaseIsFresh);
        watch = new StorageWatch(this);
        LocalClient = new LocalDurableTaskClient(store, options.TimeProvider, this);
    }

    /// <summary>A client that hands its requests to this worker where it owns the instance.</summary>
    public DurableTaskClient Client => LocalClient;

    /// <summary>Activities that have been completed by this worker since its start.</summary>
    public long CompletedActivities => Activities.Completed;

    internal LocalDurableTaskClient LocalClient { get; }

    internal string WorkerId { get; } = Guid.NewGuid().ToString();

    internal IJournalStore Store { get; }

    internal LocalOptions Options { get; }

    internal TimeProvider Time => Options.TimeProvider;

    internal ILogger Logger { get; }

    internal OrchestrationExecutor Executor { get; }

    internal ActivityPool Activities { get; }

    internal CancellationToken Stopping => stopping.Token;

    /// <summary>Cancelled when the worker is given up without a clean stop.</summary>
    internal CancellationToken Aborted => aborted.Token;

    internal bool IsRunning { get; private set; }

    internal int OwnedInstances => runners.Count;

    /// <summary>Starts: takes the lease, takes over what has no living owner, and goes on with it.</summary>
    /// <param name="cancellation">Ends the start.</param>
    public async Task StartAsync(CancellationToken cancellation = default)
    {
        await Store.PrepareAsync(cancellation);
        await watch.BeginAsync(cancellation);
        IsRunning = true;
        loops = watch.RunAsync();
    }

    /// <summary>Stops: no new activity starts, running ones get <see cref="LocalOptions.DrainTimeout"/> to end, all results are written, the lease is given back.</summary>
    /// <param name="cancellation">Gives up waiting.</param>
    public async Task StopAsync(CancellationToken cancellation = default)
    {
        if (!IsRunning)
        {
            return;
        }

        IsRunning = false;
        await Activities.DrainAsync().WaitAsync(cancellation);
        var last = runners.Values.ToArray();
        foreach (var runner in last)
        {
            runner.Close();
        }

        await stopping.CancelAsync();
        await Task.WhenAll(last.Select(runner => runner.Finished)).WaitAsync(cancellation);
        await loops.WaitAsync(cancellation);
        await Store.ReleaseAsync(WorkerId, cancellation);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await aborted.CancelAsync();
    }

    /// <summary>Gives the worker up as a crash would: nothing more is written and the lease is left to expire. For tests.</summary>
    internal async Task AbandonAsync()
    {
        IsRunning = false;
        await aborted.CancelAsync();
        await stopping.CancelAsync();
    }

    internal InstanceRunner? Find(string instanceId) => runners.TryGetValue(instanceId, out var runner) ? runner : null;

    internal JournalLabel Label(InstanceState state) =>
        new(state.InstanceId, state.Start.Name, WorkerId, state.IsOver ? state.Status : null, state.CreatedAt);

    /// <summary>Takes in an instance that this worker has created or claimed.</summary>
    internal InstanceRunner Adopt(InstanceState state, JournalEnd end, bool recovered)
    {
        var runner = new InstanceRunner(this, state, end, recovered);
        runners[state.InstanceId] = runner;
        runner.Start();
        return runner;
    }

    internal void Remove(InstanceRunner runner, InstanceState state)
    {
        runners.TryRemove(new KeyValuePair<string, InstanceRunner>(runner.InstanceId, runner));
        if (state.IsOver && watchers.TryRemove(runner.InstanceId, out var watcher))
        {
            watcher.TrySetResult();
        }
    }

    /// <summary>Completes soon after an instance that is owned here is over.</summary>
    internal Task WatchAsync(string instanceId) => watchers.GetOrAdd(instanceId, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    /// <summary>Sends an event: durably when the task completes, and at once where the receiver is owned here.</summary>
    internal async Task SendAsync(string instanceId, string executionId, string messageId, HistoryEvent e)
    {
        await Store.PostAsync(new InstanceMessage { InstanceId = instanceId, MessageId = messageId, ExecutionId = executionId, Event = e }, Aborted);
        watch.Hint(new MessageKey(instanceId, messageId, Time.GetUtcNow()));
    }

    /// <summary>Starts a sub-orchestration unless it has been started already.</summary>
    /// <returns>The failure for the parent where the id is taken by something else.</returns>
    internal async Task<HistoryEvent?> StartChildAsync(InstanceState parent, HistoryEvent created)
    {
        var child = created.SubOrchestrationInstanceCreated;
        var parentInfo = new ParentInstanceInfo
        {
            TaskScheduledId = created.EventId,
            Name = parent.Start.Name,
            Version = parent.Start.Version,
            OrchestrationInstance = new OrchestrationInstance { InstanceId = parent.InstanceId, ExecutionId = parent.ExecutionId },
        };
        var start = new ExecutionStartedEvent
        {
            Name = child.Name,
            Version = child.Version,
            Input = child.Input,
            ParentInstance = parentInfo,
            OrchestrationInstance = new OrchestrationInstance
            {
                InstanceId = child.InstanceId,
                ExecutionId = DeterministicGuid.Create(parent.ExecutionId, created.Timestamp.ToDateTime(), created.EventId).ToString("N"),
            },
        };
        while (true)
        {
            if (await LocalClient.CreateAsync(start, Aborted))
            {
                return null;
            }

            // The runner of an earlier attempt may be about to label it.
            if (Find(child.InstanceId) is { } earlier && (await ReadStateAsync(child.InstanceId))?.State.IsOver == true)
            {
                await earlier.Finished;
            }

            if (await ReadStateAsync(child.InstanceId) is not { } existing)
            {
                continue;
            }

            if (parentInfo.Equals(existing.State.Start.ParentInstance))
            {
                return null;
            }

            if (existing.State.IsOver)
            {
                await Store.DeleteAsync(child.InstanceId, existing.End, Aborted);
                continue;
            }

            var details = new TaskFailureDetails(
                typeof(OrchestrationAlreadyExistsException).FullName!,
                $"The sub-orchestration '{child.Name}' cannot be started: an instance '{child.InstanceId}' that is not its own is running. Derive the ids of sub-orchestrations from their parent's.",
                null,
                null) { IsNonRetriable = true };
            return new HistoryEvent
            {
                EventId = -1,
                Timestamp = Timestamp.FromDateTimeOffset(Time.GetUtcNow()),
                SubOrchestrationInstanceFailed = new SubOrchestrationInstanceFailedEvent { TaskScheduledId = created.EventId, FailureDetails = Failures.ToProtocol(details) },
            };
        }
    }

    /// <summary>Tells the parent of an instance that is over how it ended. Durable when the task completes.</summary>
    internal async Task TellParentAsync(InstanceState state)
    {
        if (state.Start.ParentInstance is not { } parent || state.Completed is not { } completed)
        {
            return;
        }

        var e = new HistoryEvent { EventId = -1, Timestamp = Timestamp.FromDateTimeOffset(state.LastUpdatedAt) };
        if (completed.OrchestrationStatus == OrchestrationStatus.Completed)
        {
            e.SubOrchestrationInstanceCompleted = new SubOrchestrationInstanceCompletedEvent { TaskScheduledId = parent.TaskScheduledId, Result = completed.Result };
        }
        else
        {
            e.SubOrchestrationInstanceFailed = new SubOrchestrationInstanceFailedEvent
            {
                TaskScheduledId = parent.TaskScheduledId,
                FailureDetails = completed.FailureDetails
                    ?? new TaskFailure { ErrorType = "MlOps.Durable.OrchestrationTerminatedException", ErrorMessage = $"The sub-orchestration '{state.InstanceId}' was terminated: {completed.Result}" },
            };
        }

        var owner = parent.OrchestrationInstance;
        if (Find(owner.InstanceId) is { } runner && await runner.PostAsync(e, owner.ExecutionId))
        {
            return;
        }

        await SendAsync(owner.InstanceId, owner.ExecutionId, MessageIds.Of(e.Timestamp, state.ExecutionId, -1), e);
    }

    /// <summary>Takes the failure of an instance back and goes on with it.</summary>
    /// <exception cref="InvalidOperationException">Its failure cannot be taken back, or somebody else changes it just now.</exception>
    internal async Task RewindAsync(string instanceId)
    {
        if (Find(instanceId) is { } earlier)
        {
            await earlier.Finished;
        }

        if (await ReadStateAsync(instanceId) is not var (state, end, label) || state.Status != OrchestrationRuntimeStatus.Failed)
        {
            return;
        }

        var history = Rewinding.Plan(state, Executor);
        foreach (var child in history.Where(e => e.SubOrchestrationInstanceCreated is not null && !history.Any(other => InstanceState.SettledTask(other) == e.EventId)))
        {
            await RewindAsync(child.SubOrchestrationInstanceCreated.InstanceId);
        }

        var record = new JournalRecord { Timestamp = Timestamp.FromDateTimeOffset(Time.GetUtcNow()), Owner = WorkerId, Restart = true };
        record.Events.AddRange(history);
        Reserve(instanceId);
        try
        {
            // Labelled first: were we to die in between, the scan would find the instance and see that it is over.
            if (await Store.LabelAsync(label with { Owner = WorkerId, EndedAs = null }, end, Aborted) is not { } labelled
                || await Store.AppendAsync(instanceId, labelled, JournalCodec.Encode(record), Aborted) is not { } rewound)
            {
                throw new InvalidOperationException($"Instance '{instanceId}' is being changed by somebody else. Look again and repeat.");
            }

            state.Apply(record);
            Adopt(state, rewound, recovered: true);
        }
        finally
        {
            Unreserve(instanceId);
        }
    }

    internal void Reserve(string instanceId) => watch.Reserve(instanceId);

    internal void Unreserve(string instanceId) => watch.Unreserve(instanceId);

    /// <summary>False when another worker may have taken over what is owned here.</summary>
    internal bool LeaseIsFresh => watch.LeaseIsFresh;

    /// <summary>After a lapse of the lease: proves for each instance that it is still ours, and drops those that are not.</summary>
    internal Task ConfirmOwnershipAsync() => Task.WhenAll(runners.Values.Select(runner => runner.ConfirmAsync()));

    internal async Task<(InstanceState State, JournalEnd End, JournalLabel Label)?> ReadStateAsync(string instanceId) =>
        await Store.ReadAsync(instanceId, Aborted) is { } content ? (InstanceState.Of(instanceId, content.Bytes), content.End, content.Label) : null;
}
