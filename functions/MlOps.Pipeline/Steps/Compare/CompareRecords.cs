using MlOps.Pipeline.Definitions;

namespace MlOps.Pipeline.Steps.Compare;

/// <summary>Asks how a new model does against the champion and the trivial baseline, on the test rows of the new model's history.</summary>
/// <param name="RunId">Run that asks; not part of the step's key.</param>
/// <param name="Pipeline">Pipeline's name.</param>
/// <param name="DefinitionHash">Pinned definition.</param>
/// <param name="Challenger">Version of the new model.</param>
/// <param name="Champion">Version of the champion; <see langword="null"/> where there is none.</param>
public sealed record CompareInput(string RunId, string Pipeline, string DefinitionHash, string Challenger, string? Champion);

/// <summary>The evidence for or against a promotion; stored as the step's output <c>verdict.json</c>.</summary>
/// <param name="Promote">Whether the rule lets the new model become the champion.</param>
/// <param name="Reason">Why, in a sentence.</param>
/// <param name="Rule">The definition's rule.</param>
/// <param name="Metric">Metric that was compared.</param>
/// <param name="Rows">Test rows.</param>
/// <param name="Challenger">The new model's metric; <see langword="null"/> where the test rows cannot give one.</param>
/// <param name="Champion">The champion's, where there is one.</param>
/// <param name="Baseline">That of the same prediction for every row: the training part's mean, or its class shares.</param>
/// <param name="Improvement">How much better the new model is than the champion; negative where it is worse.</param>
/// <param name="Lower">2.5 % quantile of the improvement over the resamples.</param>
/// <param name="Upper">97.5 % quantile.</param>
/// <param name="Confidence">Share of the resamples with an improvement above the margin.</param>
/// <param name="Guards">What each guard of the definition has measured; <see langword="null"/> without guards.</param>
public sealed record CompareResult(
    bool Promote,
    string Reason,
    PromoteRule Rule,
    string Metric,
    long Rows,
    double? Challenger,
    double? Champion,
    double? Baseline,
    double? Improvement,
    double? Lower,
    double? Upper,
    double? Confidence,
    IReadOnlyList<GuardFinding>? Guards = null) : StepResult;

/// <summary>What a guard has measured.</summary>
/// <param name="Guard"><c>fairness</c>, <c>fairness_worsening</c>, <c>calibration</c>, <c>brier</c> or <c>latency</c>.</param>
/// <param name="Subject">What was measured, for people.</param>
/// <param name="Challenger">The new model's value.</param>
/// <param name="Champion">The champion's, where the guard compares; a guard that compares passes without one.</param>
/// <param name="Limit">The definition's limit.</param>
/// <param name="Passed">Whether the promotion may go on.</param>
public sealed record GuardFinding(string Guard, string Subject, double Challenger, double? Champion, double Limit, bool Passed)
{
    /// <summary>Why it vetoes, in a sentence.</summary>
    internal string Veto() => string.Create(System.Globalization.CultureInfo.InvariantCulture,
        $"the guard '{Guard}' vetoes it: {Subject} is {Challenger:0.####}{(Champion is { } champion ? $" against the champion's {champion:0.####}, and may be {Limit:0.####} more" : $", and may be {Limit:0.####}")}");
}
