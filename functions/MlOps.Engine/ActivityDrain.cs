namespace MlOps.Engine;

/// <summary>Tells activities that run to end now, because their process does. What they leave undone is done again after the next start.</summary>
public sealed class ActivityDrain : IDisposable
{
    private readonly CancellationTokenSource source = new();

    /// <summary>Cancelled once the time for draining is over.</summary>
    public CancellationToken Token => source.Token;

    /// <inheritdoc/>
    public void Dispose() => source.Dispose();

    internal void End() => source.Cancel();
}
