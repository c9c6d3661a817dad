using System.Runtime.CompilerServices;

namespace MlOps.Boosting.Kernels;

/// <summary>
/// A fixed set of threads that run one piece of work together, thousands of times a second: the members wait by
/// spinning for a moment and then by blocking. Which member does which share never influences a result.
/// </summary>
internal sealed class Team : IDisposable
{
    private readonly Thread[] _members;
    private readonly SemaphoreSlim[] _wakeUps;
    private readonly int _spins;
    private Action<int>? _work;
    private int _shares;
    private int _next;
    private int _running;
    private volatile int _round;
    private volatile bool _closing;
    private Exception? _failure;

    /// <param name="size">Number of threads, the caller included.</param>
    public Team(int size)
    {
        Size = Math.Max(1, size);
        _spins = Environment.ProcessorCount >= Size ? 16000 : 0;
        _members = new Thread[Size - 1];
        _wakeUps = new SemaphoreSlim[Size - 1];
        for (int i = 0; i < _members.Length; i++)
        {
            int index = i;
            _wakeUps[i] = new SemaphoreSlim(0);
            _members[i] = new Thread(() => Serve(index)) { IsBackground = true, Name = $"boosting-{i + 1}" };
            _members[i].Start();
        }
    }

    /// <summary>Number of threads, the caller included.</summary>
    public int Size { get; }

    /// <summary>Threads for a parameter value: 0 or less means one for each processor.</summary>
    public static int Threads(int numThreads) => numThreads > 0 ? Math.Min(numThreads, 256) : Environment.ProcessorCount;

    /// <summary>Runs <paramref name="work"/> for the shares 0 … <paramref name="shares"/> - 1, spread over the team; returns when all are done.</summary>
    /// <param name="shares">Number of shares.</param>
    /// <param name="work">What to do for a share.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run(int shares, Action<int> work)
    {
        if (Size == 1 || shares <= 1)
        {
            for (int share = 0; share < shares; share++)
            {
                work(share);
            }

            return;
        }

        _work = work;
        _shares = shares;
        _failure = null;
        Volatile.Write(ref _next, 0);
        Volatile.Write(ref _running, _members.Length);
        Interlocked.Increment(ref _roundStorage);
        _round = _roundStorage;
        WakeSleepers();
        TakeShares();
        int spun = 0;
        while (Volatile.Read(ref _running) != 0)
        {
            if (spun++ < _spins)
            {
                Thread.SpinWait(1);
            }
            else
            {
                Thread.Yield();
            }
        }

        _work = null;
        if (_failure is not null)
        {
            throw new InvalidOperationException("A worker thread failed.", _failure);
        }
    }

    public void Dispose()
    {
        _closing = true;
        foreach (SemaphoreSlim wakeUp in _wakeUps)
        {
            wakeUp.Release();
        }

        foreach (Thread member in _members)
        {
            member.Join();
        }

        foreach (SemaphoreSlim wakeUp in _wakeUps)
        {
            wakeUp.Dispose();
        }
    }

    private int _roundStorage;
    private int _sleepers;

    private void WakeSleepers()
    {
        // The fence orders the publication of the round before the look at the sleepers (and a member does the reverse).
        Interlocked.MemoryBarrier();
        if (Volatile.Read(ref _sleepers) == 0)
        {
            return;
        }

        foreach (SemaphoreSlim wakeUp in _wakeUps)
        {
            if (wakeUp.CurrentCount == 0)
            {
                wakeUp.Release();
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Serve(int index)
    {
        int seen = 0;
        while (true)
        {
            seen = AwaitRound(index, seen);
            if (_closing)
            {
                return;
            }

            TakeShares();
            Interlocked.Decrement(ref _running);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int AwaitRound(int index, int seen)
    {
        for (int spin = 0; spin < _spins; spin++)
        {
            if (_round != seen || _closing)
            {
                return _round;
            }

            Thread.SpinWait(1);
        }

        Interlocked.Increment(ref _sleepers);
        while (_round == seen && !_closing)
        {
            _wakeUps[index].Wait();
        }

        Interlocked.Decrement(ref _sleepers);
        return _round;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void TakeShares()
    {
        try
        {
            Action<int> work = _work!;
            int shares = _shares;
            while (true)
            {
                int share = Interlocked.Increment(ref _next) - 1;
                if (share >= shares)
                {
                    return;
                }

                work(share);
            }
        }
        catch (Exception failure)
        {
            _failure = failure;
            Volatile.Write(ref _next, int.MaxValue / 2);
        }
    }
}
