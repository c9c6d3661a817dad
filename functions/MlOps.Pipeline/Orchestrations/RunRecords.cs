using System.Text.Json.Serialization;
using MlOps.Pipeline.Artifacts;
using MlOps.Pipeline.Drops;
using MlOps.Pipeline.Registry;
using MlOps.Pipeline.Steps.Accumulate;
using MlOps.Pipeline.Steps.Backtest;
using MlOps.Pipeline.Steps.Evaluate;
using MlOps.Pipeline.Steps.Leaderboard;
using MlOps.Pipeline.Steps.Monitor;
using MlOps.Pipeline.Steps.Performance;
using MlOps.Pipeline.Steps.Predict;
using MlOps.Pipeline.Steps.Promote;
using MlOps.Pipeline.Steps.Report.Data;
using MlOps.Pipeline.Steps.Train;
using MlOps.Pipeline.Steps.Validate;
using MlOps.Pipeline.Wording;

namespace MlOps.Pipeline.Orchestrations;

/// <summary>Input of a run.</summary>
/// <param name="Pipeline">Pipeline's name.</param>
/// <param name="Period"><c>initial</c> or <c>yyyyMMdd</c>.</param>
/// <param name="BlobName">Name in the input container.</param>
/// <param name="ETag">ETag of the version that the run is for.</param>
/// <param name="Kind">Why the run was started.</param>
/// <param name="Parent">The run that it repeats, where it repeats one.</param>
/// <param name="TraceParent">W3C trace context of the event; <see langword="null"/> where it had none.</param>
/// <param name="Version">Version of the orchestrations with which the run is begun, set where it is started: <see cref="OrchestrationVersions"/>.</param>
public sealed record RunRequest(
    string Pipeline, string Period, string BlobName, string ETag, RunKind Kind = RunKind.Arrival, string? Parent = null, string? TraceParent = null,
    int? Version = null);

/// <summary>Output of a run.</summary>
/// <param name="RunId">Id of the run.</param>
/// <param name="State">How it ended.</param>
/// <param name="Reason">Why, in a sentence.</param>
public sealed record RunOutcome(string RunId, RunState State, string Reason);

/// <summary>Input of <see cref="AdmitActivity"/>.</summary>
/// <param name="RunId">Id of the run.</param>
/// <param name="Request">The run.</param>
public sealed record AdmitInput(string RunId, RunRequest Request);

/// <summary>What came of the admission.</summary>
/// <param name="State"><see cref="RunState.Active"/> where the run goes on.</param>
/// <param name="Reason">Why it does not.</param>
/// <param name="Sha256">SHA-256 of the bytes, where they were read.</param>
/// <param name="Revision">Revision of the drop; 0 where its bytes were not read.</param>
/// <param name="Wake">Runs that wait and are to look again.</param>
/// <param name="Said">The reason as a code with arguments.</param>
public sealed record AdmitResult(RunState State, string Reason, string? Sha256, int Revision, IReadOnlyList<string> Wake, Sentence? Said = null);

/// <summary>What a run must know of its definition.</summary>
/// <param name="Hash">Hash of the pinned text; <see langword="null"/> where there is no usable definition.</param>
/// <param name="Problem">What is wrong with it; <see langword="null"/> where there is none at all, or a good one.</param>
/// <param name="WaitForInitial">How long a period waits for the history.</param>
/// <param name="Restate">Whether published periods are restated when their history changes.</param>
/// <param name="Model">Parameters of the learner.</param>
/// <param name="Compare">Other learners to compare with.</param>
/// <param name="StepTimeout">How long a step may take, all attempts together; <see langword="null"/> for four hours.</param>
/// <param name="InOrder">Whether a period trains only once every earlier one has published, because what they left decides whether it does.</param>
public sealed record DefinitionFacts(
    string? Hash, string? Problem, TimeSpan WaitForInitial, bool Restate, IReadOnlyDictionary<string, string> Model, IReadOnlyList<string> Compare,
    TimeSpan? StepTimeout = null, bool InOrder = false)
{
    /// <summary>Names of the side tables; <see langword="null"/> for none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Sources { get; init; }

    /// <summary>Those of them whose files of its day a period waits for; <see langword="null"/> for none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Required { get; init; }
}

