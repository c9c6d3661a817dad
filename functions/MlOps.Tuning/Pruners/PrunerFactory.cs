namespace MlOps.Tuning;

/// <summary>Makes pruners from their settings, which know nothing of them.</summary>
internal static class PrunerFactory
{
    /// <summary>The pruner that the settings describe; it serves one study.</summary>
    /// <param name="settings">Which pruner, with its options.</param>
    public static IPruner Create(PrunerSettings settings) => settings switch
    {
        HyperbandSettings hyperband => new HyperbandPruner(hyperband),
        SuccessiveHalvingSettings halving => new SuccessiveHalvingPruner(halving),
        MedianSettings percentile => new PercentilePruner(percentile),
        _ => throw new ArgumentException($"There is no pruner for {settings.GetType().Name}.", nameof(settings)),
    };
}
