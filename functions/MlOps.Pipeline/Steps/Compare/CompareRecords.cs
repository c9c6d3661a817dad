using System.Text.Json.Serialization;
using MlOps.Pipeline.Artifacts;
using MlOps.Pipeline.Definitions;
using MlOps.Pipeline.Registry;
using MlOps.Pipeline.Wording;

namespace MlOps.Pipeline.Steps.Compare;

/// <summary>Asks how a new model does against the champion and the trivial baseline, on the test rows of the new model's history.</summary>
/// <param name="RunId">Run that asks; not part of the step's key.</param>
/// <param name="Pipeline">Pipeline's name.</param>
/// <param name="DefinitionHash">Pinned definition.</param>
/// <param name="Challenger">Version of the new model.</param>
/// <param name="Champion">Version of the champion; <see langword="null"/> where there is none.</param>
/// <param name="Record">Decisions of earlier periods, in period order.</param>
/// <param name="Measured">How the models of earlier periods turned out, in period order; <see langword="null"/> where nothing is known.</param>
/// <param name="Champions">Versions of the champions of the last decisions, to which the rule <c>measured</c> may go back.</param>
public sealed record CompareInput(
    string RunId, string Pipeline, string DefinitionHash, string Challenger, string? Champion, IReadOnlyList<PastDecision>? Record = null,
    IReadOnlyList<BacktestRecord>? Measured = null, IReadOnlyList<string>? Champions = null);

/// <summary>A challenger of an earlier period and the champion that it met.</summary>
/// <param name="Period">Period whose run decided; neither had learned from it.</param>
/// <param name="Challenger">Version of the challenger.</param>
/// <param name="Champion">Version of the champion before the decision.</param>
public sealed record PastDecision(string Period, string Challenger, string Champion);

/// <summary>The evidence for or against a promotion; stored as the step's output <c>verdict.json</c>.</summary>
/// <param name="Promote">Whether the rule lets the new model become the champion.</param>
/// <param name="Reason">Why, in a sentence.</param>
/// <param name="Rule">The definition's rule.</param>
/// <param name="Metric">Metric that was compared.</param>
/// <param name="Rows">Test rows; the metrics of the models and the baseline are of all of them.</param>
/// <param name="Challenger">The new model's metric; <see langword="null"/> where the test rows cannot give one.</param>
/// <param name="Champion">The champion's, where there is one.</param>
/// <param name="Baseline">That of the same prediction for every row: the training part's mean, or its class shares.</param>
/// <param name="Improvement">How much better the new model is than the champion on the rows of the evidence; negative where it is worse.</param>
/// <param name="Lower">2.5 % quantile of the improvement over the resamples.</param>
/// <param name="Upper">97.5 % quantile.</param>
/// <param name="Confidence">Share of the resamples with an improvement above the margin.</param>
/// <param name="Guards">What each guard of the definition has measured; <see langword="null"/> without guards.</param>
/// <param name="Method">How improvement, interval and confidence were found.</param>
/// <param name="EvidenceRows">Test rows that were resampled.</param>
/// <param name="EvidencePeriods">Their periods, from which the champion has not learned; <see langword="null"/> where all test rows were resampled.</param>
/// <param name="Record">How challengers of earlier periods turned out; <see langword="null"/> where none is known or asked for.</param>
/// <param name="Said">The reason as sentences with arguments, one after the other; <see langword="null"/> where it is worded in English alone.</param>
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
    IReadOnlyList<GuardFinding>? Guards = null,
    string? Method = null,
    long? EvidenceRows = null,
    IReadOnlyList<string>? EvidencePeriods = null,
    RecordFinding? Record = null,
    IReadOnlyList<Sentence>? Said = null) : StepResult
{
    /// <summary>What measured periods say of taking the new model or keeping one of before; <see langword="null"/> where they were not asked or none is measured.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ProceedingFinding? Proceeding { get; init; }

    /// <summary>The method as a code with arguments; <see langword="null"/> in verdicts of before it was one.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Sentence? MethodSaid { get; init; }

    /// <summary>The result with its reason.</summary>
    /// <param name="promote">Whether the rule lets the new model become the champion.</param>
    /// <param name="reason">Why, sentence after sentence.</param>
    internal CompareResult Because(bool promote, params IReadOnlyList<Sentence> reason) =>
        this with { Promote = promote, Reason = string.Concat(reason), Said = reason };

    /// <summary>The reason as the argument of a sentence: a sentence where it is worded in both languages, else its English text.</summary>
    internal object Told => Said is { Count: > 0 } said ? Sentences.Join(said) : Reason;
}

/// <summary>What an earlier challenger was worth in the period that came after it was trained.</summary>
/// <param name="Period">That period.</param>
/// <param name="Challenger">Version of the challenger.</param>
/// <param name="Champion">Version of the champion that it met.</param>
/// <param name="Rows">Labelled rows of the period.</param>
/// <param name="Improvement">How much better it was than that champion; negative where it was worse.</param>
/// <param name="Weight">How much the period counts: 1 for the latest.</param>
public sealed record PastGain(string Period, string Challenger, string Champion, long Rows, double Improvement, double Weight);

/// <summary>What the earlier challengers say about training again.</summary>
/// <param name="Periods">Gains by period, in order; each period is one cluster.</param>
/// <param name="Improvement">Their weighted mean.</param>
/// <param name="Harm">Share of all resamples of the periods in which that mean is negative.</param>
/// <param name="Limit">The definition's limit of that share.</param>
/// <param name="Passed">Whether the promotion may go on.</param>
public sealed record RecordFinding(IReadOnlyList<PastGain> Periods, double Improvement, double Harm, double Limit, bool Passed);

/// <summary>What a guard has measured.</summary>
/// <param name="Guard"><c>fairness</c>, <c>fairness_worsening</c>, <c>calibration</c>, <c>brier</c> or <c>latency</c>.</param>
/// <param name="Subject">What was measured, for people.</param>
/// <param name="Challenger">The new model's value.</param>
/// <param name="Champion">The champion's, where the guard compares; a guard that compares passes without one.</param>
/// <param name="Limit">The definition's limit.</param>
/// <param name="Passed">Whether the promotion may go on.</param>
public sealed record GuardFinding(string Guard, string Subject, double Challenger, double? Champion, double Limit, bool Passed)
{
    /// <summary>A finding whose subject is a sentence.</summary>
    internal static GuardFinding Of(string guard, Sentence subject, double challenger, double? champion, double limit, bool passed) =>
        new(guard, subject.ToString(), challenger, champion, limit, passed) { Said = subject };

    /// <summary>What was measured, as a code with arguments.</summary>
    public Sentence? Said { get; init; }

    /// <summary>Why it vetoes.</summary>
    internal Sentence Veto()
    {
        object subject = (object?)Said ?? Subject;
        return Champion is { } champion
            ? Sentence.Of("guard-veto-champion", ("guard", Guard), ("subject", subject), ("value", Spell(Challenger)), ("champion", Spell(champion)), ("limit", Spell(Limit)))
            : Sentence.Of("guard-veto", ("guard", Guard), ("subject", subject), ("value", Spell(Challenger)), ("limit", Spell(Limit)));

        static string Spell(double value) => value.ToString("0.####", System.Globalization.CultureInfo.InvariantCulture);
    }
}
