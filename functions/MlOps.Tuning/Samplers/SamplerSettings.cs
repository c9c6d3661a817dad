using System.Text.Json.Serialization;

namespace MlOps.Tuning;

/// <summary>Which sampler a study uses, with its options. In JSON the property <c>type</c> says which.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(TpeSettings), "tpe")]
[JsonDerivedType(typeof(RandomSettings), "random")]
public abstract record SamplerSettings
{
    private protected SamplerSettings()
    {
    }

    /// <summary>The sampler itself.</summary>
    internal abstract ISampler Create();

    /// <summary>Checks the options against the space.</summary>
    internal virtual void Check(SearchSpace space)
    {
    }
}

/// <summary>Each parameter drawn on its own, whatever came before. The yardstick for every other sampler.</summary>
public sealed record RandomSettings : SamplerSettings
{
    /// <inheritdoc/>
    internal override ISampler Create() => new RandomSampler();
}
