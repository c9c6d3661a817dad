using System.Text.Json.Serialization;

namespace MlOps.Tuning;

/// <summary>How wide the numeric kernels of a TPE sampler are.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<TpeBandwidth>))]
public enum TpeBandwidth
{
    /// <summary>Each kernel reaches to its neighbours, in every dimension on its own (Optuna 5; Optuna 4 only without <see cref="TpeSettings.Multivariate"/>).</summary>
    [JsonStringEnumMemberName("neighbour")]
    Neighbour,

    /// <summary>One width for all kernels of a dimension, shrinking with their number (Optuna 4 with <see cref="TpeSettings.Multivariate"/>).</summary>
    [JsonStringEnumMemberName("scott")]
    Scott,
}

/// <summary>
/// The tree-structured Parzen estimator (Bergstra et al. 2011): candidates are drawn where good trials lie, and the one
/// where good trials are densest in relation to the others is tried. The defaults are those of Optuna 5, but for the stratified
/// start, the number of candidates and the refinement: each was better on the objectives of the comparison in the tests.
/// </summary>
public sealed record TpeSettings : SamplerSettings
{
    /// <summary>While fewer trials have finished, parameters are drawn at random. Default 10.</summary>
    [JsonPropertyName("startupTrials")]
    public int StartupTrials { get; init; } = 10;

    /// <summary>Whether the random start is spread evenly over the range of each parameter. Default true (Optuna: false).</summary>
    [JsonPropertyName("stratifiedStart")]
    public bool StratifiedStart { get; init; } = true;

    /// <summary>From twice the start-up trials on, every so many-th trial takes a step away from the best one in a single parameter; 0 for never. Default 5 (Optuna has none).</summary>
    [JsonPropertyName("refineEvery")]
    public int RefineEvery { get; init; } = 5;

    /// <summary>Candidates a suggestion is chosen from, 1 or more. Default 40 (Optuna: 24).</summary>
    [JsonPropertyName("candidates")]
    public int Candidates { get; init; } = 40;

    /// <summary>Whether all parameters are suggested together, so that what works only in combination is found. Default true.</summary>
    [JsonPropertyName("multivariate")]
    public bool Multivariate { get; init; } = true;

    /// <summary>Whether running trials count as bad ones, so that the trials of a wave keep apart. Default true.</summary>
    [JsonPropertyName("constantLiar")]
    public bool ConstantLiar { get; init; } = true;

    /// <summary>How wide numeric kernels are. Default neighbour.</summary>
    [JsonPropertyName("bandwidth")]
    public TpeBandwidth Bandwidth { get; init; } = TpeBandwidth.Neighbour;

    /// <inheritdoc/>
    internal override void Check(SearchSpace space)
    {
        if (Candidates < 1 || StartupTrials < 0 || RefineEvery < 0)
        {
            throw new ArgumentException($"TPE needs 1 candidate or more, 0 start-up trials or more and refinement every 0 trials (never) or more; given are {Candidates}, {StartupTrials} and {RefineEvery}.");
        }
    }
}
