using System.Text.Json.Serialization;

namespace MlOps.Tuning;

/// <summary>Which sampler a study uses, with its options. In JSON the property <c>type</c> says which.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(TpeSettings), "tpe")]
[JsonDerivedType(typeof(RandomSettings), "random")]
[JsonDerivedType(typeof(GridSettings), "grid")]
public abstract record SamplerSettings
{
    private protected SamplerSettings()
    {
    }

    /// <summary>Checks the options against the space.</summary>
    internal virtual void Check(SearchSpace space)
    {
    }
}

/// <summary>Each parameter drawn on its own, whatever came before. The yardstick for every other sampler.</summary>
public sealed record RandomSettings : SamplerSettings;

/// <summary>Every combination of a few values of each parameter; the study ends when all have been tried.</summary>
public sealed record GridSettings : SamplerSettings
{
    /// <summary>Values of each numeric parameter, evenly spaced on its axis with both ends; fewer where its grid is shorter. 1 or more. Default 5.</summary>
    [JsonPropertyName("points")]
    public int Points { get; init; } = 5;

    /// <inheritdoc/>
    internal override void Check(SearchSpace space)
    {
        if (Points < 1)
        {
            throw new ArgumentException($"A grid needs 1 point or more a parameter; there are {Points}.");
        }
    }
}
