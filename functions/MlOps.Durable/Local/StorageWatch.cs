using System.Collections.Concurrent;
using Google.Protobuf.WellKnownTypes;
using Microsoft.Extensions.Logging;

namespace MlOps.Durable.Local;

/// <summary>A worker's eyes on the storage: keeps its lease, brings in messages, takes over what has no living owner, and deletes what is old.</summary>
internal sealed class StorageWatch(LocalDurableTaskWorker worker)
{
    // A message to an instance that does not exist may have overtaken the instance's creation.
    private static readonly TimeSpan UnclaimedMessageKept = TimeSpan.FromMinutes(1);

    private readonly Lock gate = new();
    private readonly HashSet<MessageKey> known = [];
    private readonly Dictionary<string, List<MessageKey>> queues = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, bool> busy = new(StringComparer.Ordinal);
    private long leaseUntil;
    private long renewAt;
    private long outagesKnown;

    /// <summary>
    /// False when the lease may have run out, or the storage may have forgotten it in an outage (an emulator that is started
    /// again does), so that somebody else may own what we think is ours.
    /// </summary>
    public bool LeaseIsFresh => worker.Time.GetTimestamp() < Volatile.Read(ref leaseUntil) && worker.Store.Outages == Volatile.Read(ref outagesKnown);

    /// <summary>Keeps the scan away from an instance that is just being created here.</summary>
    public void Reserve(string instanceId) => busy[instanceId] = true;

    public void Unreserve(string instanceId) => busy.TryRemove(instanceId, out _);

    public Task BeginAsync(CancellationToken cancellation) => RenewAsync(cancellation);

    public Task RunAsync() => Task.WhenAll(
        RepeatAsync("renew the lease", worker.Options.LeaseDuration / 40, KeepLeaseAsync),
        RepeatAsync("read messages", worker.Options.PollInterval, PollAsync),
        RepeatAsync("search for abandoned instances", worker.Options.ScanInterval, ScanAsync));

    /// <summary>There is a message.</summary>
    public void Hint(MessageKey key)
    {
        lock (gate)
        {
            // Age does not tell two sightings of one message apart.
            if (!worker.IsRunning || !known.Add(key with { PostedAt = default }))
            {
                return;
            }

            if (queues.TryGetValue(key.InstanceId, out var queue))
            {
                queue.Add(key);
                return;
            }

            queues.Add(key.InstanceId, [key]);
        }

        _ = Task.Run(() => DeliverAllAsync(key.InstanceId));
    }

    private async Task RepeatAsync(string what, TimeSpan interval, Func<CancellationToken, Task> step)
    {
        while (!worker.Stopping.IsCancellationRequested)
        {
            try
            {
                await step(worker.Stopping);
            }
            catch (Exception e) when (!worker.Stopping.IsCancellationRequested)
            {
                worker.Logger.LogWarning("Could not {What}: {Reason} Trying again in {Interval}.", what, e.Message.Split('\n')[0], interval);
            }
            catch (OperationCanceledException)
            {
                return;
            }

            await Task.Delay(interval, worker.Time, worker.Stopping).ContinueWith(_ => { }, TaskScheduler.Default);
        }
    }

    private async Task RenewAsync(CancellationToken cancellation)
    {
        var asked = worker.Time.GetTimestamp();
        await worker.Store.RenewAsync(worker.WorkerId, worker.Options.LeaseDuration, cancellation);
        var duration = (long)(worker.Options.LeaseDuration.TotalSeconds * worker.Time.TimestampFrequency);
        Volatile.Write(ref leaseUntil, asked + duration);
        renewAt = asked + (duration / 4);
    }

    private async Task KeepLeaseAsync(CancellationToken cancellation)
    {
        var outages = worker.Store.Outages;
        if (!LeaseIsFresh)
        {
            // Nothing new is started until each instance has proved to be ours still.
            await worker.Store.RenewAsync(worker.WorkerId, worker.Options.LeaseDuration, cancellation);
            await worker.ConfirmOwnershipAsync();
        }
        else if (worker.Time.GetTimestamp() < renewAt)
        {
            return;
        }

        await RenewAsync(cancellation);
        Volatile.Write(ref outagesKnown, outages);
    }

    private async Task PollAsync(CancellationToken cancellation)
    {
        foreach (var key in await worker.Store.ListMessagesAsync(cancellation))
        {
            Hint(key);
        }
    }

    private async Task DeliverAllAsync(string instanceId)
    {
        while (true)
        {
            List<MessageKey> keys;
            lock (gate)
            {
                keys = [.. queues[instanceId].OrderBy(key => key.MessageId, StringComparer.Ordinal)];
                queues[instanceId].Clear();
                if (keys.Count == 0)
                {
                    queues.Remove(instanceId);
                    return;
                }
            }

            try
            {
                await DeliverAsync(instanceId, keys);
            }
            catch (Exception e)
            {
                if (!worker.Stopping.IsCancellationRequested)
                {
                    worker.Logger.LogWarning("Messages to instance {InstanceId} could not be delivered: {Reason}", instanceId, e.Message.Split('\n')[0]);
                }
            }
            finally
            {
                lock (gate)
                {
                    known.ExceptWith(keys.Select(key => key with { PostedAt = default }));
                }
            }
        }
    }

