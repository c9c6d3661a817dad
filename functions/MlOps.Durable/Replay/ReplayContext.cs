using Google.Protobuf.WellKnownTypes;
using Microsoft.Extensions.Logging;
using MlOps.Durable.History;

namespace MlOps.Durable.Replay;

/// <summary>The context that an orchestrator sees: it turns calls into actions and awaits what the history brings.</summary>
internal sealed class ReplayContext(string instanceId, string defaultVersion, TurnState state, ILoggerFactory loggerFactory) : TaskOrchestrationContext
{
    // How long the Azure Storage backend can hide a message; longer timers are built of hops.
    private static readonly TimeSpan MaximumTimerInterval = TimeSpan.FromDays(3);

    private static readonly JsonDataConverter Converter = JsonDataConverter.Default;

    private ExecutionStartedEvent start = new();
    private int guids;

    public override TaskName Name => start.Name;

    public override string InstanceId => instanceId;

    public override string Version => start.Version ?? "";

    public override ParentOrchestrationInstance? Parent =>
        start.ParentInstance is { } parent ? new ParentOrchestrationInstance(parent.Name ?? "", parent.OrchestrationInstance?.InstanceId ?? "") : null;

    public override DateTime CurrentUtcDateTime
    {
        get
        {
            state.CheckOnTurn();
            return state.CurrentUtcDateTime;
        }
    }

    public override bool IsReplaying => state.IsReplaying;

    protected override ILoggerFactory LoggerFactory => loggerFactory;

    /// <summary>The completion that continue-as-new asked for.</summary>
    public CompleteOrchestrationAction? ContinuedAsNew { get; private set; }

    public void Begin(ExecutionStartedEvent started) => start = started;

    public override T? GetInput<T>()
        where T : default => Converter.Deserialize<T>(start.Input);

    public override async Task<TResult> CallActivityAsync<TResult>(TaskName name, object? input = null, TaskOptions? options = null)
    {
        CheckNotOptions(input, name);
        var serialized = Converter.Serialize(input);
        var result = await Retrying.RunAsync(this, options?.Retry, () => Await(new OrchestratorAction { ScheduleTask = ScheduleTask() }, name));
        return Converter.Deserialize<TResult>(result)!;

        ScheduleTaskAction ScheduleTask()
        {
            var action = new ScheduleTaskAction { Name = name, Version = Version, Input = serialized };
            CopyTags(options, action.Tags);
            return action;
        }
    }

    public override async Task<TResult> CallSubOrchestratorAsync<TResult>(TaskName orchestratorName, object? input = null, TaskOptions? options = null)
    {
        CheckNotOptions(input, orchestratorName);
        var serialized = Converter.Serialize(input);
        var sub = options as SubOrchestrationOptions;
        // Once per call, not per attempt: a retry starts the child again under the same id.
        var childId = sub?.InstanceId is { } given ? InstanceIds.Validate(given) : NewGuid().ToString("N");
        var result = await Retrying.RunAsync(this, options?.Retry, () => Await(new OrchestratorAction { CreateSubOrchestration = Create() }, orchestratorName));
        return Converter.Deserialize<TResult>(result)!;

        CreateSubOrchestrationAction Create()
        {
            var action = new CreateSubOrchestrationAction { InstanceId = childId, Name = orchestratorName, Version = sub?.Version ?? defaultVersion, Input = serialized };
            CopyTags(options, action.Tags);
            return action;
        }
    }

    public override async Task CreateTimer(DateTime fireAt, CancellationToken cancellationToken)
    {
        if (fireAt.Kind == DateTimeKind.Local)
        {
            fireAt = fireAt.ToUniversalTime();
        }

        while (fireAt - CurrentUtcDateTime > MaximumTimerInterval)
        {
            await Hop(CurrentUtcDateTime + MaximumTimerInterval, cancellationToken);
        }

        await Hop(fireAt, cancellationToken);
    }

    public override async Task<T> WaitForExternalEvent<T>(string eventName, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(eventName);
        state.CheckOnTurn();
        return Converter.Deserialize<T>(await state.Events.WaitAsync(eventName, cancellationToken))!;
    }

    public override void SendEvent(string instanceId, string eventName, object payload)
    {
        ArgumentException.ThrowIfNullOrEmpty(eventName);
        Send(InstanceIds.Validate(instanceId), eventName, Converter.Serialize(payload));
    }

    public override void SetCustomStatus(object? customStatus)
    {
        state.CheckOnTurn();
        state.CustomStatus = Converter.Serialize(customStatus);
    }

    public override void ContinueAsNew(object? newInput = null, bool preserveUnprocessedEvents = true)
    {
        state.CheckOnTurn();
        ContinuedAsNew = new CompleteOrchestrationAction { OrchestrationStatus = OrchestrationStatus.ContinuedAsNew, Result = Converter.Serialize(newInput) };
        foreach (var (eventName, payload) in state.Events.TakeKept())
        {
            if (preserveUnprocessedEvents)
            {
                Send(InstanceId, eventName, payload);
            }
        }
    }

    public override Guid NewGuid() => DeterministicGuid.Create(InstanceId, CurrentUtcDateTime, guids++);

    /// <summary>A timer of one hop.</summary>
    /// <param name="fireAt">When, UTC.</param>
    /// <param name="cancellation">Cancels it.</param>
    internal async Task Hop(DateTime fireAt, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var utc = DateTime.SpecifyKind(fireAt, DateTimeKind.Utc);
        var timer = state.Open(new OrchestratorAction { CreateTimer = new CreateTimerAction { FireAt = Timestamp.FromDateTime(utc) } }, "timer");
        using var registration = cancellation.Register(() =>
        {
            if (state.Abandon(timer))
            {
                timer.Source.TrySetCanceled(cancellation);
            }
        });
        await timer.Source.Task;
    }

    private Task<string?> Await(OrchestratorAction action, TaskName name) => state.Open(action, name).Source.Task;

    private void Send(string receiver, string eventName, string? payload) =>
        state.Add(new OrchestratorAction
        {
            SendEvent = new SendEventAction { Instance = new OrchestrationInstance { InstanceId = receiver }, Name = eventName, Data = payload },
        });

    private static void CopyTags(TaskOptions? options, Google.Protobuf.Collections.MapField<string, string> tags)
    {
        foreach (var (key, value) in options?.Tags ?? new Dictionary<string, string>(StringComparer.Ordinal))
        {
            tags[key] = value;
        }
    }

    private static void CheckNotOptions(object? input, TaskName name)
    {
        if (input is TaskOptions)
        {
            throw new ArgumentException($"The call of '{name}' passes its options as input. Write options: before them.", nameof(input));
        }
    }
}
