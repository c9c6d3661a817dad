using System.Text.Json.Serialization;

namespace MlOps.Tuning;

/// <summary>Which pruner a study uses, with its options. In JSON the property <c>type</c> says which. The defaults are Optuna's.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(MedianSettings), "median")]
[JsonDerivedType(typeof(PercentileSettings), "percentile")]
[JsonDerivedType(typeof(SuccessiveHalvingSettings), "successive_halving")]
[JsonDerivedType(typeof(HyperbandSettings), "hyperband")]
public abstract record PrunerSettings
{
    private protected PrunerSettings()
    {
    }

    /// <summary>Throws where options contradict each other.</summary>
    internal abstract void Check();

    private protected static void Require(bool condition, string message)
    {
        if (!condition)
        {
            throw new ArgumentException(message);
        }
    }
}

/// <summary>Stops a trial whose best value so far is worse than the median of the complete trials at the same step.</summary>
public record MedianSettings : PrunerSettings
{
    /// <summary>Nothing is stopped before this many trials are complete. Default 5.</summary>
    [JsonPropertyName("startupTrials")]
    public int StartupTrials { get; init; } = 5;

    /// <summary>Nothing is stopped before this step. Default 0.</summary>
    [JsonPropertyName("warmupSteps")]
    public int WarmupSteps { get; init; }

    /// <summary>A trial is judged once in so many steps. Default 1.</summary>
    [JsonPropertyName("intervalSteps")]
    public int IntervalSteps { get; init; } = 1;

    /// <summary>Steps that fewer complete trials have reported are not judged. Default 1.</summary>
    [JsonPropertyName("minTrials")]
    public int MinTrials { get; init; } = 1;

    /// <summary>The share of complete trials, in percent, among whose best a trial must be.</summary>
    internal virtual double Share => 50;

    /// <inheritdoc/>
    internal override void Check() =>
        Require(
            Share is >= 0 and <= 100 && StartupTrials >= 0 && WarmupSteps >= 0 && IntervalSteps >= 1 && MinTrials >= 1,
            $"A percentile pruner needs a percentile of 0 to 100 ({Share}), start-up trials ({StartupTrials}) and warm-up steps ({WarmupSteps}) of 0 or more, an interval ({IntervalSteps}) and a number of trials ({MinTrials}) of 1 or more.");
}

/// <summary>Stops a trial whose best value so far is not among the best share of the complete trials at the same step.</summary>
public sealed record PercentileSettings : MedianSettings
{
    /// <summary>The share to keep, in percent: 25 keeps the best quarter.</summary>
    [JsonPropertyName("percentile")]
    public required double Percentile { get; init; }

    /// <inheritdoc/>
    internal override double Share => Percentile;
}

/// <summary>Asynchronous successive halving (Li et al. 2020): at steps that grow by a factor only the best 1/factor go on.</summary>
public sealed record SuccessiveHalvingSettings : PrunerSettings
{
    /// <summary>Step of the first rung; null takes a hundredth of the longest complete trial, 1 at least. Default null.</summary>
    [JsonPropertyName("minResource")]
    public int? MinResource { get; init; }

    /// <summary>Factor between rungs, 2 or more. Default 4.</summary>
    [JsonPropertyName("reductionFactor")]
    public int ReductionFactor { get; init; } = 4;

    /// <summary>Number of lowest rungs to leave out. Default 0.</summary>
    [JsonPropertyName("minEarlyStoppingRate")]
    public int MinEarlyStoppingRate { get; init; }

    /// <summary>Trials are stopped at a rung until more than so many have reached it. Default 0.</summary>
    [JsonPropertyName("bootstrapCount")]
    public int BootstrapCount { get; init; }

    /// <inheritdoc/>
    internal override void Check() =>
        Require(
            MinResource is null or >= 1 && ReductionFactor >= 2 && MinEarlyStoppingRate >= 0 && BootstrapCount >= 0 && (BootstrapCount == 0 || MinResource is not null),
            $"Successive halving needs a first step of 1 or more ({MinResource}), a factor of 2 or more ({ReductionFactor}), rungs left out ({MinEarlyStoppingRate}) and bootstrap count ({BootstrapCount}) of 0 or more; a bootstrap count needs the first step to be given.");
}

/// <summary>Hyperband (Li et al. 2018): trials are spread over brackets of successive halving that differ in how early they stop.</summary>
public sealed record HyperbandSettings : PrunerSettings
{
    /// <summary>Smallest step at which a trial may be stopped. Default 1.</summary>
    [JsonPropertyName("minResource")]
    public int MinResource { get; init; } = 1;

    /// <summary>Largest number of steps of a trial; null takes the longest complete trial. Default null.</summary>
    [JsonPropertyName("maxResource")]
    public int? MaxResource { get; init; }

    /// <summary>Factor between rungs, 2 or more. Default 3.</summary>
    [JsonPropertyName("reductionFactor")]
    public int ReductionFactor { get; init; } = 3;

    /// <summary>Trials are stopped at a rung until more than so many have reached it. Default 0.</summary>
    [JsonPropertyName("bootstrapCount")]
    public int BootstrapCount { get; init; }

    /// <inheritdoc/>
    internal override void Check() =>
        Require(
            MinResource >= 1 && (MaxResource is null || MaxResource >= MinResource) && ReductionFactor >= 2 && BootstrapCount >= 0 && (BootstrapCount == 0 || MaxResource is not null),
            $"Hyperband needs a smallest step of 1 or more ({MinResource}), a largest of at least that ({MaxResource}), a factor of 2 or more ({ReductionFactor}) and a bootstrap count of 0 or more ({BootstrapCount}); a bootstrap count needs the largest step to be given.");
}
