using MlOps.Durable.History;

namespace MlOps.Durable.Local;

/// <summary>An instance as its journal tells it: the sum of the records.</summary>
internal sealed class InstanceState(string instanceId)
{
    // Of the messages before a snapshot, those that may still come a second time: the youngest.
    private const int MessagesKept = 1000;

    private readonly HashSet<string> consumed = new(StringComparer.Ordinal);

    public string InstanceId { get; } = instanceId;

    /// <summary>Records of the journal.</summary>
    public int Records { get; private set; }

    /// <summary>The worker that claimed it last.</summary>
    public string Owner { get; private set; } = "";

    /// <summary>The history of the current execution.</summary>
    public List<HistoryEvent> History { get; } = [];

    /// <summary>Events that wait for the next turn.</summary>
    public List<HistoryEvent> Arrived { get; } = [];

    /// <summary>The start event of the current execution.</summary>
    public ExecutionStartedEvent Start { get; private set; } = new();

    /// <summary>How the execution ended, if it has.</summary>
    public ExecutionCompletedEvent? Completed { get; private set; }

    /// <summary>Events that go over to the next execution after continue-as-new.</summary>
    public List<HistoryEvent> Carryover { get; } = [];

    public string? CustomStatus { get; private set; }

    public bool Suspended { get; private set; }

    /// <summary>When the first execution was scheduled.</summary>
    public DateTimeOffset CreatedAt { get; private set; }

    public DateTimeOffset LastUpdatedAt { get; private set; }

    /// <summary>The time of the last turn; the next is not earlier.</summary>
    public DateTime LastTurn { get; private set; }

    /// <summary>Starts after a crash, by the activity's id.</summary>
    public Dictionary<int, int> ActivityStarts { get; } = [];

    /// <summary>Index in the history of the last turn's first event.</summary>
    public int LastTurnStart { get; private set; }

    public string ExecutionId => Start.OrchestrationInstance?.ExecutionId ?? "";

    public bool HasConsumed(string messageId) => consumed.Contains(messageId);

    public OrchestrationRuntimeStatus Status => Completed switch
    {
        { OrchestrationStatus: not OrchestrationStatus.ContinuedAsNew } completed => (OrchestrationRuntimeStatus)(int)completed.OrchestrationStatus,
        null when Suspended => OrchestrationRuntimeStatus.Suspended,
        null when History.Count == 0 => OrchestrationRuntimeStatus.Pending,
        _ => OrchestrationRuntimeStatus.Running,
    };

    /// <summary>True once the instance has ended for good.</summary>
    public bool IsOver => OrchestrationMetadata.IsTerminal(Status);

    /// <summary>The state after all records of a journal.</summary>
    public static InstanceState Of(string instanceId, ReadOnlyMemory<byte> journal)
    {
        var state = new InstanceState(instanceId);
        foreach (var record in JournalCodec.Decode(instanceId, journal))
        {
            state.Apply(record);
        }

        return state;
    }

    /// <summary>Adds a record.</summary>
    public void Apply(JournalRecord record)
    {
        Records = record.Snapshot ? 1 : Records + 1;
        LastUpdatedAt = record.Timestamp.ToDateTimeOffset();
        if (CreatedAt == default)
        {
            CreatedAt = LastUpdatedAt;
        }

        if (record.Owner.Length > 0)
        {
            Owner = record.Owner;
        }

        if (record.Restart)
        {
            History.Clear();
            Arrived.Clear();
            ActivityStarts.Clear();
            Completed = null;
            Suspended = false;
            LastTurnStart = 0;
        }

        if (record.Turn)
        {
            Arrived.Clear();
            LastTurnStart = History.Count;
            LastTurn = record.Events[0].Timestamp.ToDateTime();
            CustomStatus = record.CustomStatus;
            Completed = record.Completed;
            Carryover.Clear();
            Carryover.AddRange(record.Carryover);
        }

        if (record.Snapshot)
        {
            CreatedAt = record.CreatedAt.ToDateTimeOffset();
            LastTurn = record.LastTurn.ToDateTime();
            CustomStatus = record.CustomStatus;
        }

        Add(History, record.Events);
        Add(Arrived, record.Arrived);
        if (record.Restart)
        {
            // What such a history holds has been carried out; only open tasks are taken up again.
            LastTurnStart = History.Count;
        }

        consumed.UnionWith(record.ConsumedMessages);
        foreach (var id in record.ActivityStarts)
        {
            ActivityStarts[id] = ActivityStarts.GetValueOrDefault(id) + 1;
        }
    }