/// <summary>Input of <see cref="NextTurnActivity"/>.</summary>
/// <param name="RunId">Id of the run.</param>
/// <param name="Pipeline">Pipeline's name.</param>
/// <param name="PreparedHash">Hash of the data that the run has a model for.</param>
/// <param name="Patient">Whether to wait for files that lie in the input container and were not read yet.</param>
/// <param name="InOrder">Whether to wait for the publications of earlier periods before training.</param>
/// <param name="Sources">Side tables; <see langword="null"/> for none.</param>
/// <param name="Required">Those of them whose files the period waits for; <see langword="null"/> for none.</param>
public sealed record NextTurnInput(
    string RunId, string Pipeline, string? PreparedHash, bool Patient, bool InOrder = false,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<string>? Sources = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<string>? Required = null);

/// <summary>A decision and the data that it pins.</summary>
/// <param name="Next">The decision.</param>
/// <param name="Drop">The run's drop.</param>
/// <param name="Initial">The history's first drop, where one is in force.</param>
/// <param name="History">The data to learn from.</param>
public sealed record NextTurnResult(NextTurn Next, PinnedDrop? Drop, PinnedDrop? Initial, IReadOnlyList<PinnedDrop> History);

/// <summary>Input of <see cref="JudgeActivity"/>.</summary>
/// <param name="RunId">Id of the run.</param>
/// <param name="Pipeline">Pipeline's name.</param>
/// <param name="CheckedAgainst">SHA-256 of the history whose schema was used; empty for the history itself.</param>
/// <param name="Result">The verdict.</param>
public sealed record JudgeInput(string RunId, string Pipeline, string CheckedAgainst, ValidateResult Result);

/// <summary>What became of the verdict.</summary>
/// <param name="RejectedFile">Where the refused file, or the rows of an accepted one that could not be used, are kept in the rejected container; <see langword="null"/> where all was used.</param>
/// <param name="Wake">Runs that wait and are to look again.</param>
public sealed record JudgeResult(string? RejectedFile, IReadOnlyList<string> Wake);

/// <summary>A model that a run has trained, and that waits for its turn to be judged and to predict.</summary>
/// <param name="HistoryHash">Hash of the data that it rests on.</param>
/// <param name="Drop">The drop to be predicted.</param>
/// <param name="Initial">The history's first drop.</param>
/// <param name="History">The data that was learnt from.</param>
/// <param name="Steps">How each step came to its result.</param>
/// <param name="Warnings">What the steps found odd.</param>
/// <param name="ScoreFeaturesKey">Key of the drop's features by this model's transform.</param>
/// <param name="Inspect">Faults of the drop's data.</param>
/// <param name="Train">The model.</param>
/// <param name="Evaluate">Its metrics.</param>
/// <param name="Leaderboard">The order of the run's models.</param>
/// <param name="ModelVersion">Its registered version.</param>
/// <param name="Retained">The champion, where no model was trained; the training and metrics are then its own.</param>
/// <param name="Reason">Why a model was trained or not; <see langword="null"/> where every period trains.</param>
public sealed record Trained(
    string HistoryHash,
    PinnedDrop Drop,
    PinnedDrop Initial,
    IReadOnlyList<PinnedDrop> History,
    IReadOnlyList<StepOutcome> Steps,
    IReadOnlyList<Finding> Warnings,
    string ScoreFeaturesKey,
    InspectResult Inspect,
    TrainResult Train,
    EvaluateResult Evaluate,
    LeaderboardResult Leaderboard,
    string ModelVersion,
    PromoteResult? Retained = null,
    string? Reason = null)
{
    /// <summary>What the transform of the run's own model says of the rows to be predicted; <see langword="null"/> where it is among the warnings.</summary>
    public IReadOnlyList<Finding>? OfRows { get; init; }

    /// <summary>Key of the step that joined the history; <see langword="null"/> of a run that was begun by a version that does not say.</summary>
    public string? AccumulateKey { get; init; }

    /// <summary>What backtests inside the history say; <see langword="null"/> where there were none.</summary>
    public RollingBacktest? RollingBacktest { get; init; }
}

