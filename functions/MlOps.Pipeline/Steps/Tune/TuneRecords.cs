using MlOps.Pipeline.Wording;
using MlOps.Tuning;

namespace MlOps.Pipeline.Steps.Tune;

/// <summary>Asks for the next wave of trials.</summary>
/// <param name="RunId">Run that asks.</param>
/// <param name="Pipeline">Pipeline's name.</param>
/// <param name="DefinitionHash">Pinned definition.</param>
/// <param name="Trials">All trials so far, each finished.</param>
/// <param name="Seconds">Time since the search began, by the orchestration's clock, which a replay repeats.</param>
public sealed record TuneInput(string RunId, string Pipeline, string DefinitionHash, IReadOnlyList<TrialRecord> Trials, double Seconds = 0);

/// <summary>What to try next.</summary>
/// <param name="Wave">Trials to run now, all at the same time if there is room; empty when the search is over or the definition has none.</param>
/// <param name="Parameters">Parameters of each trial of the wave, in the same order, as the train step takes them.</param>
/// <param name="Best">The best trial so far; <see langword="null"/> where none has ended.</param>
/// <param name="BestParameters">Its parameters.</param>
/// <param name="Stop">Why the search is over.</param>
/// <param name="Prunes">Whether the trials are to be judged while they run.</param>
/// <param name="Others">Parameters of the next best trials, best first, for a model that is the mean of several.</param>
/// <param name="Planned">Trials that the definition asks for; a budget may end the search before.</param>
public sealed record TuneResult(
    IReadOnlyList<TrialRecord> Wave,
    IReadOnlyList<IReadOnlyDictionary<string, string>> Parameters,
    TrialRecord? Best,
    IReadOnlyDictionary<string, string>? BestParameters,
    string? Stop,
    bool Prunes = false,
    IReadOnlyList<IReadOnlyDictionary<string, string>>? Others = null,
    int? Planned = null)
{
    /// <summary>Why the search is over, as a sentence; <see langword="null"/> while it is not.</summary>
    public Sentence? Said { get; init; }
}
