using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using MlOps.Durable.History;

namespace MlOps.HostDouble;

/// <summary>Orchestrator turns and what the extension makes of their answers (durable-protocol sections 3, 6 and 7).</summary>
public sealed partial class FunctionsHostDouble
{
    // Called under the gate.
    private void Wake(HostInstance instance)
    {
        if (!instance.InTurn && instance.Inbox.Count > 0 && !instance.IsOver)
        {
            instance.InTurn = true;
            Interlocked.Increment(ref underWay);
            _ = Task.Run(() => TurnAsync(instance));
        }
    }

    private async Task TurnAsync(HostInstance instance)
    {
        try
        {
            OrchestratorRequest request;
            int taken;
            lock (gate)
            {
                request = new OrchestratorRequest { InstanceId = instance.InstanceId };
                request.PastEvents.AddRange(instance.History);
                request.NewEvents.Add(new HistoryEvent { EventId = -1, Timestamp = Timestamp.FromDateTimeOffset(Now), OrchestratorStarted = new OrchestratorStartedEvent() });
                request.NewEvents.AddRange(instance.Inbox);
                taken = instance.Inbox.Count;
            }

            AddProperties(request);
            var bytes = request.ToByteArray();
            OrchestratorResponse response;
            try
            {
                response = await SendTurnAsync(instance, bytes);
            }
            catch (TimedOutException)
            {
                // Aborted and delivered again.
                return;
            }
            catch (Exception e) when (e is HttpRequestException or InvalidDataException or FormatException or InvalidProtocolBufferException)
            {
                Fail(instance, e);
                return;
            }

            lock (gate)
            {
                if (ReferenceEquals(instances.GetValueOrDefault(instance.InstanceId), instance))
                {
                    instance.Turns.Add((bytes, response.ToByteArray()));
                    instance.Inbox.RemoveRange(0, taken);
                    Commit(instance, request, response);
                }
            }
        }
        finally
        {
            lock (gate)
            {
                instance.InTurn = false;
                Wake(instance);
            }

            Interlocked.Decrement(ref underWay);
        }
    }

    private async Task<OrchestratorResponse> SendTurnAsync(HostInstance instance, byte[] request)
    {
        var name = instance.Start.Name;
        if (instance.Turns.Count > 0 && options.Faults(new PlannedInvocation(Invocations + 1, name, "replay", instance.InstanceId)) == Fault.ReplayPrefix)
        {
            await ReplayAsync(instance);
        }

        var value = await InvokeAsync("orchestrator", name, instance.InstanceId, InvocationBodies.Orchestrator(name, request));
        return Parse(value);
    }

    // Every earlier turn once more: a machine that lost its lease does this. The answers must be the same.
    private async Task ReplayAsync(HostInstance instance)
    {
        foreach (var (past, answered) in instance.Turns.ToList())
        {
            var (status, mediaType, body) = await handler.InvokeAsync(instance.Start.Name, InvocationBodies.Orchestrator(instance.Start.Name, past), CancellationToken.None);
            var again = status == 200 ? Parse(InvocationBodies.ReturnValue(mediaType, body)) : null;
            if (again is null || !WithoutStackTraces(again).Equals(WithoutStackTraces(OrchestratorResponse.Parser.ParseFrom(answered))))
            {
                lock (gate)
                {
                    divergences.Add($"{instance.InstanceId}: {OrchestratorResponse.Parser.ParseFrom(answered)} became {again}");
                }
            }
        }
    }

    private static OrchestratorResponse WithoutStackTraces(OrchestratorResponse response)
    {
        var copy = response.Clone();
        foreach (var details in copy.Actions.Select(action => action.CompleteOrchestration?.FailureDetails))
        {
            for (var failure = details; failure is not null; failure = failure.InnerFailure)
            {
                failure.StackTrace = null;
            }
        }

        return copy;
    }

    private static OrchestratorResponse Parse(System.Text.Json.Nodes.JsonNode? value)
    {
        var bytes = Convert.FromBase64String((string?)value ?? "");
        return bytes.Length > 0 ? OrchestratorResponse.Parser.ParseFrom(bytes) : throw new InvalidDataException("The response is empty.");
    }

    private static void AddProperties(OrchestratorRequest request)
    {
        request.EntityParameters = new OrchestratorEntityParameters { EntityMessageReorderWindow = Duration.FromTimeSpan(TimeSpan.FromMinutes(30)) };
        request.Properties["HttpDefaultAsyncRequestSleepTimeMilliseconds"] = Value.ForNumber(30000);
        request.Properties["IncludeState"] = Value.ForBool(true);
        request.Properties["IsExtendedSession"] = Value.ForBool(false);
        request.Properties["ExtendedSessionIdleTimeoutInSeconds"] = Value.ForNumber(0);
    }

