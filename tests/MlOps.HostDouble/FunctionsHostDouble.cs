using Google.Protobuf.WellKnownTypes;
using MlOps.Durable.History;

namespace MlOps.HostDouble;

/// <summary>Settings of the double.</summary>
public sealed record HostDoubleOptions
{
    /// <summary>Chooses the fault of each invocation.</summary>
    public Func<PlannedInvocation, Fault> Faults { get; init; } = _ => Fault.None;

    /// <summary>True: an activity that times out is delivered again, as newer extensions do it; false: it is recorded as failed, as 3.19.0 was seen to do.</summary>
    public bool RedeliverTimedOutActivities { get; init; }

    /// <summary>How long a handler stays away in <see cref="Fault.SlowStart"/>.</summary>
    public TimeSpan SlowStart { get; init; } = TimeSpan.FromMilliseconds(300);

    /// <summary>How long the double waits inside an invocation before it kills the handler or lets the time run out.</summary>
    public TimeSpan FaultDelay { get; init; } = TimeSpan.FromMilliseconds(30);

    /// <summary>Activities at once.</summary>
    public int MaxConcurrentActivities { get; init; } = 4;

    /// <summary>Timer functions and how often the double's clock fires them while any instance is open.</summary>
    public IReadOnlyDictionary<string, TimeSpan> TimerFunctions { get; init; } = new Dictionary<string, TimeSpan>(StringComparer.Ordinal);
}

/// <summary>
/// A stand-in for the Azure Functions host with the Durable extension: it sends invocations in the host's exact JSON,
/// keeps histories as the extension does, serves the management HTTP API, and behaves, faults included, as the contracts
/// say that the host does, not as one would like it to. When nothing is under way its clock jumps to the next timer.
/// </summary>
public sealed partial class FunctionsHostDouble : IAsyncDisposable
{
    private readonly IHandlerTransport handler;
    private readonly HostDoubleOptions options;
    private readonly HashSet<string> functions;
    private readonly Lock gate = new();
    private readonly Dictionary<string, HostInstance> instances = new(StringComparer.Ordinal);
    private readonly PriorityQueue<(HostInstance Instance, string ExecutionId, int Id, Timestamp FireAt), DateTime> timers = new();
    private readonly SemaphoreSlim handlerGate = new(1);
    private readonly SemaphoreSlim activityPlaces;
    private readonly ManagementApi api;
    private readonly string client;
    private readonly CancellationTokenSource stopping = new();
    private Task clockLoop = Task.CompletedTask;
    private TimeSpan clockOffset;
    private int underWay;
    private int invocations;

    /// <summary>Creates a double.</summary>
    /// <param name="handler">The handler.</param>
    /// <param name="functions">Names of the functions that the application root has.</param>
    /// <param name="options">Settings.</param>
    public FunctionsHostDouble(IHandlerTransport handler, IEnumerable<string> functions, HostDoubleOptions? options = null)
    {
        this.handler = handler;
        this.options = options ?? new HostDoubleOptions();
        this.functions = functions.ToHashSet(StringComparer.OrdinalIgnoreCase);
        activityPlaces = new SemaphoreSlim(this.options.MaxConcurrentActivities);
        api = new ManagementApi(this);
        client = InvocationBodies.ClientObject(api.BaseUrl, ManagementApi.Key);
    }

    /// <summary>Invocations so far, repeats not counted.</summary>
    public int Invocations => Volatile.Read(ref invocations);

    /// <summary>What the double has done, a line an event.</summary>
    public IReadOnlyList<string> Journal
    {
        get
        {
            lock (gate)
            {
                return [.. journal];
            }
        }
    }

    private readonly List<string> journal = [];

    /// <summary>Replays whose answer differed from the one given before.</summary>
    public IReadOnlyList<string> Divergences
    {
        get
        {
            lock (gate)
            {
                return [.. divergences];
            }
        }
    }

    private readonly List<string> divergences = [];

    internal DateTimeOffset Now => DateTimeOffset.UtcNow + clockOffset;

