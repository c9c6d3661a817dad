using System.Threading.Channels;
using Google.Protobuf.WellKnownTypes;
using Microsoft.Extensions.Logging;
using MlOps.Durable.History;
using MlOps.Durable.Replay;

namespace MlOps.Durable.Local;

/// <summary>
/// The one place in the one process where an instance's turns run. What arrives is taken in batches; a batch and the turn
/// that it causes are one record of the journal, and nothing of the turn is acted upon before that record is written.
/// </summary>
internal sealed class InstanceRunner
{
    private readonly LocalDurableTaskWorker host;
    private readonly InstanceState state;
    private readonly Channel<Arrival> arrivals = Channel.CreateUnbounded<Arrival>(new UnboundedChannelOptions { SingleReader = true });
    private readonly TurnEffects effects;
    private readonly CancellationTokenSource ended = new();
    private readonly bool recovered;
    private JournalEnd end;
    private ReplaySession? session;
    private List<Arrival> inHand = [];

    public InstanceRunner(LocalDurableTaskWorker host, InstanceState state, JournalEnd end, bool recovered)
    {
        this.host = host;
        this.state = state;
        this.end = end;
        this.recovered = recovered;
        effects = new TurnEffects(host, this);
    }

    public string InstanceId => state.InstanceId;

    /// <summary>Cancelled when the instance is over or no longer ours.</summary>
    public CancellationToken Ended => ended.Token;

    /// <summary>Completes when the instance is over, lost or let go.</summary>
    public Task Finished { get; private set; } = Task.CompletedTask;

    public void Start() => Finished = Task.Run(RunAsync);

    /// <summary>Stops taking anything in; what has been taken in is still committed.</summary>
    public void Close() => arrivals.Writer.TryComplete();

    /// <summary>Hands an event to the instance.</summary>
    /// <param name="e">The event.</param>
    /// <param name="executionId">The execution that it is meant for; empty: any.</param>
    /// <param name="messageId">Id of the message that brought it; empty: none.</param>
    /// <returns>True once its effect is in the journal, or it has none; false if the instance is not ours any more.</returns>
    public Task<bool> PostAsync(HistoryEvent e, string executionId, string messageId = "")
    {
        var arrival = new Arrival(e, executionId, messageId, null);
        return arrivals.Writer.TryWrite(arrival) ? arrival.Committed.Task : Task.FromResult(false);
    }

    /// <summary>Writes down that an activity starts after a crash.</summary>
    /// <returns>How often it has started so, this time included.</returns>
    public async Task<int> CountStartAsync(int taskId)
    {
        var arrival = new Arrival(null, "", "", taskId);
        if (!arrivals.Writer.TryWrite(arrival) || !await arrival.Committed.Task)
        {
            throw new OperationCanceledException(ended.Token);
        }

        return state.ActivityStarts.GetValueOrDefault(taskId);
    }

    /// <summary>Proves that the instance is still ours by writing to its journal.</summary>
    public Task ConfirmAsync()
    {
        var arrival = new Arrival(null, "", "", null);
        return arrivals.Writer.TryWrite(arrival) ? arrival.Committed.Task : Task.CompletedTask;
    }

    private async Task RunAsync()
    {
        try
        {
            if (recovered)
            {
                await effects.ResumeAsync(state);
            }

            while (!await EndOfExecutionAsync())
            {
                if (state.Arrived.Count > 0 && await StartIsDueAsync())
                {
                    await TurnAsync([]);
                    continue;
                }

                if (!await arrivals.Reader.WaitToReadAsync())
                {
                    return;
                }

                inHand = [];
                while (arrivals.Reader.TryRead(out var arrival))
                {
                    inHand.Add(arrival);
                }

                await TakeInAsync(inHand);
            }
        }
        catch (OwnershipLostException)
        {
            host.Logger.LogWarning("Instance {InstanceId} has been taken over by another worker.", InstanceId);
        }
        catch (OperationCanceledException) when (host.Stopping.IsCancellationRequested)
        {
            // The process stops; the journal has all that counts.
        }
        catch (Exception e)
        {
            host.Logger.LogError(e, "Instance {InstanceId} stands still: {Reason} It is tried again by the next scan.", InstanceId, e.Message);
        }
        finally
        {
            Close();
            var cancelled = ended.CancelAsync();

            // Nobody may be left waiting, or an activity would hold its place for ever. What was in hand when a commit failed
            // has not been taken in. Of the rest: over, and it has no effect any more; lost, and somebody else must take it in.
            inHand.ForEach(arrival => arrival.Committed.TrySetResult(false));
            while (arrivals.Reader.TryRead(out var arrival))
            {
                arrival.Committed.TrySetResult(state.IsOver);
            }

            effects.Dispose();
            host.Remove(this, state);
            await cancelled;
        }
    }

    private static IEnumerable<string> MessageIdsOf(IEnumerable<Arrival> batch) =>
        batch.Select(arrival => arrival.MessageId).Where(id => id.Length > 0).Distinct(StringComparer.Ordinal);

    private bool IsStartDue =>
        state.History.Count > 0 || state.Start.ScheduledStartTimestamp is not { } scheduled || scheduled.ToDateTimeOffset() <= host.Time.GetUtcNow();

    // A start may be scheduled for later; what arrives until then is kept for the first turn.
    private async Task<bool> StartIsDueAsync()
    {
        if (IsStartDue)
        {
            return true;
        }

        var wait = state.Start.ScheduledStartTimestamp.ToDateTimeOffset() - host.Time.GetUtcNow();
        using var timer = new CancellationTokenSource();
        var due = Task.Delay(wait, host.Time, timer.Token);
        await Task.WhenAny(due, arrivals.Reader.WaitToReadAsync().AsTask());
        await timer.CancelAsync();
        return due.IsCompletedSuccessfully;
    }

