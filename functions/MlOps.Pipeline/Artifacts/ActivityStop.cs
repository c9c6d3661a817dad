namespace MlOps.Pipeline.Artifacts;

/// <summary>When activities have to end, as their host knows it.</summary>
/// <param name="Ending">Cancelled when the process ends.</param>
/// <param name="Deadline">How long one activity may take, below what the platform allows.</param>
public sealed record ActivityLimits(CancellationToken Ending, TimeSpan Deadline);

/// <summary>
/// Tells one activity to stop: its process ends, or it has taken as long as the host allows. A service of the scope that a host opens for
/// each activity, because the context of Microsoft.DurableTask brings no token.
/// </summary>
public sealed class ActivityStop : IDisposable
{
    private readonly CancellationTokenSource _source;

    /// <summary>Begins to count the time of an activity.</summary>
    /// <param name="limits">The host's limits.</param>
    public ActivityStop(ActivityLimits limits)
    {
        ArgumentNullException.ThrowIfNull(limits);
        _source = CancellationTokenSource.CreateLinkedTokenSource(limits.Ending);
        if (limits.Deadline != Timeout.InfiniteTimeSpan)
        {
            _source.CancelAfter(limits.Deadline);
        }
    }

    /// <summary>Cancelled when the activity has to end.</summary>
    public CancellationToken Token => _source.Token;

    /// <inheritdoc/>
    public void Dispose() => _source.Dispose();
}