    /// <summary>Starts the handler and the management API.</summary>
    public async Task StartAsync()
    {
        await handler.StartAsync();
        api.Start();
        clockLoop = Task.Run(RunClockAsync);
    }

    /// <summary>Delivers an event to an Event Grid function until it is taken, at most ten times.</summary>
    /// <param name="function">The function.</param>
    /// <param name="json">The event.</param>
    /// <returns>Whether it was taken.</returns>
    public async Task<bool> RaiseEventGridAsync(string function, string json)
    {
        for (var delivery = 0; delivery < 10; delivery++)
        {
            if (await TryInvokeAsync("event", function, InvocationBodies.EventGrid(function, json, client)))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Fires a timer function once.</summary>
    /// <param name="function">The function.</param>
    /// <returns>Whether it succeeded.</returns>
    public Task<bool> FireTimerAsync(string function) => TryInvokeAsync("timer", function, InvocationBodies.Timer(function, client));

    /// <summary>Starts an instance, as the management API does.</summary>
    /// <param name="function">The orchestrator.</param>
    /// <param name="instanceId">The id.</param>
    /// <param name="input">The input, JSON.</param>
    /// <returns>False where a running instance has that id.</returns>
    public bool Start(string function, string instanceId, string? input)
    {
        lock (gate)
        {
            if (instances.TryGetValue(instanceId, out var existing) && !existing.IsOver)
            {
                return false;
            }

            var start = new ExecutionStartedEvent
            {
                Name = function,
                Input = input,
                OrchestrationInstance = new OrchestrationInstance { InstanceId = instanceId, ExecutionId = Guid.NewGuid().ToString() },
            };
            Create(instanceId, start);
            return true;
        }
    }

    /// <summary>Raises an event for an instance.</summary>
    /// <param name="instanceId">The instance.</param>
    /// <param name="name">The event.</param>
    /// <param name="payload">Its payload, JSON.</param>
    public void RaiseEvent(string instanceId, string name, string? payload) =>
        Deliver(instanceId, new HistoryEvent { EventId = -1, EventRaised = new EventRaisedEvent { Name = name, Input = payload } });

    /// <summary>Status and output of an instance: <c>Completed "x"</c>; null where there is none.</summary>
    /// <param name="instanceId">The instance.</param>
    public (string Status, string? Output)? Look(string instanceId)
    {
        lock (gate)
        {
            return instances.TryGetValue(instanceId, out var instance) ? (instance.Status.ToString(), instance.Output) : null;
        }
    }

    /// <summary>All instances: id and status.</summary>
    public IReadOnlyList<(string InstanceId, string Name, string Status, string? Output)> Instances
    {
        get
        {
            lock (gate)
            {
                return [.. instances.Values.Select(instance => (instance.InstanceId, instance.Start.Name, instance.Status.ToString(), instance.Output))];
            }
        }
    }

    /// <summary>Every turn that was committed: request and response, in bytes, those of one instance in order.</summary>
    public IReadOnlyList<(byte[] Request, byte[] Response)> AllTurns
    {
        get
        {
            lock (gate)
            {
                return [.. instances.Values.SelectMany(instance => instance.Turns)];
            }
        }
    }

    /// <summary>Waits until nothing is under way and no timer is set: every instance is over or waits for an event.</summary>
    /// <param name="patience">How long.</param>
    /// <exception cref="TimeoutException">It takes longer.</exception>
    public async Task WaitUntilIdleAsync(TimeSpan patience)
    {
        var until = DateTime.UtcNow + patience;
        for (var quiet = 0; quiet < 3; quiet = IsIdle() ? quiet + 1 : 0)
        {
            if (DateTime.UtcNow > until)
            {
                throw new TimeoutException("The host is not idle:\n" + string.Join('\n', Instances.Select(instance => $"{instance}")) + "\n" + string.Join('\n', Journal.TakeLast(30)));
            }

            await Task.Delay(10);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        api.Dispose();
        await clockLoop;
        await handler.DisposeAsync();
    }

    internal HostInstance? Find(string instanceId)
    {
        lock (gate)
        {
            return instances.GetValueOrDefault(instanceId);
        }
    }

    internal List<HostInstance> All()
    {
        lock (gate)
        {
            return [.. instances.Values.OrderBy(instance => instance.InstanceId, StringComparer.Ordinal)];
        }
    }

    internal bool Remove(string instanceId)
    {
        lock (gate)
        {
            return instances.Remove(instanceId);
        }
    }

    internal void Deliver(string instanceId, HistoryEvent e)
    {
        lock (gate)
        {
            if (instances.TryGetValue(instanceId, out var instance) && !instance.IsOver)
            {
                e.Timestamp = Timestamp.FromDateTimeOffset(Now);
                instance.Inbox.Add(e);
                Wake(instance);
            }
        }
    }

    private bool IsIdle()
    {
        lock (gate)
        {
            // An instance without a timer waits for an event from outside; with timer functions, one of those may bring it.
            return Volatile.Read(ref underWay) == 0
                && (instances.Values.All(instance => instance.IsOver) || (timers.Count == 0 && options.TimerFunctions.Count == 0));
        }
    }

    private void Note(string line)
    {
        lock (gate)
        {
            journal.Add(line);
        }
    }

    // Called under the gate. Silently replaces whatever has the id.
    private void Create(string instanceId, ExecutionStartedEvent start)
    {
        var instance = new HostInstance(instanceId, start, Now);
        instances[instanceId] = instance;
        if (!functions.Contains(start.Name))
        {
            instance.Status = OrchestrationStatus.Failed;
            instance.Output = $"{{\"message\":\"The function '{start.Name}' doesn't exist, is disabled, or is not an orchestrator function.\"}}";
            return;
        }

        instance.Inbox.Add(new HistoryEvent { EventId = -1, Timestamp = Timestamp.FromDateTimeOffset(Now), ExecutionStarted = start });
        Wake(instance);
    }

    private async Task RunClockAsync()
    {
        var functionTimers = options.TimerFunctions.ToDictionary(timer => timer.Key, timer => Now + timer.Value, StringComparer.Ordinal);
        while (!stopping.IsCancellationRequested)
        {
            string? function = null;
            lock (gate)
            {
                // Timers of instances that are over, or of former executions, only wake nobody.
                while (timers.TryPeek(out var stale, out _) && !IsOpen(stale.Instance, stale.ExecutionId))
                {
                    timers.Dequeue();
                }

                var isOpen = instances.Values.Any(instance => !instance.IsOver);
                var next = functionTimers.OrderBy(timer => timer.Value).FirstOrDefault();
                var hasTimer = timers.TryPeek(out var timer, out var due);
                var byFunction = isOpen && next.Key is not null && (!hasTimer || next.Value.UtcDateTime <= due);
                var at = byFunction ? next.Value.UtcDateTime : due;
                if ((hasTimer || byFunction) && (at <= Now.UtcDateTime || JumpTo(at)))
                {
                    if (byFunction)
                    {
                        function = next.Key;
                        functionTimers[next.Key!] = Now + options.TimerFunctions[next.Key!];
                    }
                    else
                    {
                        timers.Dequeue();
                        Deliver(timer.Instance.InstanceId, new HistoryEvent { EventId = -1, TimerFired = new TimerFiredEvent { TimerId = timer.Id, FireAt = timer.FireAt } });
                    }
                }
            }

            if (function is not null)
            {
                await FireTimerAsync(function);
            }
            else
            {
                await Task.Delay(2);
            }
        }
    }

    private bool IsOpen(HostInstance instance, string executionId) =>
        ReferenceEquals(instances.GetValueOrDefault(instance.InstanceId), instance) && !instance.IsOver && instance.ExecutionId == executionId;

    // When nobody works there is no need to wait.
    private bool JumpTo(DateTime instant)
    {
        if (Volatile.Read(ref underWay) > 0)
        {
            return false;
        }

        clockOffset += instant - Now.UtcDateTime;
        return true;
    }
}
