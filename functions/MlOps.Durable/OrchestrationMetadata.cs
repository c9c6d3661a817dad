namespace MlOps.Durable;

/// <summary>Where an instance stands.</summary>
public enum OrchestrationRuntimeStatus
{
    /// <summary>It has started and is not over.</summary>
    Running = 0,

    /// <summary>It returned.</summary>
    Completed = 1,

    /// <summary>It goes on with a new history. Passes quickly.</summary>
    ContinuedAsNew = 2,

    /// <summary>It ended with an error.</summary>
    Failed = 3,

    /// <summary>Not used by the drivers here.</summary>
    Canceled = 4,

    /// <summary>It was terminated from outside.</summary>
    Terminated = 5,

    /// <summary>It has been scheduled and has not started.</summary>
    Pending = 6,

    /// <summary>It stands still until it is resumed.</summary>
    Suspended = 7,
}

/// <summary>What is known of an instance from outside.</summary>
/// <param name="name">Name of its orchestrator.</param>
/// <param name="instanceId">Its id.</param>
public sealed class OrchestrationMetadata(string name, string instanceId)
{
    /// <summary>Name of the orchestrator.</summary>
    public string Name { get; } = name;

    /// <summary>Id of the instance.</summary>
    public string InstanceId { get; } = instanceId;

    /// <summary>Where it stands.</summary>
    public OrchestrationRuntimeStatus RuntimeStatus { get; init; }

    /// <summary>When it was scheduled.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>When its state changed last.</summary>
    public DateTimeOffset LastUpdatedAt { get; init; }

    /// <summary>The input, JSON, if inputs were asked for.</summary>
    public string? SerializedInput { get; init; }

    /// <summary>The output, JSON, if outputs were asked for and there is one.</summary>
    public string? SerializedOutput { get; init; }

    /// <summary>The custom status, JSON, if there is one.</summary>
    public string? SerializedCustomStatus { get; init; }

    /// <summary>Why it failed.</summary>
    public TaskFailureDetails? FailureDetails { get; init; }

    /// <summary>True while it is running.</summary>
    public bool IsRunning => RuntimeStatus == OrchestrationRuntimeStatus.Running;

    /// <summary>True when it is over: completed, failed, terminated.</summary>
    public bool IsCompleted => IsTerminal(RuntimeStatus);

    /// <summary>The input.</summary>
    /// <typeparam name="T">Its type.</typeparam>
    public T? ReadInputAs<T>() => JsonDataConverter.Default.Deserialize<T>(SerializedInput);

    /// <summary>The output.</summary>
    /// <typeparam name="T">Its type.</typeparam>
    public T? ReadOutputAs<T>() => JsonDataConverter.Default.Deserialize<T>(SerializedOutput);

    /// <summary>The custom status.</summary>
    /// <typeparam name="T">Its type.</typeparam>
    public T? ReadCustomStatusAs<T>() => JsonDataConverter.Default.Deserialize<T>(SerializedCustomStatus);

    internal static bool IsTerminal(OrchestrationRuntimeStatus status) =>
        status is OrchestrationRuntimeStatus.Completed or OrchestrationRuntimeStatus.Failed
            or OrchestrationRuntimeStatus.Terminated or OrchestrationRuntimeStatus.Canceled;
}

/// <summary>Which instances to list.</summary>
public sealed record OrchestrationQuery
{
    /// <summary>Created at or after.</summary>
    public DateTimeOffset? CreatedFrom { get; init; }

    /// <summary>Created at or before.</summary>
    public DateTimeOffset? CreatedTo { get; init; }

    /// <summary>In one of these statuses; <see langword="null"/>: any.</summary>
    public IReadOnlyCollection<OrchestrationRuntimeStatus>? Statuses { get; init; }

    /// <summary>With an id that begins so.</summary>
    public string? InstanceIdPrefix { get; init; }

    /// <summary>Instances a page of the back end holds.</summary>
    public int PageSize { get; init; } = 100;

    /// <summary>Whether inputs, outputs and custom statuses are wanted, which costs a read for each instance.</summary>
    public bool FetchInputsAndOutputs { get; init; }
}

/// <summary>What a purge did.</summary>
/// <param name="PurgedInstanceCount">Instances that were deleted.</param>
public sealed record PurgeResult(int PurgedInstanceCount);

/// <summary>Which instances to purge. Only those that are over are.</summary>
/// <param name="CreatedFrom">Created at or after.</param>
/// <param name="CreatedTo">Created at or before.</param>
/// <param name="Statuses">In one of these statuses; <see langword="null"/>: any that is over.</param>
public sealed record PurgeInstancesFilter(
    DateTimeOffset? CreatedFrom = null,
    DateTimeOffset? CreatedTo = null,
    IReadOnlyCollection<OrchestrationRuntimeStatus>? Statuses = null);
