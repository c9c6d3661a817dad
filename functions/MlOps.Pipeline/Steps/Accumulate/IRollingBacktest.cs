namespace MlOps.Pipeline.Steps.Accumulate;

/// <summary>Backtests the history before it is joined for a training.</summary>
internal interface IRollingBacktest
{
    /// <summary>What the latest labelled periods of the history say; <see langword="null"/> where the definition asks nothing of them.</summary>
    /// <param name="input">The history.</param>
    /// <param name="cancellation">Stops the work.</param>
    Task<RollingBacktest?> RunAsync(AccumulateInput input, CancellationToken cancellation);
}
