using Google.Protobuf.WellKnownTypes;
using MlOps.Durable.History;
using MlOps.Durable.Replay;

namespace MlOps.Durable.Local;

/// <summary>What the backend writes into the history after a turn: the created event of each action, and the end.</summary>
internal static class TurnRecorder
{
    /// <summary>Adds to a record what a turn came to.</summary>
    public static void Record(OrchestratorResponse response, Timestamp now, JournalRecord record)
    {
        foreach (var action in response.Actions)
        {
            var e = new HistoryEvent { EventId = action.Id, Timestamp = now };
            switch (action.OrchestratorActionTypeCase)
            {
                case OrchestratorAction.OrchestratorActionTypeOneofCase.ScheduleTask:
                    e.TaskScheduled = new TaskScheduledEvent { Name = action.ScheduleTask.Name, Version = action.ScheduleTask.Version, Input = action.ScheduleTask.Input };
                    break;
                case OrchestratorAction.OrchestratorActionTypeOneofCase.CreateSubOrchestration:
                    var child = action.CreateSubOrchestration;
                    e.SubOrchestrationInstanceCreated = new SubOrchestrationInstanceCreatedEvent { InstanceId = child.InstanceId, Name = child.Name, Version = child.Version, Input = child.Input };
                    break;
                case OrchestratorAction.OrchestratorActionTypeOneofCase.CreateTimer:
                    e.TimerCreated = new TimerCreatedEvent { FireAt = action.CreateTimer.FireAt };
                    break;
                case OrchestratorAction.OrchestratorActionTypeOneofCase.SendEvent:
                    e.EventSent = new EventSentEvent { InstanceId = action.SendEvent.Instance.InstanceId, Name = action.SendEvent.Name, Input = action.SendEvent.Data };
                    break;
                case OrchestratorAction.OrchestratorActionTypeOneofCase.CompleteOrchestration:
                    Complete(action.CompleteOrchestration, record);
                    continue;
                default:
                    throw new InvalidOperationException($"The local driver does not know the action {action.OrchestratorActionTypeCase}.");
            }

            record.Events.Add(e);
        }

        record.Events.Add(new HistoryEvent { EventId = -1, Timestamp = now, OrchestratorCompleted = new OrchestratorCompletedEvent() });
    }

    /// <summary>Makes of a record the beginning of the next execution after continue-as-new.</summary>
    public static void Restart(InstanceState state, JournalRecord record)
    {
        var start = state.Start.Clone();
        start.Input = state.Completed!.Result;
        start.ScheduledStartTimestamp = null;
        start.OrchestrationInstance = new OrchestrationInstance
        {
            InstanceId = state.InstanceId,
            ExecutionId = DeterministicGuid.Create(state.ExecutionId, state.LastTurn, 0).ToString("N"),
        };
        record.Restart = true;
        record.Arrived.Add(new HistoryEvent { EventId = -1, Timestamp = record.Timestamp, ExecutionStarted = start });

        // Events that the old execution sent to itself, and those that came too late for it.
        foreach (var sent in state.History.Skip(state.LastTurnStart).Where(e => e.EventSent?.InstanceId == state.InstanceId))
        {
            record.Arrived.Add(new HistoryEvent { EventId = -1, Timestamp = record.Timestamp, EventRaised = new EventRaisedEvent { Name = sent.EventSent.Name, Input = sent.EventSent.Input } });
        }

        record.Arrived.AddRange(state.Carryover);
    }

    private static void Complete(CompleteOrchestrationAction action, JournalRecord record)
    {
        record.Completed = new ExecutionCompletedEvent { OrchestrationStatus = action.OrchestrationStatus, Result = action.Result, FailureDetails = action.FailureDetails };
        record.Carryover.AddRange(action.CarryoverEvents);
    }
}
