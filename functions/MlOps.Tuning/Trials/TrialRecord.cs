using System.Text.Json.Serialization;

namespace MlOps.Tuning;

/// <summary>
/// All that a study keeps of one trial: a value without behaviour, made to travel as JSON between an orchestrator and its
/// activities and into <c>trials.json</c>.
/// </summary>
public sealed record TrialRecord
{
    /// <summary>Position in the study, from 0.</summary>
    [JsonPropertyName("number")]
    public required int Number { get; init; }

    /// <summary>The wave in which it was suggested, from 0. Suggestions depend on the results of earlier waves only.</summary>
    [JsonPropertyName("wave")]
    public required int Wave { get; init; }

    /// <summary>Where it stands.</summary>
    [JsonPropertyName("state")]
    public TrialState State { get; init; }

    /// <summary>Its parameters.</summary>
    [JsonPropertyName("parameters")]
    public required ParameterSet Parameters { get; init; }

    /// <summary>The objective's value; null unless the trial is complete.</summary>
    [JsonPropertyName("value")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? Value { get; init; }

    /// <summary>Intermediate values by step (for boosting: the metric on valid by iteration). May be NaN.</summary>
    [JsonPropertyName("intermediate")]
    [JsonNumberHandling(JsonNumberHandling.AllowNamedFloatingPointLiterals)]
    public SortedDictionary<int, double> Intermediate { get; init; } = [];

    /// <summary>Values with which a successive-halving pruner let the trial take each rung, by rung.</summary>
    [JsonPropertyName("rungs")]
    public SortedDictionary<int, double> Rungs { get; init; } = [];

    /// <summary>Work done, in the caller's unit (for boosting: rows x rounds x leaves). Budgets count it, so that fast and slow machines stop at the same trial.</summary>
    [JsonPropertyName("work")]
    public long Work { get; init; }

    /// <summary>Why the trial failed, for people; null otherwise.</summary>
    [JsonPropertyName("failure")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Failure { get; init; }

    /// <summary>Whether it has ended with something for a sampler to learn from (complete or pruned).</summary>
    [JsonIgnore]
    public bool IsFinished => State is TrialState.Complete or TrialState.Pruned;

    /// <summary>The largest step with an intermediate value, or null.</summary>
    [JsonIgnore]
    public int? LastStep => Intermediate.Count == 0 ? null : Intermediate.Keys.Last();

    /// <summary>The trial as it was when suggested: running, with its parameters and nothing else.</summary>
    internal TrialRecord AsSuggested() => new() { Number = Number, Wave = Wave, Parameters = Parameters };
}
