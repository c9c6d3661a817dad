namespace MlOps.Testing;

/// <summary>
/// How long a test waits for what will become so before it fails. It is no promise of speed, which benchmarks measure: a machine on
/// which everything runs at once may be ten times slower than a quiet one, and only a test that fails waits to the end.
/// </summary>
public static class Patience
{
    /// <summary>Five minutes: the limit of one wait.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    /// <summary>
    /// 300 ms: the pause between two looks of a wait. Each look is requests to the emulator, for which all tests wait; most of what a test waits
    /// for takes seconds.
    /// </summary>
    public static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(300);

    /// <summary>A cancellation at <see cref="Limit"/>, counted from now.</summary>
    public static CancellationToken Token => new CancellationTokenSource(Limit).Token;
}
