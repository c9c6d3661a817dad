using System.Runtime.CompilerServices;

namespace MlOps.Boosting.Machine;

/// <summary>
/// A fixed set of threads that run one piece of work together, thousands of times a second: the members wait by
/// spinning for a moment and then by blocking. Which member does which share never influences a result. A member that the
/// system does not let run at the moment is not waited for: the others do its shares, so that a busy machine slows the work
/// only by what it takes away.
/// </summary>
internal sealed class Team : IDisposable
{
    // A ticket says in one word which share comes next and how many there are, so that a member that comes late can never
    // take a share of work that is over, nor a share of new work for one of the old.
    private const int TicketBits = 32;
    private const int MostShares = 1 << 30;

    private readonly Thread[] _members;
    private readonly SemaphoreSlim[] _wakeUps;
    private readonly int _spins;
    private Action<int>? _work;
    private long _ticket;
    private int _done;
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

        ArgumentOutOfRangeException.ThrowIfGreaterThan(shares, MostShares);
        _work = work;
        _failure = null;
        Volatile.Write(ref _done, 0);
        Interlocked.Exchange(ref _ticket, (long)shares << TicketBits);
        _round++;
        WakeSleepers();
        TakeShares();
        int spun = 0;
        while (Volatile.Read(ref _done) != shares)
        {
            // A member that takes longer may have lost its processor, perhaps to this very loop.
            if (spun++ < _spins / 8)
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
        while (true)
        {
            long ticket = Interlocked.Increment(ref _ticket);
            if ((uint)ticket > (ulong)(ticket >> TicketBits))
            {
                return;
            }

            // The round cannot end before this share is counted, so what there is to do is of this round.
            try
            {
                _work!((int)(uint)ticket - 1);
            }
            catch (Exception failure)
            {
                _failure = failure;
            }

            Interlocked.Increment(ref _done);
        }
    }
}
