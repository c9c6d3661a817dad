using MlOps.Pipeline.Artifacts;

namespace MlOps.Pipeline.Steps.Leaderboard;

/// <summary>Asks for a simple model to hold the boosted one against.</summary>
/// <param name="RunId">Run that asks; not part of the step's key.</param>
/// <param name="Pipeline">Pipeline's name.</param>
/// <param name="DefinitionHash">Pinned definition.</param>
/// <param name="AccumulateKey">Key of the accumulate step.</param>
/// <param name="FeaturizeKey">Key of featurize(train).</param>
/// <param name="Learner"><c>naive_bayes</c> or <c>rule</c>.</param>
public sealed record BaselineInput(
    string RunId, string Pipeline, string DefinitionHash, string AccumulateKey, string FeaturizeKey, string Learner);

/// <summary>A simple model; its scores are the step's outputs <c>valid.bin</c> and <c>test.bin</c>.</summary>
/// <param name="Learner">Name of the learner.</param>
public sealed record BaselineResult(string Learner) : StepResult;

/// <summary>A model that takes part in a comparison.</summary>
/// <param name="Learner">Name of the learner.</param>
/// <param name="TrainKey">Key of its train step, where its model may be promoted.</param>
/// <param name="BaselineKey">Key of its baseline step otherwise.</param>
public sealed record Contender(string Learner, string? TrainKey, string? BaselineKey);

/// <summary>Asks for the order of models on the same rows.</summary>
/// <param name="RunId">Run that asks; not part of the step's key.</param>
/// <param name="Pipeline">Pipeline's name.</param>
/// <param name="DefinitionHash">Pinned definition.</param>
/// <param name="AccumulateKey">Key of the accumulate step.</param>
/// <param name="EvaluateKey">Key of the boosted model's evaluate step, which holds the threshold.</param>
/// <param name="Contenders">Models; the boosted one is among them.</param>
public sealed record LeaderboardInput(
    string RunId, string Pipeline, string DefinitionHash, string AccumulateKey, string EvaluateKey, IReadOnlyList<Contender> Contenders);

/// <summary>The order, in short; all metrics are in the step's output <c>leaderboard.json</c>.</summary>
/// <param name="Challenger">The learner whose model is to be judged by the gate: the best on the valid rows of those that may be promoted.</param>
/// <param name="Metric">Metric that orders the list.</param>
/// <param name="HigherIsBetter">Whether larger values of it are better.</param>
/// <param name="Entries">Models, best first, without the other metrics.</param>
/// <param name="Rows">Test rows that all of them were measured on; 0 of a result that an earlier version has made.</param>
public sealed record LeaderboardResult(
    string Challenger, string Metric, bool HigherIsBetter, IReadOnlyList<LeaderboardEntry> Entries, long Rows = 0) : StepResult;
