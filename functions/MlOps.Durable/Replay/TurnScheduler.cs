namespace MlOps.Durable.Replay;

/// <summary>
/// Runs an orchestrator's continuations on the one thread that executes the turn, in the order in which they become
/// ready. A continuation that comes from any other thread belongs to an await of something that is not durable: it is
/// dropped and remembered.
/// </summary>
internal sealed class TurnScheduler : TaskScheduler
{
    private readonly Queue<Task> ready = new();
    private int turnThread;
    private volatile bool foreign;

    /// <summary>True once a continuation or a call came from outside the turn.</summary>
    public bool SawForeignWork => foreign;

    /// <summary>True on the thread of the turn, while it lasts.</summary>
    public bool IsOnTurn => Volatile.Read(ref turnThread) == Environment.CurrentManagedThreadId;

    public override int MaximumConcurrencyLevel => 1;

    /// <summary>Runs an action as a turn, and everything that becomes ready through it.</summary>
    /// <param name="action">The action; it calls <see cref="Drain"/> where it wants to wait for the orchestrator.</param>
    public void RunTurn(Action action)
    {
        if (Interlocked.CompareExchange(ref turnThread, Environment.CurrentManagedThreadId, 0) != 0)
        {
            throw new InvalidOperationException("Two turns of one orchestration at the same time.");
        }

        var outer = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        try
        {
            // As a task of this scheduler, so that completions within it always find it as the current one: whether a
            // continuation runs at once must not depend on the kind of thread we are on.
            var turn = new Task(action);
            turn.RunSynchronously(this);
            turn.GetAwaiter().GetResult();
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(outer);
            Volatile.Write(ref turnThread, 0);
        }
    }

    /// <summary>Runs what is ready until nothing is.</summary>
    public void Drain()
    {
        while (ready.TryDequeue(out var task))
        {
            TryExecuteTask(task);
        }
    }

    /// <summary>Notes that a member of the context was called from outside the turn.</summary>
    public void NoteForeignWork() => foreign = true;

    protected override void QueueTask(Task task)
    {
        if (IsOnTurn)
        {
            ready.Enqueue(task);
        }
        else
        {
            foreign = true;
        }
    }

    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) =>
        IsOnTurn && !taskWasPreviouslyQueued && TryExecuteTask(task);

    protected override IEnumerable<Task> GetScheduledTasks() => [];
}
