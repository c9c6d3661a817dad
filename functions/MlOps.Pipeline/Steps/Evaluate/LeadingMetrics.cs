using System.Globalization;
using MlOps.Evaluation.Intervals;
using MlOps.Pipeline.Definitions;

namespace MlOps.Pipeline.Steps.Evaluate;

/// <summary>The few metrics of each task that people are told first, and those of the gate.</summary>
internal static class LeadingMetrics
{
    private static readonly (string Name, string Words, PeriodScale Scale, bool HigherIsBetter)[] All =
    [
        ("auc", "AUC", PeriodScale.LogOdds, true), ("binary_logloss", "Log loss", PeriodScale.Logarithm, false),
        ("rmse", "RMSE", PeriodScale.Logarithm, false), ("r2", "R²", PeriodScale.Unexplained, true),
        ("accuracy", "Accuracy", PeriodScale.LogOdds, true), ("multi_logloss", "Log loss", PeriodScale.Logarithm, false),
        ("l2", "Mean squared error", PeriodScale.Logarithm, false), ("l1", "Mean absolute error", PeriodScale.Logarithm, false),
    ];

    /// <summary>Those of a task, the first first.</summary>
    public static IReadOnlyList<(string Name, string Words, PeriodScale Scale, bool HigherIsBetter)> Of(TaskKind task) => task switch
    {
        TaskKind.Binary => All[..2],
        TaskKind.Regression => All[2..4],
        _ => All[4..6],
    };

    /// <summary>Whether it is one of them.</summary>
    public static bool IsLeading(string name) => All.Any(m => m.Name == name);

    /// <summary>What a metric is called.</summary>
    public static string Words(string name) => All.First(m => m.Name == name).Words;

    /// <summary>Scale on which a metric's figures of several periods are compared.</summary>
    public static PeriodScale ScaleOf(string name) => All.First(m => m.Name == name).Scale;

    /// <summary>A figure as people read it: four digits or so.</summary>
    public static string Spell(double value) => value.ToString(
        Math.Abs(value) switch { >= 1000 => "#,##0", >= 100 => "0.#", >= 10 => "0.##", >= 1 => "0.###", _ => "0.####" }, CultureInfo.InvariantCulture);

    /// <summary>Which way it is better.</summary>
    public static bool IsHigherBetter(string name) => All.First(m => m.Name == name).HigherIsBetter;
}
