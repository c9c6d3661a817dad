namespace MlOps.Durable;

/// <summary>Decides after a failure whether the task is tried again. Runs in the orchestrator: it must be deterministic.</summary>
/// <param name="retryContext">The failure.</param>
public delegate bool RetryHandler(RetryContext retryContext);

/// <summary>Decides after a failure whether the task is tried again; may wait on a durable timer.</summary>
/// <param name="retryContext">The failure.</param>
public delegate Task<bool> AsyncRetryHandler(RetryContext retryContext);

/// <summary>What a retry handler is told.</summary>
/// <param name="OrchestrationContext">The orchestration.</param>
/// <param name="LastAttemptNumber">Number of the attempt that failed, from 1.</param>
/// <param name="LastFailure">Why it failed.</param>
/// <param name="TotalRetryTime">Time since the first attempt, by the orchestration's clock.</param>
/// <param name="CancellationToken">Not used; there for the SDK's signature.</param>
public record RetryContext(
    TaskOrchestrationContext OrchestrationContext,
    int LastAttemptNumber,
    TaskFailureDetails LastFailure,
    TimeSpan TotalRetryTime,
    CancellationToken CancellationToken);

/// <summary>A retry policy or a retry handler.</summary>
public class TaskRetryOptions
{
    /// <summary>Retry by policy.</summary>
    /// <param name="policy">The policy.</param>
    public TaskRetryOptions(RetryPolicy policy) => Policy = policy ?? throw new ArgumentNullException(nameof(policy));

    /// <summary>Retry by handler.</summary>
    /// <param name="handler">The handler.</param>
    public TaskRetryOptions(AsyncRetryHandler handler) => Handler = handler ?? throw new ArgumentNullException(nameof(handler));

    /// <summary>The policy, if there is one.</summary>
    public RetryPolicy? Policy { get; }

    /// <summary>The handler, if there is one.</summary>
    public AsyncRetryHandler? Handler { get; }

    /// <summary>Retry by policy.</summary>
    /// <param name="policy">The policy.</param>
    public static implicit operator TaskRetryOptions(RetryPolicy policy) => new(policy);

    /// <summary>Retry by handler.</summary>
    /// <param name="handler">The handler.</param>
    public static implicit operator TaskRetryOptions(AsyncRetryHandler handler) => new(handler);

    /// <summary>Retry by handler.</summary>
    /// <param name="handler">The handler.</param>
    public static implicit operator TaskRetryOptions(RetryHandler handler) => new(context => Task.FromResult(handler(context)));

    /// <summary>Retry by policy.</summary>
    /// <param name="policy">The policy.</param>
    public static TaskRetryOptions FromRetryPolicy(RetryPolicy policy) => policy;

    /// <summary>Retry by handler.</summary>
    /// <param name="handler">The handler.</param>
    public static TaskRetryOptions FromRetryHandler(RetryHandler handler) => handler;

    /// <summary>Retry by handler.</summary>
    /// <param name="handler">The handler.</param>
    public static TaskRetryOptions FromRetryHandler(AsyncRetryHandler handler) => handler;
}

/// <summary>Exponential back-off by durable timers, without jitter: delay n = first interval x coefficient^(n-1), at most the largest interval.</summary>
public class RetryPolicy
{
    /// <summary>Creates a policy.</summary>
    /// <param name="maxNumberOfAttempts">Attempts, the first included; at least 1.</param>
    /// <param name="firstRetryInterval">Delay before the second attempt; above zero.</param>
    /// <param name="backoffCoefficient">Factor from delay to delay; at least 1.</param>
    /// <param name="maxRetryInterval">Largest delay; not below the first; infinite allowed. Default: 1 hour.</param>
    /// <param name="retryTimeout">No new attempt once this much time has passed since the first; not below the first interval. Default: infinite.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value is outside its range.</exception>
    public RetryPolicy(
        int maxNumberOfAttempts,
        TimeSpan firstRetryInterval,
        double backoffCoefficient = 1.0,
        TimeSpan? maxRetryInterval = null,
        TimeSpan? retryTimeout = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxNumberOfAttempts);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(firstRetryInterval, TimeSpan.Zero);
        if (!(backoffCoefficient >= 1.0) || double.IsInfinity(backoffCoefficient))
        {
            throw new ArgumentOutOfRangeException(nameof(backoffCoefficient), backoffCoefficient, "The back-off coefficient is a number of at least 1.");
        }

        MaxNumberOfAttempts = maxNumberOfAttempts;
        FirstRetryInterval = firstRetryInterval;
        BackoffCoefficient = backoffCoefficient;
        MaxRetryInterval = AtLeast(firstRetryInterval, maxRetryInterval ?? TimeSpan.FromHours(1), nameof(maxRetryInterval));
        RetryTimeout = AtLeast(firstRetryInterval, retryTimeout ?? Timeout.InfiniteTimeSpan, nameof(retryTimeout));
    }

    /// <summary>Attempts, the first included.</summary>
    public int MaxNumberOfAttempts { get; }

    /// <summary>Delay before the second attempt.</summary>
    public TimeSpan FirstRetryInterval { get; }

    /// <summary>Factor from delay to delay.</summary>
    public double BackoffCoefficient { get; }

    /// <summary>Largest delay; <see cref="Timeout.InfiniteTimeSpan"/>: none.</summary>
    public TimeSpan MaxRetryInterval { get; }

    /// <summary>Time after which no attempt starts; <see cref="Timeout.InfiniteTimeSpan"/>: none.</summary>
    public TimeSpan RetryTimeout { get; }

    /// <summary>Which failures are retried; <see langword="null"/>: all. Must be deterministic.</summary>
    public Func<TaskFailureDetails, bool>? HandleFailure { get; init; }

    /// <summary>Delay after a failed attempt.</summary>
    /// <param name="attempt">Number of the attempt that failed, from 1.</param>
    public TimeSpan DelayAfter(int attempt)
    {
        var milliseconds = FirstRetryInterval.TotalMilliseconds * Math.Pow(BackoffCoefficient, attempt - 1);
        var max = MaxRetryInterval == Timeout.InfiniteTimeSpan ? TimeSpan.MaxValue : MaxRetryInterval;
        return milliseconds < max.TotalMilliseconds ? TimeSpan.FromMilliseconds(milliseconds) : max;
    }

    private static TimeSpan AtLeast(TimeSpan first, TimeSpan value, string name) =>
        value == Timeout.InfiniteTimeSpan || value >= first
            ? value
            : throw new ArgumentOutOfRangeException(name, value, $"Must be infinite or not below the first interval of {first}.");
}
