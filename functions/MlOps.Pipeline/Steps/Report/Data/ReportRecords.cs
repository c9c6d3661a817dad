using MlOps.Pipeline.Artifacts;
using MlOps.Pipeline.Registry;
using MlOps.Pipeline.Steps.Backtest;
using MlOps.Pipeline.Steps.Promote;
using MlOps.Tuning;

namespace MlOps.Pipeline.Steps.Report.Data;

/// <summary>Asks for the report of a period.</summary>
/// <param name="RunId">Run that asks; not part of the step's key, and not on the page.</param>
/// <param name="Pipeline">Pipeline's name.</param>
/// <param name="DefinitionHash">Pinned definition.</param>
/// <param name="Drop">The drop that was predicted.</param>
/// <param name="History">Drops that the run's own model learned from.</param>
/// <param name="Challenger">Version of the run's own model.</param>
/// <param name="Promotion">Which model predicted, and why.</param>
/// <param name="FeaturizeKey">Key of the drop's features by the predicting model's transform; holds its labels, where it has any.</param>
/// <param name="PredictKey">Key of the predict step.</param>
/// <param name="ExplainKey">Key of the explain step.</param>
/// <param name="Metrics">Metrics of the published scores against the labels in the drop itself; empty where it carries none.</param>
/// <param name="Trials">Trials of the search for parameters, in order.</param>
/// <param name="Warnings">What the steps found odd.</param>
/// <param name="MonitorKey">Key of the monitor step; <see langword="null"/> without one.</param>
/// <param name="LeaderboardKey">Key of the leaderboard step; <see langword="null"/> without one.</param>
/// <param name="Performance">How the predictions of this and earlier periods have turned out, in period order; <see langword="null"/> where nobody asked.</param>
/// <param name="Expected">What to expect of the predictions; <see langword="null"/> where nobody asked.</param>
public sealed record ReportInput(
    string RunId,
    string Pipeline,
    string DefinitionHash,
    PinnedDrop Drop,
    IReadOnlyList<PinnedDrop> History,
    string Challenger,
    PromoteResult Promotion,
    string FeaturizeKey,
    string PredictKey,
    string ExplainKey,
    IReadOnlyDictionary<string, double> Metrics,
    IReadOnlyList<TrialRecord> Trials,
    IReadOnlyList<Finding> Warnings,
    string? MonitorKey = null,
    string? LeaderboardKey = null,
    IReadOnlyList<RealisedPerformance>? Performance = null,
    ExpectedQuality? Expected = null);

/// <summary>A report; the page is the step's output <c>report.html</c>.</summary>
/// <param name="ReportSha256">SHA-256 of the page as the step made it, before the run's own facts are put in.</param>
/// <param name="Length">Its length in bytes.</param>
public sealed record ReportResult(string ReportSha256, long Length) : StepResult;
