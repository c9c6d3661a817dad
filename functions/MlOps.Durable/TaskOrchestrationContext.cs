using Microsoft.Extensions.Logging;

namespace MlOps.Durable;

/// <summary>The instance that started this one as a sub-orchestration.</summary>
/// <param name="Name">Name of its orchestrator.</param>
/// <param name="InstanceId">Its id.</param>
public record ParentOrchestrationInstance(TaskName Name, string InstanceId);

/// <summary>
/// All that an orchestrator may see and do. Every member is deterministic: the same history gives the same answers.
/// Members must be called from the orchestrator's own flow, never from another thread.
/// </summary>
public abstract class TaskOrchestrationContext
{
    /// <summary>Name of the orchestrator.</summary>
    public abstract TaskName Name { get; }

    /// <summary>Id of the instance.</summary>
    public abstract string InstanceId { get; }

    /// <summary>The parent, if this is a sub-orchestration.</summary>
    public abstract ParentOrchestrationInstance? Parent { get; }

    /// <summary>The time of the current turn, UTC: the only clock an orchestrator may read.</summary>
    public abstract DateTime CurrentUtcDateTime { get; }

    /// <summary>True while the history of earlier turns is run through again.</summary>
    public abstract bool IsReplaying { get; }

    /// <summary>Version of the instance; empty if it has none.</summary>
    public virtual string Version => "";

    /// <summary>Makes the loggers of <see cref="CreateReplaySafeLogger(string)"/>.</summary>
    protected abstract ILoggerFactory LoggerFactory { get; }

    /// <summary>The input of the instance.</summary>
    /// <typeparam name="T">Its type.</typeparam>
    public abstract T? GetInput<T>();

    /// <summary>Calls an activity without input and result.</summary>
    /// <param name="name">Name of the activity.</param>
    /// <param name="options">Options, such as retries.</param>
    public virtual Task CallActivityAsync(TaskName name, TaskOptions? options) => CallActivityAsync(name, null, options);

    /// <summary>Calls an activity without result.</summary>
    /// <param name="name">Name of the activity.</param>
    /// <param name="input">Its input, JSON.</param>
    /// <param name="options">Options, such as retries.</param>
    public virtual Task CallActivityAsync(TaskName name, object? input = null, TaskOptions? options = null) => CallActivityAsync<object>(name, input, options);

    /// <summary>Calls an activity without input.</summary>
    /// <typeparam name="TResult">Type of its result.</typeparam>
    /// <param name="name">Name of the activity.</param>
    /// <param name="options">Options, such as retries.</param>
    public virtual Task<TResult> CallActivityAsync<TResult>(TaskName name, TaskOptions? options) => CallActivityAsync<TResult>(name, null, options);

    /// <summary>Calls an activity.</summary>
    /// <typeparam name="TResult">Type of its result.</typeparam>
    /// <param name="name">Name of the activity.</param>
    /// <param name="input">Its input, JSON.</param>
    /// <param name="options">Options, such as retries.</param>
    /// <exception cref="TaskFailedException">The activity failed, after the last attempt.</exception>
    public abstract Task<TResult> CallActivityAsync<TResult>(TaskName name, object? input = null, TaskOptions? options = null);

    /// <summary>A durable timer: completes once the time has passed, whatever happens to the process meanwhile.</summary>
    /// <param name="delay">How long, from <see cref="CurrentUtcDateTime"/>.</param>
    /// <param name="cancellationToken">Cancels the timer, which then no longer keeps the instance open.</param>
    public virtual Task CreateTimer(TimeSpan delay, CancellationToken cancellationToken) => CreateTimer(CurrentUtcDateTime.Add(delay), cancellationToken);

    /// <summary>A durable timer. One that lies more than three days ahead is built of hops.</summary>
    /// <param name="fireAt">When, UTC; an instant in the past fires at once.</param>
    /// <param name="cancellationToken">Cancels the timer, which then no longer keeps the instance open.</param>
    public abstract Task CreateTimer(DateTime fireAt, CancellationToken cancellationToken);

    /// <summary>Waits for an event from outside. Names match without regard to letter case; an event that came earlier is taken at once; of several waits the newest is served first.</summary>
    /// <typeparam name="T">Type of the payload.</typeparam>
    /// <param name="eventName">Name of the event.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public abstract Task<T> WaitForExternalEvent<T>(string eventName, CancellationToken cancellationToken = default);

    /// <summary>Waits for an event from outside, with a time-out.</summary>
    /// <typeparam name="T">Type of the payload.</typeparam>
    /// <param name="eventName">Name of the event.</param>
    /// <param name="timeout">How long; <see cref="Timeout.InfiniteTimeSpan"/>: without end.</param>
    /// <exception cref="TaskCanceledException">The time passed first.</exception>
    public Task<T> WaitForExternalEvent<T>(string eventName, TimeSpan timeout) => WaitForExternalEvent<T>(eventName, timeout, CancellationToken.None);

