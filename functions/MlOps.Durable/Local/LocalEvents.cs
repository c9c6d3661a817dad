using Microsoft.Extensions.Logging;

namespace MlOps.Durable.Local;

/// <summary>Ids of log entries that programs may rely on.</summary>
public static class LocalEvents
{
    /// <summary>
    /// Debug: the storage has acknowledged an activity's result, and from now on the activity is never started again.
    /// Properties: <c>Activity</c>, <c>TaskId</c>, <c>InstanceId</c>.
    /// </summary>
    public static EventId ResultWritten { get; } = new(1, nameof(ResultWritten));
}
