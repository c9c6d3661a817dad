using System.Runtime.ExceptionServices;

namespace MlOps.Tabular;

/// <summary>Parses the blocks of a file on several threads and hands the results on in file order, so that nothing depends on the threads.</summary>
internal sealed class BlockRunner(BlockReader reader, Func<Func<TextBlock, BlockResult>> parserForThread, Action<BlockResult> consume, CancellationToken ct)
{
    private readonly Dictionary<int, BlockResult> _done = [];
    private readonly Lock _lock = new();
    private readonly SemaphoreSlim _room = new(0);
    private int _next;
    private bool _draining;
    private ExceptionDispatchInfo? _failure;
    private volatile bool _stop;

    /// <summary>Runs until the end of the file. <paramref name="first"/> was read already and will be the first result.</summary>
    public void Run(TextBlock first, int threads)
    {
        _next = first.Number;
        // So many blocks may be under way or wait for their turn: memory is bounded by it.
        _room.Release(threads * 3);
        var others = new Thread[Math.Max(threads, 1) - 1];
        for (var i = 0; i < others.Length; i++)
        {
            others[i] = new Thread(() => Work(null)) { IsBackground = true, Name = "csv" };
            others[i].Start();
        }

        Work(first);
        foreach (var thread in others)
        {
            thread.Join();
        }

        _failure?.Throw();
    }

    private void Work(TextBlock? mine)
    {
        try
        {
            var parse = parserForThread();
            var block = mine ?? new TextBlock();
            var read = mine is not null;
            while (!_stop)
            {
                ct.ThrowIfCancellationRequested();
                if (!read)
                {
                    _room.Wait(ct);
                    if (_stop || !reader.Next(block))
                    {
                        _room.Release();
                        return;
                    }
                }

                read = false;
                HandOn(parse(block));
            }
        }
        catch (Exception problem)
        {
            Fail(problem);
        }
    }

    private void HandOn(BlockResult result)
    {
        lock (_lock)
        {
            _done.Add(result.Number, result);
            if (_draining)
            {
                return;
            }

            _draining = true;
        }

        while (true)
        {
            BlockResult? ready;
            lock (_lock)
            {
                if (!_done.Remove(_next, out ready))
                {
                    _draining = false;
                    return;
                }

                _next++;
            }

            if (!_stop)
            {
                consume(ready);
            }

            _room.Release();
        }
    }

    private void Fail(Exception problem)
    {
        lock (_lock)
        {
            _failure ??= ExceptionDispatchInfo.Capture(problem);
        }

        _stop = true;
        _room.Release(1024);
    }
}
