using System.Text.Json.Serialization;

namespace MlOps.Tuning;

/// <summary>Where a trial stands.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<TrialState>))]
public enum TrialState
{
    /// <summary>Suggested, no result yet.</summary>
    [JsonStringEnumMemberName("RUNNING")]
    Running,

    /// <summary>Ended with a value.</summary>
    [JsonStringEnumMemberName("COMPLETE")]
    Complete,

    /// <summary>Stopped early by a pruner; its intermediate values still tell the sampler something.</summary>
    [JsonStringEnumMemberName("PRUNED")]
    Pruned,

    /// <summary>Ended without a usable value; samplers and pruners ignore it.</summary>
    [JsonStringEnumMemberName("FAIL")]
    Fail,
}

/// <summary>Whether smaller or larger values of the objective are better.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Direction>))]
public enum Direction
{
    /// <summary>Smaller is better.</summary>
    [JsonStringEnumMemberName("minimize")]
    Minimize,

    /// <summary>Larger is better.</summary>
    [JsonStringEnumMemberName("maximize")]
    Maximize,
}
