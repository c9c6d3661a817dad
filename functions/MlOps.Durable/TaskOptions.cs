namespace MlOps.Durable;

/// <summary>Options of a call of an activity or sub-orchestration.</summary>
public record TaskOptions
{
    /// <summary>Creates options.</summary>
    /// <param name="retry">How to retry; <see langword="null"/>: not at all.</param>
    public TaskOptions(TaskRetryOptions? retry = null) => Retry = retry;

    /// <summary>How failures are retried; <see langword="null"/>: they are not.</summary>
    public TaskRetryOptions? Retry { get; init; }

    /// <summary>Tags of the task. Kept in the history of the Local driver; the Functions host ignores them.</summary>
    public IReadOnlyDictionary<string, string>? Tags { get; init; }

    /// <summary>Options with a retry policy.</summary>
    /// <param name="policy">The policy.</param>
    public static TaskOptions FromRetryPolicy(RetryPolicy policy) => new(policy);

    /// <summary>Options with a retry handler.</summary>
    /// <param name="handler">Decides after each failure whether to try again.</param>
    public static TaskOptions FromRetryHandler(RetryHandler handler) => new((TaskRetryOptions)handler);

    /// <summary>Options with an asynchronous retry handler.</summary>
    /// <param name="handler">Decides after each failure whether to try again.</param>
    public static TaskOptions FromRetryHandler(AsyncRetryHandler handler) => new((TaskRetryOptions)handler);

    /// <summary>The same options for a sub-orchestration of a given id.</summary>
    /// <param name="instanceId">The id.</param>
    public SubOrchestrationOptions WithInstanceId(string instanceId) => new(this, instanceId);
}

/// <summary>Options of a call of a sub-orchestration.</summary>
public record SubOrchestrationOptions : TaskOptions
{
    /// <summary>Creates options.</summary>
    /// <param name="retry">How to retry; <see langword="null"/>: not at all.</param>
    /// <param name="instanceId">Id of the sub-orchestration; <see langword="null"/>: a deterministic one is drawn.</param>
    public SubOrchestrationOptions(TaskRetryOptions? retry = null, string? instanceId = null)
        : base(retry) => InstanceId = instanceId;

    /// <summary>Creates options from those of a task.</summary>
    /// <param name="options">The options.</param>
    /// <param name="instanceId">Id of the sub-orchestration; <see langword="null"/>: a deterministic one is drawn.</param>
    public SubOrchestrationOptions(TaskOptions options, string? instanceId = null)
        : base(options) => InstanceId = instanceId;

    /// <summary>Id of the sub-orchestration; derive it from the parent's, because the platform replaces a running instance of the same id.</summary>
    public string? InstanceId { get; init; }

    /// <summary>Version of the sub-orchestration; <see langword="null"/>: the default.</summary>
    public string? Version { get; init; }
}

/// <summary>Options of the start of an orchestration.</summary>
/// <param name="InstanceId">Id of the instance; <see langword="null"/>: a random one.</param>
/// <param name="StartAt">When to start, at the earliest; <see langword="null"/>: at once.</param>
public record StartOrchestrationOptions(string? InstanceId = null, DateTimeOffset? StartAt = null)
{
    /// <summary>Version of the instance; <see langword="null"/>: the default.</summary>
    public string? Version { get; init; }

    /// <summary>Tags of the instance.</summary>
    public IReadOnlyDictionary<string, string> Tags { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>
    /// Statuses of an existing instance of the same id that make the start fail. <see langword="null"/>: all of them, so
    /// that a start by a deterministic id is idempotent. An instance that is not over is never replaced.
    /// </summary>
    public IReadOnlyCollection<OrchestrationRuntimeStatus>? DedupeStatuses { get; init; }

    /// <summary>The same options with a reuse policy.</summary>
    /// <param name="dedupeStatuses">Statuses that make the start fail.</param>
    public StartOrchestrationOptions WithDedupeStatuses(params OrchestrationRuntimeStatus[] dedupeStatuses) =>
        this with { DedupeStatuses = dedupeStatuses };
}
