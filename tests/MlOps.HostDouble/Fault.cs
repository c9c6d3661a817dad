namespace MlOps.HostDouble;

/// <summary>What can go wrong with one invocation.</summary>
public enum Fault
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>The handler dies before the invocation reaches it and takes long to come back.</summary>
    SlowStart,

    /// <summary>The invocation exceeds the function's time-out: the host kills and restarts the handler.</summary>
    TimeOut,

    /// <summary>The handler does its work, and the connection breaks before the host has the answer.</summary>
    CutConnection,

    /// <summary>The answer that reaches the host is a 500.</summary>
    ServerError,

    /// <summary>The same invocation is delivered a second time, after the first.</summary>
    Duplicate,

    /// <summary>The handler is killed while the invocation runs.</summary>
    Kill,

    /// <summary>Before the invocation, an orchestrator turn of an earlier prefix of the history is delivered once more.</summary>
    ReplayPrefix,
}

/// <summary>An invocation that is about to be made.</summary>
/// <param name="Number">Number of the invocation, from 1, repeats not counted.</param>
/// <param name="Function">The function.</param>
/// <param name="Kind">orchestrator, activity, event or timer.</param>
/// <param name="InstanceId">The instance; empty for events and timers.</param>
public sealed record PlannedInvocation(int Number, string Function, string Kind, string InstanceId);
