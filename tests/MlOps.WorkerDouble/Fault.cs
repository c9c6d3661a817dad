namespace MlOps.WorkerDouble;

/// <summary>What can go wrong with one invocation.</summary>
public enum Fault
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>The worker is killed before the invocation reaches it, and takes long to come back.</summary>
    SlowStart,

    /// <summary>The worker is killed while the invocation runs; the host starts another one and delivers the work again.</summary>
    Kill,

    /// <summary>The host cancels the invocation, as at its time-out, and waits for the answer.</summary>
    Cancel,

    /// <summary>The worker does its work and dies before the host has read the answer; the work is delivered again.</summary>
    LoseResponse,
}

/// <summary>An invocation that is about to be made.</summary>
/// <param name="Number">Its number, from 1; repeated deliveries count.</param>
/// <param name="Function">The function.</param>
/// <param name="Trigger">Type of its trigger: <c>activityTrigger</c>, <c>orchestrationTrigger</c>, <c>eventGridTrigger</c>, <c>timerTrigger</c>, <c>httpTrigger</c>.</param>
public sealed record PlannedInvocation(int Number, string Function, string Trigger);

/// <summary>The worker's process ended before it answered.</summary>
public sealed class WorkerExitedException(string message) : Exception(message);

/// <summary>The invocation failed; the message is what the worker told the host.</summary>
public sealed class InvocationFailedException(string message, bool isCancelled) : Exception(message)
{
    /// <summary>Whether it ended because the host had cancelled it.</summary>
    public bool IsCancelled { get; } = isCancelled;
}
