using MlOps.Pipeline.Artifacts;
using MlOps.Tuning;

namespace MlOps.Pipeline.Steps.Train;

/// <summary>Asks for a model.</summary>
/// <param name="RunId">Run that asks; not part of the step's key.</param>
/// <param name="Pipeline">Pipeline's name.</param>
/// <param name="DefinitionHash">Pinned definition.</param>
/// <param name="FeaturizeKey">Key of featurize(train).</param>
/// <param name="Parameters">Parameters of a trial, which replace those of the definition; <see langword="null"/> for the definition's own.</param>
/// <param name="Learner">A learner of its own with fixed parameters, such as <c>random_forest</c>; <see langword="null"/> for the definition's.</param>
/// <param name="Trial">Whether the parameters are only to be judged: there is no model then.</param>
/// <param name="Others">Parameters of the next best trials: where the definition or few rows ask for it, the model is the mean of theirs and the best's.</param>
/// <param name="Pruning">Of a trial that may be stopped early: the trials that it is held against; <see langword="null"/> runs it to its end.</param>
public sealed record TrainInput(
    string RunId, string Pipeline, string DefinitionHash, string FeaturizeKey, IReadOnlyDictionary<string, string>? Parameters = null, string? Learner = null,
    bool Trial = false, IReadOnlyList<IReadOnlyDictionary<string, string>>? Others = null, Pruning? Pruning = null);

/// <summary>What a pruner needs to know.</summary>
/// <param name="Trial">The trial as planned.</param>
/// <param name="Earlier">All trials of earlier waves.</param>
public sealed record Pruning(TrialRecord Trial, IReadOnlyList<TrialRecord> Earlier);

/// <summary>A trained model; the file is the step's output <c>model.txt</c>.</summary>
/// <param name="ModelSha256">SHA-256 of <c>model.txt</c>; empty of a trial, which keeps no model.</param>
/// <param name="Iterations">Boosting rounds that were measured on rows that were not learned from.</param>
/// <param name="BestIteration">Of a trial the rounds that were best on those rows; of a model its rounds.</param>
/// <param name="Trees">Trees in the model.</param>
/// <param name="Metric">Name of the metric that those rows were measured with.</param>
/// <param name="ValidScore">Its best value, that of the kept rounds.</param>
/// <param name="HigherIsBetter">Whether larger values of the metric are better.</param>
/// <param name="Work">Work done, in rows x rounds x leaves: the same on slow and fast machines.</param>
/// <param name="Parameters">Parameters of the learner, as trained with.</param>
/// <param name="IsPruned">Whether a pruner stopped the trial: its score is that of a beginning.</param>
/// <param name="Reported">The trial with its values on the way, where a pruner judged it.</param>
public sealed record TrainResult(
    string ModelSha256,
    int Iterations,
    int BestIteration,
    int Trees,
    string Metric,
    double ValidScore,
    bool HigherIsBetter,
    long Work,
    IReadOnlyDictionary<string, string> Parameters,
    bool IsPruned = false,
    TrialRecord? Reported = null) : StepResult;