/// <summary>Predictions that a run has made in its turn.</summary>
/// <param name="HistoryHash">Hash of the data that they rest on.</param>
/// <param name="Drop">The drop that was predicted.</param>
/// <param name="History">The data that was learnt from.</param>
/// <param name="Steps">How each step came to its result.</param>
/// <param name="Train">The run's own model.</param>
/// <param name="Evaluate">Its metrics.</param>
/// <param name="Leaderboard">The order of the run's models.</param>
/// <param name="Promotion">Which model predicted, and why.</param>
/// <param name="Predict">The predictions.</param>
/// <param name="Monitor">What was watched.</param>
/// <param name="Report">The report; <see langword="null"/> for a run that was begun before there were reports.</param>
/// <param name="Measured">How each set of predictions of the period has turned out; <see langword="null"/> where the drop carries no labels.</param>
/// <param name="TrainedVersion">Version of the run's own model; <see langword="null"/> of a run that was begun by a version that does not say.</param>
/// <param name="Backtest">How each of the period's models has turned out; <see langword="null"/> of a run that was begun by a version that does not measure them.</param>
/// <param name="Expected">What to expect of the predictions; <see langword="null"/> of such a run.</param>
/// <param name="Performance">Whether the period fell short of what was promised; <see langword="null"/> of such a run.</param>
public sealed record Prepared(
    string HistoryHash,
    PinnedDrop Drop,
    IReadOnlyList<PinnedDrop> History,
    IReadOnlyList<StepOutcome> Steps,
    TrainResult Train,
    EvaluateResult Evaluate,
    LeaderboardResult Leaderboard,
    PromoteResult Promotion,
    PredictResult Predict,
    MonitorResult Monitor,
    ReportResult? Report = null,
    IReadOnlyList<RealisedPerformance>? Measured = null,
    string? TrainedVersion = null,
    IReadOnlyList<BacktestRecord>? Backtest = null,
    ExpectedQuality? Expected = null,
    PerformanceVerdict? Performance = null)
{
    /// <summary>What backtests inside the history say; <see langword="null"/> where there were none.</summary>
    public RollingBacktest? RollingBacktest { get; init; }

    /// <summary>Whether the model that predicts is the one that the run trained.</summary>
    public bool PredictsWithItsOwn => TrainedVersion is null ? Promotion.Promoted || Promotion.Champion is null : TrainedVersion == Promotion.Version;
}

/// <summary>Input of <see cref="PublishActivity"/>.</summary>
/// <param name="RunId">Id of the run.</param>
/// <param name="Pipeline">Pipeline's name.</param>
/// <param name="Definition">The pinned definition.</param>
/// <param name="Prepared">The predictions.</param>
/// <param name="Patient">Whether to wait for files that lie in the input container and were not read yet.</param>
/// <param name="TraceParent">W3C trace context of the run.</param>
public sealed record PublishInput(
    string RunId, string Pipeline, DefinitionFacts Definition, Prepared Prepared, bool Patient, string? TraceParent = null);

/// <summary>What came of the attempt to publish.</summary>
/// <param name="Published">Whether the predictions are in the output container; otherwise the run must look again what to do.</param>
/// <param name="Revision">Revision of the predictions.</param>
/// <param name="Outputs">Names of the files in the output container.</param>
/// <param name="Wake">Runs that wait and are to look again.</param>
public sealed record PublishResult(bool Published, int Revision, IReadOnlyList<string> Outputs, IReadOnlyList<string> Wake);

/// <summary>Input of <see cref="EndActivity"/>.</summary>
/// <param name="Document">The run as it ended.</param>
/// <param name="Starved">Whether it only waited too long for something.</param>
/// <param name="Restate">Whether published periods are restated when their history changes.</param>
public sealed record EndInput(RunDocument Document, bool Starved, bool Restate);

/// <summary>What the end of a run set off.</summary>
/// <param name="Started">Runs that were started.</param>
/// <param name="Wake">Runs that wait and are to look again.</param>
/// <param name="DeadLetter">Where the file was put aside, in the rejected container, if it was.</param>
public sealed record EndResult(IReadOnlyList<string> Started, IReadOnlyList<string> Wake, string? DeadLetter);
