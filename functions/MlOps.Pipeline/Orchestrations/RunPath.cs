namespace MlOps.Pipeline.Orchestrations;

/// <summary>
/// Ways through a run that orchestrators of this and earlier versions have gone. A run's way is recorded when its definition is pinned;
/// a replay of an older history goes the older way. Numbers are never used twice.
/// </summary>
internal static class RunPath
{
    /// <summary>Measures published predictions once labels are there.</summary>
    public const int Performance = 1;

    /// <summary>The way of runs that begin now.</summary>
    public const int Current = 1;
}
