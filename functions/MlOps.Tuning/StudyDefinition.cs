using System.Text.Json.Serialization;

namespace MlOps.Tuning;

/// <summary>
/// Everything that decides which trials a study makes: two studies with equal definitions and equal results suggest the
/// same parameters, to the bit. Made to be written as JSON.
/// </summary>
public sealed record StudyDefinition
{
    /// <summary>The parameters to search.</summary>
    [JsonPropertyName("space")]
    public required SearchSpace Space { get; init; }

    /// <summary>Name of the study. Hyperband spreads trials over brackets by it.</summary>
    [JsonPropertyName("name")]
    public string Name { get; init; } = "study";

    /// <summary>Whether smaller or larger values of the objective are better.</summary>
    [JsonPropertyName("direction")]
    public Direction Direction { get; init; }

    /// <summary>Seed of all random numbers.</summary>
    [JsonPropertyName("seed")]
    public ulong Seed { get; init; }

    /// <summary>How many trials run at once, 1 or more. Suggestions depend on the results of earlier waves only.</summary>
    [JsonPropertyName("waveSize")]
    public int WaveSize { get; init; } = 1;

    /// <summary>How parameters are suggested.</summary>
    [JsonPropertyName("sampler")]
    public SamplerSettings Sampler { get; init; } = new TpeSettings();

    /// <summary>When trials are stopped early; null never stops one.</summary>
    [JsonPropertyName("pruner")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public PrunerSettings? Pruner { get; init; }

    /// <summary>When no further wave is begun.</summary>
    [JsonPropertyName("budget")]
    public StudyBudget Budget { get; init; } = new();

    /// <summary>Parameters to try first, in this order, before the sampler is asked; a parameter that a set leaves out is suggested. They may lie outside the space (a library's defaults, say).</summary>
    [JsonPropertyName("initial")]
    public IReadOnlyList<ParameterSet> Initial { get; init; } = [];

    /// <summary>Checks what types cannot say.</summary>
    /// <exception cref="ArgumentException">The wave size or a limit of the budget is below 1, or an initial set names a parameter that is not in the space.</exception>
    internal void Check()
    {
        if (WaveSize < 1)
        {
            throw new ArgumentException($"The wave size is {WaveSize}; it must be 1 or more.");
        }

        if (Budget.Trials < 1 || Budget.Work < 1 || Budget.Time <= TimeSpan.Zero)
        {
            throw new ArgumentException($"The limits of a budget must be above 0: trials {Budget.Trials}, work {Budget.Work}, time {Budget.Time}.");
        }

        foreach (var (name, _) in Initial.SelectMany(set => set))
        {
            if (Space.Find(name) is null)
            {
                throw new ArgumentException($"An initial set names the parameter {name}, which is not in the search space ({string.Join(", ", Space.Parameters.Select(p => p.Name))}).");
            }
        }

        Sampler.Check(Space);
        Pruner?.Check();
    }
}

/// <summary>When no further wave is begun. What is left null is not limited; a wave that has begun is always finished.</summary>
public sealed record StudyBudget
{
    /// <summary>Number of trials, in whatever state they end.</summary>
    [JsonPropertyName("trials")]
    public int? Trials { get; init; }

    /// <summary>Work of the trials of finished waves, in the unit in which trials report it. The same on fast and slow machines.</summary>
    [JsonPropertyName("work")]
    public long? Work { get; init; }

    /// <summary>Time since the study began. It is the caller who measures and records it, so that a replay stops at the same wave.</summary>
    [JsonPropertyName("time")]
    public TimeSpan? Time { get; init; }
}
