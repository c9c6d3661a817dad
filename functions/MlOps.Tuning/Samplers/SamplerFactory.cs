namespace MlOps.Tuning;

/// <summary>Makes samplers from their settings, which know nothing of them.</summary>
internal static class SamplerFactory
{
    /// <summary>The sampler that the settings describe.</summary>
    /// <param name="settings">Which sampler, with its options.</param>
    public static ISampler Create(SamplerSettings settings) => settings switch
    {
        TpeSettings tpe => new TpeSampler(tpe),
        GridSettings grid => new GridSampler(grid),
        RandomSettings => new RandomSampler(),
        _ => throw new ArgumentException($"There is no sampler for {settings.GetType().Name}.", nameof(settings)),
    };
}
