using Google.Protobuf.WellKnownTypes;
using Microsoft.Extensions.Logging;
using MlOps.Durable.History;

namespace MlOps.Durable.Local;

/// <summary>An activity that is due.</summary>
/// <param name="Runner">The instance that called it.</param>
/// <param name="ExecutionId">The execution that called it.</param>
/// <param name="Id">Id of its task.</param>
/// <param name="Call">Name and input.</param>
/// <param name="Suspect">True if it may have been running when a process died.</param>
internal sealed record ActivityWork(InstanceRunner Runner, string ExecutionId, int Id, TaskScheduledEvent Call, bool Suspect);

/// <summary>Runs activities, first come, first served, as many at once as cores and memory allow.</summary>
internal sealed class ActivityPool(DurableTaskRegistry registry, IServiceProvider services, LocalOptions options, ILogger logger, Func<bool> isOwnershipCertain)
{
    private static readonly TimeSpan OwnershipCheck = TimeSpan.FromMilliseconds(100);

    private readonly Lock gate = new();
    private readonly Queue<ActivityWork> waiting = new();
    private readonly HashSet<Task> running = [];
    private readonly CancellationTokenSource stop = new();
    private bool closed;

    /// <summary>Activities that wait for a place.</summary>
    public int Waiting
    {
        get
        {
            lock (gate)
            {
                return waiting.Count;
            }
        }
    }

    /// <summary>Activities completed so far in this process.</summary>
    public long Completed => Interlocked.Read(ref completed);

    private long completed;

    /// <summary>Takes in an activity; it starts at once if there is a place.</summary>
    public void Enqueue(ActivityWork work)
    {
        lock (gate)
        {
            waiting.Enqueue(work);
            StartWaiting();
        }
    }

    /// <summary>Starts nothing more, waits for what runs, and cancels it when the time is up.</summary>
    public async Task DrainAsync()
    {
        Task[] tasks;
        lock (gate)
        {
            closed = true;
            waiting.Clear();
            tasks = [.. running];
        }

        var all = Task.WhenAll(tasks);
        if (await Task.WhenAny(all, Task.Delay(options.DrainTimeout, options.TimeProvider)) != all)
        {
            await stop.CancelAsync();
            await Task.WhenAny(all, Task.Delay(TimeSpan.FromSeconds(1), options.TimeProvider));
        }
    }

    private void StartWaiting()
    {
        while (!closed && running.Count < options.MaxConcurrentActivities && (running.Count == 0 || HasMemory()) && waiting.TryDequeue(out var work))
        {
            // A thread of its own up to the first await: computing activities must not starve timers and commits of threads.
            var task = Task.Factory.StartNew(() => RunAsync(work), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).Unwrap();
            running.Add(task);
            _ = task.ContinueWith(Finished, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }
    }

    private void Finished(Task task)
    {
        lock (gate)
        {
            running.Remove(task);
            StartWaiting();
        }
    }

    private bool HasMemory()
    {
        var memory = GC.GetGCMemoryInfo();
        return memory.TotalAvailableMemoryBytes <= 0 || GC.GetTotalMemory(forceFullCollection: false) < options.MaxMemoryLoad * memory.TotalAvailableMemoryBytes;
    }

    private async Task RunAsync(ActivityWork work)
    {
        try
        {
            // After a lapse of the lease nothing starts until the instance has proved to be ours.
            while (!work.Runner.Ended.IsCancellationRequested && !isOwnershipCertain())
            {
                await Task.Delay(OwnershipCheck, options.TimeProvider, stop.Token);
            }

            if (work.Runner.Ended.IsCancellationRequested)
            {
                return;
            }

            if (work.Suspect && await work.Runner.CountStartAsync(work.Id) is var starts && starts > options.MaxActivityStarts)
            {
                Report(work, Failed(work.Id, new TaskFailureDetails(
                    "MlOps.Durable.PoisonActivityException",
                    $"Activity '{work.Call.Name}' (#{work.Id}) was running {options.MaxActivityStarts} times when its process died, and is not tried again.",
                    null,
                    null) { IsNonRetriable = true }));
                return;
            }

            var outcome = await ExecuteAsync(work);
            Interlocked.Increment(ref completed);
            Report(work, outcome);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested || work.Runner.Ended.IsCancellationRequested)
        {
            // The process stops or the instance is no longer ours: the activity is not settled and runs again elsewhere.
        }
        catch (Exception e)
        {
            logger.LogError(e, "Activity {Activity} of instance {InstanceId} could not be run.", work.Call.Name, work.Runner.InstanceId);
        }
    }

    private async Task<HistoryEvent> ExecuteAsync(ActivityWork work)
    {
        using var deadline = new CancellationTokenSource(options.ActivityDeadline, options.TimeProvider);
        using var token = CancellationTokenSource.CreateLinkedTokenSource(stop.Token, work.Runner.Ended, deadline.Token);
        try
        {
            var result = await ActivityInvocation.RunAsync(registry, services, work.Call.Name, work.Runner.InstanceId, work.Call.Input, token.Token);
            return new HistoryEvent { EventId = -1, TaskCompleted = new TaskCompletedEvent { TaskScheduledId = work.Id, Result = result } };
        }
        catch (Exception e) when (!(e is OperationCanceledException && (stop.IsCancellationRequested || work.Runner.Ended.IsCancellationRequested)))
        {
            logger.LogWarning(e, "Activity {Activity} (#{TaskId}) of instance {InstanceId} failed: {Reason}", work.Call.Name, work.Id, work.Runner.InstanceId, e.Message);
            return Failed(work.Id, e is OperationCanceledException && deadline.IsCancellationRequested
                ? new TaskFailureDetails(typeof(TimeoutException).FullName!, $"Activity '{work.Call.Name}' did not end within its deadline of {options.ActivityDeadline}.", null, null)
                : TaskFailureDetails.FromException(e));
        }
    }

    private static HistoryEvent Failed(int id, TaskFailureDetails details) =>
        new() { EventId = -1, TaskFailed = new TaskFailedEvent { TaskScheduledId = id, FailureDetails = Failures.ToProtocol(details) } };

    private void Report(ActivityWork work, HistoryEvent e)
    {
        e.Timestamp = Timestamp.FromDateTimeOffset(options.TimeProvider.GetUtcNow());
        _ = ReportAsync(work, e);
    }

    private async Task ReportAsync(ActivityWork work, HistoryEvent e)
    {
        if (await work.Runner.PostAsync(e, work.ExecutionId))
        {
            logger.LogDebug(LocalEvents.ResultWritten, "The result of activity {Activity} (#{TaskId}) of instance {InstanceId} is in the journal.", work.Call.Name, work.Id, work.Runner.InstanceId);
        }
    }
}
