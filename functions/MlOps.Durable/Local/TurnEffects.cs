using Google.Protobuf.WellKnownTypes;
using MlOps.Durable.History;

namespace MlOps.Durable.Local;

/// <summary>
/// Carries out what a committed turn asked for: activities, timers, sub-orchestrations, events. Everything can be
/// repeated: after a crash the open tasks of the history are taken up again, and the last turn's events are sent again
/// under the same message ids.
/// </summary>
internal sealed class TurnEffects(LocalDurableTaskWorker host, InstanceRunner runner) : IDisposable
{
    private readonly Dictionary<int, ITimer> timers = [];

    /// <summary>Carries out the last turn.</summary>
    public async Task CarryOutAsync(InstanceState state)
    {
        foreach (var e in state.History.Skip(state.LastTurnStart).ToList())
        {
            await StartAsync(state, e, suspect: false);
        }

        await TerminateChildrenAsync(state);
    }

    /// <summary>Takes up after a crash what is open.</summary>
    public async Task ResumeAsync(InstanceState state)
    {
        foreach (var e in state.History.Skip(state.LastTurnStart).Where(e => e.EventSent is not null).ToList())
        {
            await StartAsync(state, e, suspect: false);
        }

        if (!state.IsOver)
        {
            foreach (var e in state.OpenTasks().Values)
            {
                await StartAsync(state, e, suspect: true);
            }
        }

        await TerminateChildrenAsync(state);
    }

    /// <summary>Drops the timers of an execution that has ended.</summary>
    public void Forget() => Dispose();

    public void Dispose()
    {
        foreach (var timer in timers.Values)
        {
            timer.Dispose();
        }

        timers.Clear();
    }

    private async Task StartAsync(InstanceState state, HistoryEvent e, bool suspect)
    {
        switch (e.EventTypeCase)
        {
            case HistoryEvent.EventTypeOneofCase.TaskScheduled when !state.IsOver:
                host.Activities.Enqueue(new ActivityWork(runner, state.ExecutionId, e.EventId, e.TaskScheduled, suspect));
                break;
            case HistoryEvent.EventTypeOneofCase.TimerCreated when !state.IsOver:
                Arm(state.ExecutionId, e.EventId, e.TimerCreated.FireAt);
                break;
            case HistoryEvent.EventTypeOneofCase.SubOrchestrationInstanceCreated when !state.IsOver:
                if (await host.StartChildAsync(state, e) is { } refused)
                {
                    _ = runner.PostAsync(refused, state.ExecutionId);
                }

                break;
            case HistoryEvent.EventTypeOneofCase.EventSent when !(state.Completed is not null && !state.IsOver && e.EventSent.InstanceId == state.InstanceId):
                await host.SendAsync(e.EventSent.InstanceId, "", MessageIds.Of(e.Timestamp, state.ExecutionId, e.EventId), Raised(e));
                break;
            default:
                break;
        }
    }

    private static HistoryEvent Raised(HistoryEvent sent) =>
        new() { EventId = -1, Timestamp = sent.Timestamp, EventRaised = new EventRaisedEvent { Name = sent.EventSent.Name, Input = sent.EventSent.Input } };

    // A terminated instance takes its sub-orchestrations with it if that was asked for.
    private async Task TerminateChildrenAsync(InstanceState state)
    {
        var terminated = state.History.Skip(state.LastTurnStart).FirstOrDefault(e => e.ExecutionTerminated is { Recurse: true });
        if (!state.IsOver || terminated is null)
        {
            return;
        }

        foreach (var child in state.OpenTasks().Values.Where(e => e.SubOrchestrationInstanceCreated is not null))
        {
            await host.SendAsync(
                child.SubOrchestrationInstanceCreated.InstanceId,
                "",
                MessageIds.Of(terminated.Timestamp, state.ExecutionId, child.EventId),
                new HistoryEvent { EventId = -1, Timestamp = terminated.Timestamp, ExecutionTerminated = terminated.ExecutionTerminated });
        }
    }

    private void Arm(string executionId, int id, Timestamp fireAt)
    {
        if (timers.ContainsKey(id))
        {
            return;
        }

        var due = fireAt.ToDateTimeOffset() - host.Time.GetUtcNow();
        due = due < TimeSpan.Zero ? TimeSpan.Zero : due;
        timers[id] = host.Time.CreateTimer(
            _ => _ = runner.PostAsync(
                new HistoryEvent { EventId = -1, Timestamp = Timestamp.FromDateTimeOffset(host.Time.GetUtcNow()), TimerFired = new TimerFiredEvent { TimerId = id, FireAt = fireAt } },
                executionId),
            null,
            due,
            Timeout.InfiniteTimeSpan);
    }
}
