using MlOps.Pipeline.Wording;
using MlOps.Storage;

namespace MlOps.Pipeline.Artifacts;

/// <summary>How a step came to its result.</summary>
/// <param name="Name">Name of the step, such as <c>train</c>.</param>
/// <param name="Key">Content key: the outputs are under <c>artifacts/{pipeline}/steps/{key}/</c>.</param>
/// <param name="Skipped">Whether the result was there already.</param>
/// <param name="Reason">Why it ran or was skipped, in a sentence.</param>
/// <param name="Seconds">Time that the step took this time, in seconds.</param>
/// <param name="StartedAt">When it began this time.</param>
public sealed record StepOutcome(string Name, string Key, bool Skipped, string Reason, double Seconds, DateTimeOffset? StartedAt = null)
{
    /// <summary>What it took from the storage account this time; <see langword="null"/> for steps of before it was counted.</summary>
    public StorageUsage? Usage { get; init; }

    /// <summary>The reason as a sentence; <see langword="null"/> for steps of before it was one.</summary>
    public Sentence? Said { get; init; }
}

/// <summary>What every step's result has.</summary>
public abstract record StepResult
{
    /// <summary>How the step came to this result; filled in by the step runner, not part of the stored result.</summary>
    public StepOutcome? Step { get; init; }

    /// <summary>Content key of the step, the reference that later steps take.</summary>
    /// <exception cref="InvalidOperationException">The result did not come from the step runner.</exception>
    public string RequireKey() => Step?.Key ?? throw new InvalidOperationException("The result has no step key: it did not come from the step runner.");
}