    /// <summary>Waits for an event from outside, with a time-out.</summary>
    /// <typeparam name="T">Type of the payload.</typeparam>
    /// <param name="eventName">Name of the event.</param>
    /// <param name="timeout">How long; <see cref="Timeout.InfiniteTimeSpan"/>: without end.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="TaskCanceledException">The time passed first, or the token was cancelled.</exception>
    public virtual async Task<T> WaitForExternalEvent<T>(string eventName, TimeSpan timeout, CancellationToken cancellationToken)
    {
        if (timeout == Timeout.InfiniteTimeSpan)
        {
            return await WaitForExternalEvent<T>(eventName, cancellationToken);
        }

        using var timerCancellation = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var waitCancellation = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var timer = CreateTimer(timeout, timerCancellation.Token);
        var wait = WaitForExternalEvent<T>(eventName, waitCancellation.Token);
        if (await Task.WhenAny(wait, timer) == wait)
        {
            // Cancel, not CancelAsync: the callbacks must run here and now, not on another thread.
            timerCancellation.Cancel();
        }
        else
        {
            waitCancellation.Cancel();
        }

        return await wait;
    }

    /// <summary>Sends an event to another instance, or to this one. Delivery is not waited for.</summary>
    /// <param name="instanceId">The receiver.</param>
    /// <param name="eventName">Name of the event.</param>
    /// <param name="payload">Its payload, JSON.</param>
    public abstract void SendEvent(string instanceId, string eventName, object payload);

    /// <summary>Sets the status that <see cref="OrchestrationMetadata.SerializedCustomStatus"/> shows. Stands until it is set again.</summary>
    /// <param name="customStatus">The status, JSON; <see langword="null"/> clears it.</param>
    public abstract void SetCustomStatus(object? customStatus);

    /// <summary>Calls a sub-orchestration without input and result.</summary>
    /// <param name="orchestratorName">Name of the orchestrator.</param>
    /// <param name="options">Options, such as the instance id.</param>
    public Task CallSubOrchestratorAsync(TaskName orchestratorName, TaskOptions? options) => CallSubOrchestratorAsync(orchestratorName, null, options);

    /// <summary>Calls a sub-orchestration without result.</summary>
    /// <param name="orchestratorName">Name of the orchestrator.</param>
    /// <param name="input">Its input, JSON.</param>
    /// <param name="options">Options, such as the instance id.</param>
    public virtual Task CallSubOrchestratorAsync(TaskName orchestratorName, object? input = null, TaskOptions? options = null) => CallSubOrchestratorAsync<object>(orchestratorName, input, options);

    /// <summary>Calls a sub-orchestration without input.</summary>
    /// <typeparam name="TResult">Type of its result.</typeparam>
    /// <param name="orchestratorName">Name of the orchestrator.</param>
    /// <param name="options">Options, such as the instance id.</param>
    public virtual Task<TResult> CallSubOrchestratorAsync<TResult>(TaskName orchestratorName, TaskOptions? options) => CallSubOrchestratorAsync<TResult>(orchestratorName, null, options);

    /// <summary>Calls a sub-orchestration: another orchestrator, as an instance of its own, whose result comes back here.</summary>
    /// <typeparam name="TResult">Type of its result.</typeparam>
    /// <param name="orchestratorName">Name of the orchestrator.</param>
    /// <param name="input">Its input, JSON.</param>
    /// <param name="options">Options, such as the instance id.</param>
    /// <exception cref="TaskFailedException">It failed, after the last attempt.</exception>
    public abstract Task<TResult> CallSubOrchestratorAsync<TResult>(TaskName orchestratorName, object? input = null, TaskOptions? options = null);

    /// <summary>Starts the instance again with a new input and an empty history once the orchestrator has returned.</summary>
    /// <param name="newInput">The new input, JSON.</param>
    /// <param name="preserveUnprocessedEvents">Whether events that nobody has taken yet go over to the new execution.</param>
    public abstract void ContinueAsNew(object? newInput = null, bool preserveUnprocessedEvents = true);

    /// <summary>A GUID that is the same in every replay.</summary>
    public abstract Guid NewGuid();

    /// <summary>A logger that is silent while the history is replayed.</summary>
    /// <param name="categoryName">Its category.</param>
    public virtual ILogger CreateReplaySafeLogger(string categoryName) => new ReplaySafeLogger(this, LoggerFactory.CreateLogger(categoryName));

    /// <summary>A logger that is silent while the history is replayed.</summary>
    /// <param name="type">Its category.</param>
    public virtual ILogger CreateReplaySafeLogger(Type type)
    {
        ArgumentNullException.ThrowIfNull(type);
        return new ReplaySafeLogger(this, LoggerFactory.CreateLogger(type.FullName ?? type.Name));
    }

    /// <summary>A logger that is silent while the history is replayed.</summary>
    /// <typeparam name="T">Its category.</typeparam>
    public virtual ILogger CreateReplaySafeLogger<T>() => CreateReplaySafeLogger(typeof(T));

    private sealed class ReplaySafeLogger(TaskOrchestrationContext context, ILogger logger) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => logger.BeginScope(state);

        public bool IsEnabled(LogLevel logLevel) => !context.IsReplaying && logger.IsEnabled(logLevel);

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
            {
                logger.Log(logLevel, eventId, state, exception, formatter);
            }
        }
    }
}
