using MlOps.Durable.History;

namespace MlOps.Durable.Replay;

/// <summary>The tasks of an execution: actions that the history does not know yet, and tasks that are open.</summary>
internal sealed class TurnState(TurnScheduler scheduler)
{
    private readonly SortedDictionary<int, OrchestratorAction> pending = [];
    private readonly Dictionary<int, OpenTask> open = [];

    /// <summary>Waits for events and events without a wait.</summary>
    public EventInbox Events { get; } = new();

    /// <summary>The time of the turn, UTC.</summary>
    public DateTime CurrentUtcDateTime { get; set; }

    /// <summary>True while earlier turns are processed.</summary>
    public bool IsReplaying { get; set; }

    /// <summary>The custom status, JSON.</summary>
    public string? CustomStatus { get; set; }

    /// <summary>The id of the next action.</summary>
    public int NextId { get; private set; }

    /// <summary>Tasks that keep the instance from completing.</summary>
    public int OpenTasks => open.Count;

    /// <summary>The actions that the history does not know yet, by id.</summary>
    public IEnumerable<OrchestratorAction> PendingInOrder() => pending.Values;

    /// <summary>Fails where a member of the context is called from outside the turn.</summary>
    /// <exception cref="InvalidOperationException">Always when called from another thread.</exception>
    public void CheckOnTurn()
    {
        if (!scheduler.IsOnTurn)
        {
            scheduler.NoteForeignWork();
            throw new InvalidOperationException(
                "A member of the TaskOrchestrationContext was called from outside the orchestrator's own flow. Orchestrators may not use Task.Run, Task.Delay, ConfigureAwait(false) or other threads; do such work in an activity.");
        }
    }

    /// <summary>Adds an action that nobody waits for.</summary>
    /// <param name="action">The action; gets its id here.</param>
    public int Add(OrchestratorAction action)
    {
        CheckOnTurn();
        action.Id = NextId++;
        pending.Add(action.Id, action);
        return action.Id;
    }

    /// <summary>Adds an action and opens its task.</summary>
    /// <param name="action">The action; gets its id here.</param>
    /// <param name="name">What the task is called in a failure.</param>
    public OpenTask Open(OrchestratorAction action, string name)
    {
        var task = new OpenTask(Add(action), name);
        open.Add(task.Id, task);
        return task;
    }

    /// <summary>Closes a task that is no longer wanted.</summary>
    /// <param name="task">The task.</param>
    public bool Abandon(OpenTask task) => open.Remove(task.Id);

    /// <summary>A task has a result. Unknown ids are duplicates and ignored.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="result">The result, JSON.</param>
    public void Complete(int id, string? result)
    {
        if (open.Remove(id, out var task))
        {
            task.Source.TrySetResult(result);
        }
    }

    /// <summary>A task has failed. Unknown ids are duplicates and ignored.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="details">Why.</param>
    public void Fail(int id, TaskFailureDetails details)
    {
        if (open.Remove(id, out var task))
        {
            task.Source.TrySetException(new TaskFailedException(task.Name, id, details));
        }
    }

    /// <summary>The history knows an action.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="kind">Its kind.</param>
    /// <param name="name">Its name, where names are compared.</param>
    /// <returns>What differs between the history and this run, or <see langword="null"/>.</returns>
    public string? Confirm(int id, OrchestratorAction.OrchestratorActionTypeOneofCase kind, string? name)
    {
        pending.TryGetValue(id, out var action);
        if (action is not null && action.OrchestratorActionTypeCase == kind && (name is null || string.Equals(NameOf(action), name, StringComparison.OrdinalIgnoreCase)))
        {
            pending.Remove(id);
            return null;
        }

        var recorded = Describe(kind, name);
        var now = action is null ? "nothing" : Describe(action.OrchestratorActionTypeCase, NameOf(action));
        return $"the history says that action #{id} was {recorded}, but this run did {now} there.";
    }

    private static string? NameOf(OrchestratorAction action) => action.OrchestratorActionTypeCase switch
    {
        OrchestratorAction.OrchestratorActionTypeOneofCase.ScheduleTask => action.ScheduleTask.Name,
        OrchestratorAction.OrchestratorActionTypeOneofCase.CreateSubOrchestration => action.CreateSubOrchestration.Name,
        OrchestratorAction.OrchestratorActionTypeOneofCase.SendEvent => action.SendEvent.Name,
        _ => null,
    };

    private static string Describe(OrchestratorAction.OrchestratorActionTypeOneofCase kind, string? name)
    {
        var what = kind switch
        {
            OrchestratorAction.OrchestratorActionTypeOneofCase.ScheduleTask => "a call of activity",
            OrchestratorAction.OrchestratorActionTypeOneofCase.CreateSubOrchestration => "a call of sub-orchestrator",
            OrchestratorAction.OrchestratorActionTypeOneofCase.CreateTimer => "a timer",
            OrchestratorAction.OrchestratorActionTypeOneofCase.SendEvent => "a sent event",
            _ => kind.ToString(),
        };
        return name is null ? what : $"{what} '{name}'";
    }

    /// <summary>A task of the orchestrator that the history has not settled.</summary>
    internal sealed class OpenTask(int id, string name)
    {
        public int Id { get; } = id;

        public string Name { get; } = name;

        public TaskCompletionSource<string?> Source { get; } = new();
    }
}
