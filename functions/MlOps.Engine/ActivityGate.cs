namespace MlOps.Engine;

/// <summary>
/// Lets activities in. None starts beside a running one while memory is short; one alone always starts, so that work goes on. None starts
/// while the host is hindered, such as by a full disk, and none any more once the process is about to end. The engine keeps the message of one that waits hidden from others, as long as it takes.
/// </summary>
/// <param name="maxMemoryLoad">Share of the memory that the process may use, from which on nothing more starts; 0 to 1.</param>
/// <param name="isHindered">Whether nothing may start now; <see langword="null"/> where nothing hinders.</param>
internal sealed class ActivityGate(double maxMemoryLoad, Func<bool>? isHindered = null)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan HinderedPause = TimeSpan.FromSeconds(1);
    private readonly Lock gate = new();
    private readonly CancellationTokenSource closed = new();
    private TaskCompletionSource empty = Completed();
    private int running;

    /// <summary>Waits for a place.</summary>
    /// <returns>The place, to be disposed when the activity has ended.</returns>
    /// <exception cref="OperationCanceledException">The gate is closed.</exception>
    public async Task<IDisposable> EnterAsync()
    {
        while (isHindered?.Invoke() == true)
        {
            await Task.Delay(HinderedPause, closed.Token);
        }

        while (!TryEnter())
        {
            await Task.Delay(Pause, closed.Token);
        }

        return new Place(this);
    }

    /// <summary>Lets nobody in any more.</summary>
    /// <returns>Completes when nobody is inside.</returns>
    public Task CloseAsync()
    {
        lock (gate)
        {
            closed.Cancel();
            return empty.Task;
        }
    }

    private bool TryEnter()
    {
        lock (gate)
        {
            closed.Token.ThrowIfCancellationRequested();
            if (running > 0 && !HasMemory())
            {
                return false;
            }

            if (running++ == 0)
            {
                empty = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            }

            return true;
        }
    }

    private bool HasMemory()
    {
        var available = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        return available <= 0 || GC.GetTotalMemory(forceFullCollection: false) < maxMemoryLoad * available;
    }

    private static TaskCompletionSource Completed()
    {
        var source = new TaskCompletionSource();
        source.SetResult();
        return source;
    }

    private sealed class Place(ActivityGate of) : IDisposable
    {
        public void Dispose()
        {
            lock (of.gate)
            {
                if (--of.running == 0)
                {
                    of.empty.SetResult();
                }
            }
        }
    }
}
