using MlOps.Pipeline.Artifacts;
using MlOps.Pipeline.Definitions;
using MlOps.Pipeline.Registry;
using MlOps.Pipeline.Steps.Accumulate;
using MlOps.Pipeline.Steps.Backtest;
using MlOps.Pipeline.Steps.Compare;
using MlOps.Pipeline.Steps.Explain;
using MlOps.Pipeline.Steps.Leaderboard;
using MlOps.Pipeline.Steps.Monitor;
using MlOps.Pipeline.Wording;
using MlOps.Tuning;

namespace MlOps.Pipeline.Steps.Report.Data;

/// <summary>Everything that a report shows; from it the page is a pure function.</summary>
internal sealed record ReportData
{
    public required string Pipeline { get; init; }

    public required string Period { get; init; }

    /// <summary>Language of the page: <see cref="Sentences.English"/> or <see cref="Sentences.Japanese"/>.</summary>
    public string Language { get; init; } = Sentences.English;

    public required PipelineDefinition Definition { get; init; }

    public required PinnedDrop Drop { get; init; }

    public required IReadOnlyList<PinnedDrop> History { get; init; }

    /// <summary>The model that predicted.</summary>
    public required ModelVersion Model { get; init; }

    /// <summary>The run's own model; the same as <see cref="Model"/> where it was promoted.</summary>
    public required ModelVersion Challenger { get; init; }

    /// <summary>The champion before; <see langword="null"/> where there was none.</summary>
    public required string? Champion { get; init; }

    public required bool Promoted { get; init; }

    /// <summary>Whether no model was trained in this period: the champion stands for the run's own.</summary>
    public bool IsRetained => !Promoted && Challenger.Version == Champion;

    /// <summary>Whether a champion of before predicts again in place of the one that the run met.</summary>
    public bool IsBroughtBack => !Promoted && Champion is not null && Model.Version != Champion;

    public required CompareResult Verdict { get; init; }

    /// <summary>Published scores, row by row, one a class for several classes.</summary>
    public required double[] Scores { get; init; }

    /// <summary>Labels of the drop; empty where it carries none, NaN where a row has none.</summary>
    public double[] DropLabels { get; init; } = [];

    public IReadOnlyDictionary<string, double> DropMetrics { get; init; } = new Dictionary<string, double>();

    /// <summary>Labels of the test rows of the run's history.</summary>
    public required double[] TestLabels { get; init; }

    /// <summary>Scores of the predicting model on those rows.</summary>
    public required double[] TestScores { get; init; }

    /// <summary>
    /// Metrics of the predicting model on those rows: every figure and curve "on the test rows" is of the same rows, also where an earlier model predicts, which was
    /// measured on fewer when it was trained.
    /// </summary>
    public required IReadOnlyDictionary<string, double> TestMetrics { get; init; }

    /// <summary>Whether the model that predicts was trained in an earlier period's run.</summary>
    public bool IsEarlier => Model.Version != Challenger.Version;

    /// <summary>Scores of the other model of the comparison on those rows; empty where there is none.</summary>
    public double[] OtherScores { get; init; } = [];

    /// <summary>Whether the other model is the champion of before; else it is the challenger.</summary>
    public bool OtherIsFormer { get; init; }

    public required Explanation Explanation { get; init; }

    /// <summary>How the predictions of this and earlier periods have turned out, in period order.</summary>
    public IReadOnlyList<RealisedPerformance> Performance { get; init; } = [];

    /// <summary>What to expect of the predictions, beside the figures of <see cref="TestMetrics"/>; <see langword="null"/> where nobody asked.</summary>
    public ExpectedQuality? Expected { get; init; }

    /// <summary>What backtests inside the history of the predicting model say; <see langword="null"/> where there were none.</summary>
    public RollingBacktest? RollingBacktest { get; init; }

    public IReadOnlyList<TrialRecord> Trials { get; init; } = [];

    public IReadOnlyList<Finding> Warnings { get; init; } = [];

    /// <summary>What was watched; <see langword="null"/> where nothing was.</summary>
    public MonitorDocument? Monitor { get; init; }

    /// <summary>The learners side by side; <see langword="null"/> where the definition compares none.</summary>
    public LeaderboardDocument? Leaderboard { get; init; }

    /// <summary>Pictures of the period; <see langword="null"/> where its rows are none.</summary>
    public ReportPictures? Pictures { get; init; }

    public required long HistoryRows { get; init; }

    public TaskKind Task => Definition.Task;

    public IReadOnlyList<string> Classes => Model.Classes;

    /// <summary>Name of the positive class.</summary>
    public string Positive => Classes.Count == 2 ? Classes[1] : "1";

    /// <summary>Scores of a row: the number of classes, or 1.</summary>
    public int Width => Task == TaskKind.Multiclass ? Classes.Count : 1;

    public int Rows => Scores.Length / Width;
}
