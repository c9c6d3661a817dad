using Microsoft.Extensions.Logging;
using MlOps.Durable.History;

namespace MlOps.Durable.Replay;

/// <summary>
/// One execution of an orchestrator, driven by its history event by event. After each event the orchestrator runs as far
/// as it can get, on the caller's thread.
/// </summary>
internal sealed class ReplaySession
{
    // The backend's marker for a turn that was split because of its many actions.
    private const int SplitMarker = -100;

    private readonly TurnScheduler scheduler = new();
    private readonly DurableTaskRegistry registry;
    private readonly IServiceProvider services;
    private readonly string instanceId;
    private readonly List<HistoryEvent> whileSuspended = [];
    private readonly TurnState state;
    private readonly ReplayContext context;

    private ExecutionStartedEvent? start;
    private Task<string?>? function;
    private CompleteOrchestrationAction? forcedCompletion;
    private bool suspended;

    public ReplaySession(string instanceId, string defaultVersion, DurableTaskRegistry registry, IServiceProvider services, ILoggerFactory loggerFactory)
    {
        this.instanceId = instanceId;
        this.registry = registry;
        this.services = services;
        state = new TurnState(scheduler);
        context = new ReplayContext(instanceId, defaultVersion, state, loggerFactory);
    }

    /// <summary>The task whose failure ended the orchestrator, if one did.</summary>
    public int? FailedTask
    {
        get
        {
            for (var e = function?.Exception?.InnerException; e is not null; e = e.InnerException)
            {
                if (e is TaskFailedException failed)
                {
                    return failed.TaskId;
                }
            }

            return null;
        }
    }

    /// <summary>The timer of the history that the orchestrator did not create, if that is how they differ.</summary>
    public int? DifferingTimer { get; private set; }

    /// <summary>Processes events in their order.</summary>
    /// <param name="events">The events.</param>
    /// <param name="replaying">Whether they belong to earlier turns.</param>
    public void Process(IEnumerable<HistoryEvent> events, bool replaying) =>
        scheduler.RunTurn(() =>
        {
            state.IsReplaying = replaying;
            foreach (var e in events)
            {
                if (forcedCompletion is not null)
                {
                    return;
                }

                Apply(e);
            }
        });

    /// <summary>What the turn comes to.</summary>
    /// <exception cref="InvalidOperationException">No start event was among the events.</exception>
    public OrchestratorResponse Respond()
    {
        if (start is null)
        {
            throw new InvalidOperationException($"The history of instance '{instanceId}' has no executionStarted event, which is required.");
        }

        var response = new OrchestratorResponse { InstanceId = instanceId, CustomStatus = state.CustomStatus };
        var completion = forcedCompletion ?? (suspended ? null : NaturalCompletion());
        if (suspended && completion is null)
        {
            return response;
        }

        response.Actions.AddRange(state.PendingInOrder());
        if (completion is not null)
        {
            response.Actions.Add(new OrchestratorAction { Id = state.NextId, CompleteOrchestration = completion });
        }

        return response;
    }

    private void Apply(HistoryEvent e)
    {
        if (suspended && e.EventTypeCase is not (HistoryEvent.EventTypeOneofCase.ExecutionResumed or HistoryEvent.EventTypeOneofCase.ExecutionTerminated))
        {
            // Suspended twice is suspended once: the resume must not come upon the second.
            if (e.EventTypeCase != HistoryEvent.EventTypeOneofCase.ExecutionSuspended)
            {
                whileSuspended.Add(e);
            }

            return;
        }

        switch (e.EventTypeCase)
        {
            case HistoryEvent.EventTypeOneofCase.OrchestratorStarted:
                state.CurrentUtcDateTime = e.Timestamp.ToDateTime();
                break;
            case HistoryEvent.EventTypeOneofCase.ExecutionStarted:
                Start(e.ExecutionStarted);
                break;
            case HistoryEvent.EventTypeOneofCase.TaskScheduled:
                Confirm(e.EventId, OrchestratorAction.OrchestratorActionTypeOneofCase.ScheduleTask, e.TaskScheduled.Name);
                break;
            case HistoryEvent.EventTypeOneofCase.SubOrchestrationInstanceCreated:
                Confirm(e.EventId, OrchestratorAction.OrchestratorActionTypeOneofCase.CreateSubOrchestration, e.SubOrchestrationInstanceCreated.Name);
                break;
            case HistoryEvent.EventTypeOneofCase.TimerCreated when e.EventId != SplitMarker:
                Confirm(e.EventId, OrchestratorAction.OrchestratorActionTypeOneofCase.CreateTimer, null);
                break;
            case HistoryEvent.EventTypeOneofCase.EventSent:
                Confirm(e.EventId, OrchestratorAction.OrchestratorActionTypeOneofCase.SendEvent, null);
                break;
            case HistoryEvent.EventTypeOneofCase.TaskCompleted:
                ActivityResult.Settle(state, e.TaskCompleted.TaskScheduledId, e.TaskCompleted.Result);
                break;
            case HistoryEvent.EventTypeOneofCase.TaskFailed:
                state.Fail(e.TaskFailed.TaskScheduledId, Failures.FromProtocol(e.TaskFailed.FailureDetails));
                break;
            case HistoryEvent.EventTypeOneofCase.SubOrchestrationInstanceCompleted:
                state.Complete(e.SubOrchestrationInstanceCompleted.TaskScheduledId, e.SubOrchestrationInstanceCompleted.Result);
                break;
            case HistoryEvent.EventTypeOneofCase.SubOrchestrationInstanceFailed:
                state.Fail(e.SubOrchestrationInstanceFailed.TaskScheduledId, Failures.FromProtocol(e.SubOrchestrationInstanceFailed.FailureDetails));
                break;
            case HistoryEvent.EventTypeOneofCase.TimerFired when e.TimerFired.TimerId != SplitMarker:
                state.Complete(e.TimerFired.TimerId, null);
                break;
            case HistoryEvent.EventTypeOneofCase.EventRaised:
                Raise(e);
                break;
            case HistoryEvent.EventTypeOneofCase.ExecutionSuspended:
                suspended = true;
                break;
            case HistoryEvent.EventTypeOneofCase.ExecutionResumed:
                Resume();
                break;
            case HistoryEvent.EventTypeOneofCase.ExecutionTerminated:
                forcedCompletion = new CompleteOrchestrationAction
                {
                    OrchestrationStatus = OrchestrationStatus.Terminated,
                    Result = e.ExecutionTerminated.Input,
                };
                break;
            default:
                // orchestratorCompleted, rewound, generic, history state, …: they only cause a turn.
                break;
        }

        scheduler.Drain();
    }

