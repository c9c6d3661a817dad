namespace MlOps.EndToEnd.Tests.Faults;

/// <summary>How one access to the storage account goes wrong.</summary>
internal enum FaultKind
{
    /// <summary>The service is not reached, however often the client tries: nothing has happened.</summary>
    NotReached,

    /// <summary>It takes effect, and the caller hears only that the connection broke.</summary>
    AnswerLost,

    /// <summary>It takes effect, and the caller's time runs out.</summary>
    TimedOut,

    /// <summary>503 with Retry-After: the client waits and tries again by itself.</summary>
    Busy,

    /// <summary>It takes effect, its answer is lost, and the client sends it again by itself: it meets its own first effect.</summary>
    SentTwice,

    /// <summary>The connection is refused once, and the client tries again by itself.</summary>
    RefusedOnce,

    /// <summary>Another writer is faster by a moment: a write under a condition is refused.</summary>
    Raced,
}
