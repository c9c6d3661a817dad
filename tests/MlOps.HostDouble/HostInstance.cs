using MlOps.Durable.History;

namespace MlOps.HostDouble;

/// <summary>An instance as the Durable extension keeps it.</summary>
internal sealed class HostInstance(string instanceId, ExecutionStartedEvent start, DateTimeOffset createdAt)
{
    public string InstanceId { get; } = instanceId;

    public ExecutionStartedEvent Start { get; set; } = start;

    public List<HistoryEvent> History { get; } = [];

    /// <summary>Messages that wait for the next turn.</summary>
    public List<HistoryEvent> Inbox { get; } = [];

    /// <summary>Turns made so far, for replays of a prefix: request and response, in bytes.</summary>
    public List<(byte[] Request, byte[] Response)> Turns { get; } = [];

    public OrchestrationStatus Status { get; set; } = OrchestrationStatus.Pending;

    public string? Output { get; set; }

    public string? CustomStatus { get; set; }

    public DateTimeOffset CreatedAt { get; } = createdAt;

    public DateTimeOffset UpdatedAt { get; set; } = createdAt;

    /// <summary>True while a turn is under way: turns of one instance are exclusive.</summary>
    public bool InTurn { get; set; }

    public bool IsOver => Status is OrchestrationStatus.Completed or OrchestrationStatus.Failed or OrchestrationStatus.Terminated;

    public string ExecutionId => Start.OrchestrationInstance.ExecutionId;
}