    // A turn that fails on the HTTP level ends the instance for good.
    private void Fail(HostInstance instance, Exception e)
    {
        lock (gate)
        {
            var message = $"Function '{instance.Start.Name}' failed with an unhandled exception.";
            instance.Status = OrchestrationStatus.Failed;
            instance.Output = new System.Text.Json.Nodes.JsonObject { ["message"] = message, ["details"] = e.Message }.ToJsonString();
            instance.UpdatedAt = Now;
            journal.Add($"{instance.InstanceId} FAILED by the platform: {e.Message}");
            TellParent(instance, null, new TaskFailure { ErrorType = "Microsoft.Azure.WebJobs.Extensions.DurableTask.OrchestrationFailureException", ErrorMessage = instance.Output });
        }
    }

    // Called under the gate.
    private void Commit(HostInstance instance, OrchestratorRequest request, OrchestratorResponse response)
    {
        var now = Timestamp.FromDateTimeOffset(Now);
        instance.UpdatedAt = Now;
        instance.CustomStatus = response.CustomStatus;
        instance.History.AddRange(request.NewEvents);
        instance.Status = instance.Status == OrchestrationStatus.Pending ? OrchestrationStatus.Running : instance.Status;
        foreach (var e in request.NewEvents)
        {
            instance.Status = e.EventTypeCase switch
            {
                HistoryEvent.EventTypeOneofCase.ExecutionSuspended => OrchestrationStatus.Suspended,
                HistoryEvent.EventTypeOneofCase.ExecutionResumed => OrchestrationStatus.Running,
                _ => instance.Status,
            };
        }

        CompleteOrchestrationAction? completion = null;
        foreach (var action in response.Actions)
        {
            completion = action.CompleteOrchestration ?? completion;
            if (Created(instance, action, now) is { } created)
            {
                instance.History.Add(created);
            }
        }

        instance.History.Add(new HistoryEvent { EventId = -1, Timestamp = now, OrchestratorCompleted = new OrchestratorCompletedEvent() });
        if (completion is not null)
        {
            Complete(instance, completion);
        }
    }

    private HistoryEvent? Created(HostInstance instance, OrchestratorAction action, Timestamp now)
    {
        var e = new HistoryEvent { EventId = action.Id, Timestamp = now };
        switch (action.OrchestratorActionTypeCase)
        {
            case OrchestratorAction.OrchestratorActionTypeOneofCase.ScheduleTask:
                var task = action.ScheduleTask;
                e.TaskScheduled = new TaskScheduledEvent { Name = task.Name, Version = task.Version, Input = task.Input };
                Interlocked.Increment(ref underWay);
                var execution = instance.ExecutionId;
                _ = Task.Run(() => ActivityAsync(instance, execution, action.Id, task));
                return e;
            case OrchestratorAction.OrchestratorActionTypeOneofCase.CreateTimer:
                e.TimerCreated = new TimerCreatedEvent { FireAt = action.CreateTimer.FireAt };
                timers.Enqueue((instance, instance.ExecutionId, action.Id, action.CreateTimer.FireAt), action.CreateTimer.FireAt.ToDateTime());
                return e;
            case OrchestratorAction.OrchestratorActionTypeOneofCase.SendEvent:
                var sent = action.SendEvent;
                e.EventSent = new EventSentEvent { InstanceId = sent.Instance.InstanceId, Name = sent.Name, Input = sent.Data };
                Deliver(sent.Instance.InstanceId, new HistoryEvent { EventId = -1, EventRaised = new EventRaisedEvent { Name = sent.Name, Input = sent.Data } });
                return e;
            case OrchestratorAction.OrchestratorActionTypeOneofCase.CreateSubOrchestration:
                var child = action.CreateSubOrchestration;
                e.SubOrchestrationInstanceCreated = new SubOrchestrationInstanceCreatedEvent { InstanceId = child.InstanceId, Name = child.Name, Version = child.Version, Input = child.Input };
                Create(child.InstanceId, new ExecutionStartedEvent
                {
                    Name = child.Name,
                    Input = child.Input,
                    OrchestrationInstance = new OrchestrationInstance { InstanceId = child.InstanceId, ExecutionId = Guid.NewGuid().ToString("N") },
                    ParentInstance = new ParentInstanceInfo { TaskScheduledId = action.Id, Name = instance.Start.Name, OrchestrationInstance = instance.Start.OrchestrationInstance },
                });
                return e;
            default:
                return null;
        }
    }