    /// <summary>One record that stands for all of an open instance's records.</summary>
    public JournalRecord ToSnapshot()
    {
        var record = new JournalRecord
        {
            Timestamp = Google.Protobuf.WellKnownTypes.Timestamp.FromDateTimeOffset(LastUpdatedAt),
            CreatedAt = Google.Protobuf.WellKnownTypes.Timestamp.FromDateTimeOffset(CreatedAt),
            LastTurn = Google.Protobuf.WellKnownTypes.Timestamp.FromDateTime(DateTime.SpecifyKind(LastTurn, DateTimeKind.Utc)),
            Owner = Owner,
            Restart = true,
            Snapshot = true,
            CustomStatus = CustomStatus,
        };
        record.Events.AddRange(History);
        record.Arrived.AddRange(Arrived);
        record.ConsumedMessages.AddRange(consumed.Order(StringComparer.Ordinal).TakeLast(MessagesKept));
        record.ActivityStarts.AddRange(ActivityStarts.SelectMany(starts => Enumerable.Repeat(starts.Key, starts.Value)));
        return record;
    }

    private void Add(List<HistoryEvent> list, IEnumerable<HistoryEvent> events)
    {
        foreach (var e in events)
        {
            list.Add(e);
            switch (e.EventTypeCase)
            {
                case HistoryEvent.EventTypeOneofCase.ExecutionStarted:
                    Start = e.ExecutionStarted;
                    break;
                case HistoryEvent.EventTypeOneofCase.ExecutionSuspended:
                    Suspended = true;
                    break;
                case HistoryEvent.EventTypeOneofCase.ExecutionResumed:
                    Suspended = false;
                    break;
                default:
                    break;
            }
        }
    }

    /// <summary>The tasks of the history that nothing has settled: their created events, by id.</summary>
    public SortedDictionary<int, HistoryEvent> OpenTasks()
    {
        var open = new SortedDictionary<int, HistoryEvent>();
        foreach (var e in History)
        {
            switch (e.EventTypeCase)
            {
                case HistoryEvent.EventTypeOneofCase.TaskScheduled:
                case HistoryEvent.EventTypeOneofCase.TimerCreated:
                case HistoryEvent.EventTypeOneofCase.SubOrchestrationInstanceCreated:
                    open[e.EventId] = e;
                    break;
                default:
                    if (SettledTask(e) is { } id)
                    {
                        open.Remove(id);
                    }

                    break;
            }
        }

        return open;
    }

    /// <summary>The task that an event settles, if it settles one.</summary>
    public static int? SettledTask(HistoryEvent e) => e.EventTypeCase switch
    {
        HistoryEvent.EventTypeOneofCase.TaskCompleted => e.TaskCompleted.TaskScheduledId,
        HistoryEvent.EventTypeOneofCase.TaskFailed => e.TaskFailed.TaskScheduledId,
        HistoryEvent.EventTypeOneofCase.TimerFired => e.TimerFired.TimerId,
        HistoryEvent.EventTypeOneofCase.SubOrchestrationInstanceCompleted => e.SubOrchestrationInstanceCompleted.TaskScheduledId,
        HistoryEvent.EventTypeOneofCase.SubOrchestrationInstanceFailed => e.SubOrchestrationInstanceFailed.TaskScheduledId,
        _ => null,
    };

    /// <summary>What a client is told.</summary>
    public OrchestrationMetadata ToMetadata(bool withInputsAndOutputs) => new(Start.Name, InstanceId)
    {
        RuntimeStatus = Status,
        CreatedAt = CreatedAt,
        LastUpdatedAt = LastUpdatedAt,
        SerializedInput = withInputsAndOutputs ? Start.Input : null,
        SerializedOutput = withInputsAndOutputs && IsOver ? Completed?.Result : null,
        SerializedCustomStatus = withInputsAndOutputs ? CustomStatus : null,
        FailureDetails = Completed?.FailureDetails is { } failure ? Failures.FromProtocol(failure) : null,
    };
}
