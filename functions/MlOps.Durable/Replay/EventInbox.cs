namespace MlOps.Durable.Replay;

/// <summary>
/// Events that came from outside and the waits for them. Names match without regard to letter case. An event goes to the
/// newest open wait of its name; without one it is kept, first in, first out.
/// </summary>
internal sealed class EventInbox
{
    private readonly List<(string Name, string? Payload)> kept = [];
    private readonly List<(string Name, TaskCompletionSource<string?> Source)> waits = [];

    /// <summary>Number of open waits.</summary>
    public int OpenWaits => waits.Count;

    /// <summary>An event has come.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="payload">Its payload.</param>
    public void Raise(string name, string? payload)
    {
        var at = waits.FindLastIndex(wait => string.Equals(wait.Name, name, StringComparison.OrdinalIgnoreCase));
        if (at < 0)
        {
            kept.Add((name, payload));
            return;
        }

        var source = waits[at].Source;
        waits.RemoveAt(at);
        source.TrySetResult(payload);
    }

    /// <summary>Waits for an event.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public Task<string?> WaitAsync(string name, CancellationToken cancellation)
    {
        var at = kept.FindIndex(item => string.Equals(item.Name, name, StringComparison.OrdinalIgnoreCase));
        if (at >= 0)
        {
            var payload = kept[at].Payload;
            kept.RemoveAt(at);
            return Task.FromResult(payload);
        }

        if (cancellation.IsCancellationRequested)
        {
            return Task.FromCanceled<string?>(cancellation);
        }

        var source = new TaskCompletionSource<string?>();
        waits.Add((name, source));
        cancellation.Register(() =>
        {
            waits.RemoveAll(wait => wait.Source == source);
            source.TrySetCanceled(cancellation);
        });
        return source.Task;
    }

    /// <summary>Takes out all events that nobody has waited for, oldest first.</summary>
    public IReadOnlyList<(string Name, string? Payload)> TakeKept()
    {
        var taken = kept.ToArray();
        kept.Clear();
        return taken;
    }
}