    private void Complete(HostInstance instance, CompleteOrchestrationAction completion)
    {
        if (completion.OrchestrationStatus == OrchestrationStatus.ContinuedAsNew)
        {
            var start = instance.Start.Clone();
            start.Input = completion.Result;
            start.OrchestrationInstance.ExecutionId = Guid.NewGuid().ToString("N");
            instance.Start = start;
            instance.History.Clear();
            instance.Turns.Clear();
            var carried = completion.CarryoverEvents.Where(e => e.EventRaised is not null);
            instance.Inbox.InsertRange(0, [new HistoryEvent { EventId = -1, Timestamp = Timestamp.FromDateTimeOffset(Now), ExecutionStarted = start }, .. carried]);
            return;
        }

        instance.Status = completion.OrchestrationStatus;
        instance.Output = completion.FailureDetails is { } failure ? $"{failure.ErrorType}: {failure.ErrorMessage}" : completion.Result;
        TellParent(instance, completion.Result, completion.FailureDetails);
    }

    private void TellParent(HostInstance instance, string? result, TaskFailure? failure)
    {
        if (instance.Start.ParentInstance is not { } parent
            || !instances.TryGetValue(parent.OrchestrationInstance.InstanceId, out var owner)
            || owner.ExecutionId != parent.OrchestrationInstance.ExecutionId)
        {
            return;
        }

        var e = new HistoryEvent { EventId = -1 };
        if (instance.Status == OrchestrationStatus.Completed)
        {
            e.SubOrchestrationInstanceCompleted = new SubOrchestrationInstanceCompletedEvent { TaskScheduledId = parent.TaskScheduledId, Result = result };
        }
        else
        {
            e.SubOrchestrationInstanceFailed = new SubOrchestrationInstanceFailedEvent { TaskScheduledId = parent.TaskScheduledId, FailureDetails = failure };
        }

        Deliver(owner.InstanceId, e);
    }

    private async Task ActivityAsync(HostInstance instance, string executionId, int id, ScheduleTaskAction task)
    {
        try
        {
            var e = await RunActivityAsync(instance, id, task);
            lock (gate)
            {
                if (ReferenceEquals(instances.GetValueOrDefault(instance.InstanceId), instance) && instance.ExecutionId == executionId)
                {
                    Deliver(instance.InstanceId, e);
                }
            }
        }
        finally
        {
            Interlocked.Decrement(ref underWay);
        }
    }

    private async Task<HistoryEvent> RunActivityAsync(HostInstance instance, int id, ScheduleTaskAction task)
    {
        if (!functions.Contains(task.Name))
        {
            return new HistoryEvent { EventId = -1, TaskFailed = new TaskFailedEvent { TaskScheduledId = id } };
        }

        await activityPlaces.WaitAsync();
        try
        {
            while (true)
            {
                try
                {
                    var value = await InvokeAsync("activity", task.Name, instance.InstanceId, InvocationBodies.Activity(task.Name, instance.InstanceId, task.Input, client));
                    return new HistoryEvent { EventId = -1, TaskCompleted = new TaskCompletedEvent { TaskScheduledId = id, Result = InvocationBodies.ResultText(value) } };
                }
                catch (TimedOutException) when (options.RedeliverTimedOutActivities)
                {
                    continue;
                }
                catch (TimedOutException)
                {
                    return Failed(id, "Microsoft.Azure.WebJobs.Host.FunctionTimeoutException", $"Timeout value of 01:00:00 was exceeded by function: Functions.{task.Name}", null);
                }
                catch (Exception e) when (e is HttpRequestException or InvalidDataException)
                {
                    return Failed(
                        id,
                        "Microsoft.Azure.WebJobs.Host.FunctionInvocationException",
                        $"Exception while executing function: Functions.{task.Name}",
                        new TaskFailure { ErrorType = e is HttpRequestException ? "System.Net.Http.HttpRequestException" : "System.InvalidOperationException", ErrorMessage = e.Message });
                }
            }
        }
        finally
        {
            activityPlaces.Release();
        }
    }

    private static HistoryEvent Failed(int id, string type, string message, TaskFailure? inner) =>
        new() { EventId = -1, TaskFailed = new TaskFailedEvent { TaskScheduledId = id, FailureDetails = new TaskFailure { ErrorType = type, ErrorMessage = message, InnerFailure = inner } } };
}
