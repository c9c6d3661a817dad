using MlOps.Durable.History;
using MlOps.Durable.Replay;

namespace MlOps.Durable.Local;

/// <summary>
/// Takes the failure of an instance back: finds the smallest change to its history after which the orchestrator is
/// waiting again. The failure events of the tasks that brought it down go, and with them the retry timers that followed;
/// everything else stays, so that finished work is not repeated.
/// </summary>
internal static class Rewinding
{
    /// <summary>The history to go on from.</summary>
    /// <param name="state">The failed instance.</param>
    /// <param name="executor">Replays it.</param>
    /// <exception cref="InvalidOperationException">The failure is not one of a task, or the history does not fit without it.</exception>
    public static List<HistoryEvent> Plan(InstanceState state, OrchestrationExecutor executor)
    {
        var history = state.History.ToList();
        while (true)
        {
            var session = executor.Open(state.InstanceId);
            session.Process(history, replaying: true);
            var completion = session.Respond().Actions.FirstOrDefault(action => action.CompleteOrchestration is not null)?.CompleteOrchestration;
            if (completion is null)
            {
                return history;
            }

            var removed = session.DifferingTimer is { } timer
                ? history.RemoveAll(e => (e.TimerCreated is not null && e.EventId == timer) || e.TimerFired?.TimerId == timer)
                : session.FailedTask is { } task
                    ? history.RemoveAll(e => e.TaskFailed?.TaskScheduledId == task || e.SubOrchestrationInstanceFailed?.TaskScheduledId == task || (e.TaskCompleted?.TaskScheduledId == task && ActivityResult.IsFailure(e.TaskCompleted.Result)))
                    : 0;
            if (removed == 0)
            {
                throw new InvalidOperationException(
                    $"Instance '{state.InstanceId}' cannot be rewound: it did not fail by a task whose failure could be taken back ({completion.Result}). Start it again under another id; finished steps are not repeated.");
            }
        }
    }
}