    private async Task TakeInAsync(List<Arrival> batch)
    {
        var relevant = batch.Where(arrival => arrival.Event is not null
            && !(arrival.MessageId.Length > 0 && state.HasConsumed(arrival.MessageId))
            && (arrival.ExecutionId.Length == 0 || arrival.ExecutionId == state.ExecutionId)).ToList();
        var starts = batch.Where(arrival => arrival.StartOf is not null).ToList();
        var confirm = batch.Any(arrival => arrival.Event is null && arrival.StartOf is null);
        if (relevant.Count > 0 && (state.Arrived.Count == 0 || IsStartDue || relevant.Any(arrival => arrival.Event!.ExecutionTerminated is not null)))
        {
            await TurnAsync(relevant, starts);
        }
        else if (relevant.Count > 0 || starts.Count > 0 || confirm)
        {
            var record = NewRecord();
            record.Owner = confirm ? host.WorkerId : "";
            record.Arrived.AddRange(relevant.Select(arrival => arrival.Event!));
            record.ConsumedMessages.AddRange(MessageIdsOf(relevant));
            record.ActivityStarts.AddRange(starts.Select(start => start.StartOf!.Value));
            await CommitAsync(record);
            relevant.Clear();
        }

        foreach (var arrival in batch)
        {
            arrival.Committed.TrySetResult(true);
        }

        if (relevant.Count > 0)
        {
            await effects.CarryOutAsync(state);
        }
    }

    private async Task TurnAsync(List<Arrival> batch, List<Arrival>? starts = null)
    {
        var events = new List<HistoryEvent> { new() { EventId = -1, OrchestratorStarted = new OrchestratorStartedEvent() } };
        events.AddRange(state.Arrived);
        events.AddRange(batch.Select(arrival => arrival.Event!));
        var now = TurnTime(events);
        events[0].Timestamp = now;

        var response = Execute(events);
        var record = NewRecord();
        record.Turn = true;
        record.CustomStatus = response.CustomStatus;
        record.Events.AddRange(events);
        TurnRecorder.Record(response, now, record);
        record.ConsumedMessages.AddRange(MessageIdsOf(batch));
        record.ActivityStarts.AddRange((starts ?? []).Select(start => start.StartOf!.Value));
        await CommitAsync(record);
        session?.Process(record.Events.Skip(events.Count), replaying: true);
        if (batch.Count == 0)
        {
            await effects.CarryOutAsync(state);
        }
    }

    private OrchestratorResponse Execute(List<HistoryEvent> events)
    {
        try
        {
            if (session is null)
            {
                session = host.Executor.Open(InstanceId);
                session.Process(state.History, replaying: true);
            }

            session.Process(events, replaying: false);
            return session.Respond();
        }
        catch (Exception e)
        {
            // The engine itself broke. A turn that is repeated would break again: the instance fails and says why.
            host.Logger.LogError(e, "A turn of instance {InstanceId} broke.", InstanceId);
            var details = TaskFailureDetails.FromException(e);
            var failed = new OrchestratorResponse { InstanceId = InstanceId };
            failed.Actions.Add(new OrchestratorAction
            {
                Id = int.MaxValue,
                CompleteOrchestration = new CompleteOrchestrationAction { OrchestrationStatus = OrchestrationStatus.Failed, Result = details.ErrorMessage, FailureDetails = Failures.ToProtocol(details) },
            });
            return failed;
        }
    }

    // Time never runs back within an instance, and a timer is never seen to fire before its time.
    private Timestamp TurnTime(List<HistoryEvent> events)
    {
        var now = host.Time.GetUtcNow().UtcDateTime;
        now = now > state.LastTurn ? now : state.LastTurn;
        foreach (var fired in events.Where(e => e.TimerFired is not null).Select(e => e.TimerFired.FireAt.ToDateTime()))
        {
            now = now > fired ? now : fired;
        }

        return Timestamp.FromDateTime(now);
    }

    private async Task<bool> EndOfExecutionAsync()
    {
        if (state.Completed is null)
        {
            return false;
        }

        if (!state.IsOver)
        {
            var record = NewRecord();
            TurnRecorder.Restart(state, record);
            await CommitAsync(record);
            session = null;
            effects.Forget();
            return false;
        }

        await host.TellParentAsync(state);
        await host.Store.LabelAsync(host.Label(state), end, host.Stopping);
        return true;
    }

    private JournalRecord NewRecord() => new() { Timestamp = Timestamp.FromDateTimeOffset(host.Time.GetUtcNow()) };

    private async Task CommitAsync(JournalRecord record)
    {
        if (state.Records >= host.Options.MaxJournalRecords && state.Completed is null)
        {
            // All earlier turns have been carried out: one record can stand for them.
            var snapshot = state.ToSnapshot();
            end = await host.Store.ReplaceAsync(host.Label(state), end, JournalCodec.Encode(snapshot), host.Aborted) ?? throw new OwnershipLostException();
            state.Apply(snapshot);
        }

        // Not with the token of the stop: what is in hand is written, and a stopped storage is given up by the process's end.
        end = await host.Store.AppendAsync(InstanceId, end, JournalCodec.Encode(record), host.Aborted) ?? throw new OwnershipLostException();
        state.Apply(record);
    }

    private sealed class OwnershipLostException : Exception;

    private sealed record Arrival(HistoryEvent? Event, string ExecutionId, string MessageId, int? StartOf)
    {
        public TaskCompletionSource<bool> Committed { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