    private async Task DeliverAsync(string instanceId, List<MessageKey> keys)
    {
        var runner = worker.Find(instanceId) ?? await ReachAsync(instanceId, keys);
        if (runner is null)
        {
            return;
        }

        // All are posted before the first is waited for, so that they make one turn.
        var posted = new List<(MessageKey Key, Task<bool> Committed)>();
        foreach (var key in keys)
        {
            if (await worker.Store.ReadMessageAsync(key, worker.Stopping) is { } message)
            {
                posted.Add((key, message.Event is null ? Task.FromResult(true) : runner.PostAsync(message.Event, message.ExecutionId, message.MessageId)));
            }
        }

        foreach (var (key, committed) in posted)
        {
            if (await committed)
            {
                await worker.Store.DeleteMessageAsync(key, worker.Stopping);
            }
        }
    }

    // The instance is not ours: deletes messages that nobody will want, leaves alone what a living worker owns, and claims the rest.
    private async Task<InstanceRunner?> ReachAsync(string instanceId, List<MessageKey> keys)
    {
        var label = await worker.Store.ReadLabelAsync(instanceId, worker.Stopping);
        if (label is null || label.EndedAs is not null)
        {
            foreach (var key in keys.Where(key => label is not null || worker.Time.GetUtcNow() - key.PostedAt > UnclaimedMessageKept))
            {
                if (label is not null && (await worker.Store.ReadMessageAsync(key, worker.Stopping))?.Event?.ExecutionRewound is not null)
                {
                    await worker.RewindAsync(instanceId);
                }

                await worker.Store.DeleteMessageAsync(key, worker.Stopping);
            }

            return null;
        }

        // Give another process that has room the first chance at a new instance.
        var crowded = label.Owner.Length == 0 && worker.Activities.Waiting > 0 && worker.Time.GetUtcNow() - label.CreatedAt < 3 * worker.Options.PollInterval;
        return crowded ? null : await ClaimAsync(instanceId, label.Owner, await worker.Store.LiveWorkersAsync(worker.Stopping));
    }

    private async Task ScanAsync(CancellationToken cancellation)
    {
        var live = await worker.Store.LiveWorkersAsync(cancellation);
        var now = worker.Time.GetUtcNow();
        await foreach (var label in worker.Store.ListAsync("", cancellation))
        {
            if (label.EndedAs is null)
            {
                await ClaimAsync(label.InstanceId, label.Owner, live);
            }
            else if (worker.Options.Retention != Timeout.InfiniteTimeSpan && now - label.LastUpdatedAt > worker.Options.Retention
                && await worker.Store.ReadAsync(label.InstanceId, cancellation) is { } old)
            {
                await worker.Store.DeleteAsync(label.InstanceId, old.End, cancellation);
            }
        }
    }

    /// <summary>Takes an instance over unless a living worker has it.</summary>
    private async Task<InstanceRunner?> ClaimAsync(string instanceId, string labelledOwner, IReadOnlySet<string> live)
    {
        if (worker.Find(instanceId) is { } ours)
        {
            return ours;
        }

        if (IsTaken(labelledOwner) || !worker.IsRunning || !busy.TryAdd(instanceId, true))
        {
            return null;
        }

        try
        {
            if (await worker.ReadStateAsync(instanceId) is not var (state, end, label) || label.EndedAs is not null || worker.Find(instanceId) is not null)
            {
                return worker.Find(instanceId);
            }

            // Asked for after the journal was read: an owner that has proved since that it lives has either renewed its lease
            // before this, or written to the journal after what was read.
            live = state.Owner.Length > 0 && state.Owner != worker.WorkerId ? await worker.Store.LiveWorkersAsync(worker.Stopping) : live;
            if (IsTaken(state.Owner))
            {
                return null;
            }

            var claim = new JournalRecord { Timestamp = Timestamp.FromDateTimeOffset(worker.Time.GetUtcNow()), Owner = worker.WorkerId };
            if (await worker.Store.AppendAsync(instanceId, end, JournalCodec.Encode(claim), worker.Stopping) is not { } claimed)
            {
                return null;
            }

            var recovered = state.History.Count > 0;
            state.Apply(claim);
            if (await worker.Store.LabelAsync(label with { Owner = worker.WorkerId }, claimed, worker.Stopping) is not { } labelled)
            {
                return null;
            }

            return worker.Adopt(state, labelled, recovered);
        }
        catch (InvalidDataException e)
        {
            worker.Logger.LogError("{Reason}", e.Message);
            return null;
        }
        finally
        {
            busy.TryRemove(instanceId, out _);
        }

        bool IsTaken(string owner) => owner.Length > 0 && owner != worker.WorkerId && live.Contains(owner);
    }
}
