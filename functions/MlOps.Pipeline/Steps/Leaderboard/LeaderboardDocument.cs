
namespace MlOps.Pipeline.Steps.Leaderboard;

/// <summary>Every learner that the definition compares, on the same rows: the leaderboard step's output <c>leaderboard.json</c>.</summary>
/// <param name="Metric">Metric that orders the list, on the test rows.</param>
/// <param name="HigherIsBetter">Whether larger values of it are better.</param>
/// <param name="Rows">Test rows.</param>
/// <param name="Entries">Models, best first.</param>
public sealed record LeaderboardDocument(string Metric, bool HigherIsBetter, long Rows, IReadOnlyList<LeaderboardEntry> Entries);

/// <summary>One model of a leaderboard.</summary>
/// <param name="Rank">Place, from 1.</param>
/// <param name="Learner"><c>boosting</c>, <c>random_forest</c>, <c>decision_tree</c>, <c>logistic_regression</c>, <c>linear_svm</c>, <c>gam</c>, <c>lightgbm_mlnet</c>, <c>naive_bayes</c>, <c>rule</c> or <c>trivial</c>.</param>
/// <param name="Value">The metric on the test rows; <see langword="null"/> where it is undefined.</param>
/// <param name="Low">Lower end of its 95 % bootstrap interval.</param>
/// <param name="High">Upper end.</param>
/// <param name="ValidValue">The metric on the valid rows, by which the model to be promoted is chosen.</param>
/// <param name="Metrics">All metrics on the test rows, by name.</param>
/// <param name="MayBePromoted">Whether the definition lets the learner predict in production.</param>
/// <param name="BeatsBaseline">Whether it is better than the trivial model, which predicts every row alike.</param>
/// <param name="Chosen">Whether it is this run's challenger.</param>
public sealed record LeaderboardEntry(
    int Rank,
    string Learner,
    double? Value,
    double? Low,
    double? High,
    double? ValidValue,
    IReadOnlyDictionary<string, double> Metrics,
    bool MayBePromoted,
    bool BeatsBaseline,
    bool Chosen);