    private void Start(ExecutionStartedEvent started)
    {
        if (start is not null)
        {
            // A duplicate delivery of the start; the first one counts.
            return;
        }

        start = started;
        context.Begin(started);
        function = Task.Factory.StartNew(RunAsync, CancellationToken.None, TaskCreationOptions.None, scheduler).Unwrap();
    }

    private async Task<string?> RunAsync()
    {
        var orchestrator = registry.CreateOrchestrator(start!.Name, services) ?? throw new OrchestratorNotFoundException(start.Name);
        var input = JsonDataConverter.Default.Deserialize(start.Input, orchestrator.InputType);
        var output = await orchestrator.RunAsync(context, input);
        return JsonDataConverter.Default.Serialize(output);
    }

    private void Raise(HistoryEvent e)
    {
        if (start is null)
        {
            // Before the start nobody can wait: lost, as in the host.
            return;
        }

        if (context.ContinuedAsNew is { } next)
        {
            next.CarryoverEvents.Add(e);
            return;
        }

        state.Events.Raise(e.EventRaised.Name, e.EventRaised.Input);
    }

    private void Resume()
    {
        suspended = false;
        var queued = whileSuspended.ToArray();
        whileSuspended.Clear();
        foreach (var e in queued)
        {
            if (forcedCompletion is null)
            {
                Apply(e);
            }
        }
    }

    private void Confirm(int id, OrchestratorAction.OrchestratorActionTypeOneofCase kind, string? name)
    {
        if (state.Confirm(id, kind, name) is { } difference)
        {
            DifferingTimer = kind == OrchestratorAction.OrchestratorActionTypeOneofCase.CreateTimer ? id : null;
            forcedCompletion = Failed(new TaskFailureDetails(
                Failures.NonDeterminism,
                $"Instance '{instanceId}', orchestrator '{start?.Name}': {difference} The code of the orchestrator has changed under a running instance, or it depends on something other than its history (clock, random number, setting, unordered collection).",
                null,
                null));
        }
    }

    private CompleteOrchestrationAction? NaturalCompletion()
    {
        if (scheduler.SawForeignWork || (function is { IsCompleted: false } && state.OpenTasks == 0 && state.Events.OpenWaits == 0))
        {
            return Failed(new TaskFailureDetails(
                "MlOps.Durable.ForeignAwaitException",
                $"Instance '{instanceId}', orchestrator '{start!.Name}', awaits something that is not a task of its context (Task.Delay, Task.Run, I/O, ConfigureAwait(false), another thread). Await only what the TaskOrchestrationContext gives, and move the rest into an activity.",
                null,
                null));
        }

        if (function is not { IsCompleted: true } || state.OpenTasks > 0)
        {
            return null;
        }

        if (function.IsCompletedSuccessfully)
        {
            return context.ContinuedAsNew ?? new CompleteOrchestrationAction { OrchestrationStatus = OrchestrationStatus.Completed, Result = function.Result };
        }

        var exception = function.Exception?.InnerException ?? new TaskCanceledException(function);
        var failed = Failed(exception is OrchestratorNotFoundException ? OrchestratorNotFoundException.Details(start!.Name) : TaskFailureDetails.FromException(exception));
        if (context.ContinuedAsNew is not null)
        {
            failed.Tags["MS_CompleteOrchestrationLogWarning"] = "The orchestrator asked for continue-as-new and then threw: the failure counts.";
        }

        return failed;
    }

    private static CompleteOrchestrationAction Failed(TaskFailureDetails details) =>
        new() { OrchestrationStatus = OrchestrationStatus.Failed, Result = details.ErrorMessage, FailureDetails = Failures.ToProtocol(details) };

    private sealed class OrchestratorNotFoundException(string name) : Exception(name)
    {
        public static TaskFailureDetails Details(string name) =>
            new("OrchestratorTaskNotFound", $"No orchestrator named '{name}' is registered in this application.", null, null) { IsNonRetriable = true };
    }
}
