using System.Text.Json.Serialization;
using MlOps.Pipeline.Steps.Incidents;
using MlOps.Pipeline.Wording;

namespace MlOps.Pipeline.Steps.Monitor;

/// <summary>What was watched in a period: the monitor step's output <c>monitor.json</c>.</summary>
/// <param name="Period">Period that was predicted.</param>
/// <param name="ReferencePeriods">Periods whose train rows are the reference: what the model that predicts has learned from.</param>
/// <param name="ReferenceRows">Rows of the reference.</param>
/// <param name="CurrentRows">Rows of the period.</param>
/// <param name="Level">Chance of any false alarm over all tests of the period together.</param>
/// <param name="Tests">Number of tests that share that level.</param>
/// <param name="Correction">How the p values were adjusted for their number.</param>
/// <param name="HasDrift">Whether any column or the scores have drifted.</param>
/// <param name="Columns">Every used column, the largest effect on the model first.</param>
/// <param name="Scores">The scores, one entry (one a class with several classes), against those of the model's test rows.</param>
/// <param name="Incidents">Faults of the data, which are no drift.</param>
/// <param name="Fairness">Groups, one entry for each column that the definition names.</param>
/// <param name="Estimated">What the metrics will be once labels are there.</param>
/// <param name="Alerts">What somebody must look at, the largest effect first.</param>
public sealed record MonitorDocument(
    string Period,
    IReadOnlyList<string> ReferencePeriods,
    long ReferenceRows,
    long CurrentRows,
    double Level,
    int Tests,
    string Correction,
    bool HasDrift,
    IReadOnlyList<ColumnDrift> Columns,
    IReadOnlyList<ColumnDrift> Scores,
    IReadOnlyList<DataIncident> Incidents,
    IReadOnlyList<GroupFairness> Fairness,
    EstimatedQuality? Estimated,
    IReadOnlyList<MonitorAlert> Alerts)
{
    /// <summary>Earlier years whose same month the period was compared with too, in order; <see langword="null"/> where there are none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<int>? EarlierYears { get; init; }
}

/// <summary>How one column of a period differs from the training data.</summary>
/// <param name="Column">Name of the column, or of the score.</param>
/// <param name="Kind"><c>number</c>, <c>category</c> or <c>score</c>.</param>
/// <param name="Method">The test, with its bins.</param>
/// <param name="ReferenceRows">Values of the reference that are not missing.</param>
/// <param name="CurrentRows">Values of the period that are not missing.</param>
/// <param name="Statistic">Statistic of the test; <see langword="null"/> where the test does not fit (see <paramref name="Problem"/>).</param>
/// <param name="PValue">Its p value.</param>
/// <param name="AdjustedPValue">The p value adjusted for the number of tests.</param>
/// <param name="Psi">Population stability index over the bins.</param>
/// <param name="JensenShannon">Jensen-Shannon distance (base 2, 0 to 1) over the bins.</param>
/// <param name="ReferenceMissing">Share of missing values in the reference.</param>
/// <param name="CurrentMissing">Share of missing values in the period.</param>
/// <param name="MissingPValue">Adjusted p value of the difference of these shares; <see langword="null"/> where neither has any.</param>
/// <param name="Drifted">Whether the values, or the share of missing ones, have moved: significantly, and by more than the definition lets pass.</param>
/// <param name="Importance">Share of the model's gain that comes from the column, 0 to 1; 1 for a score.</param>
/// <param name="Effect">Distance times importance: what the order of the list follows.</param>
/// <param name="Bins">Rows by bin, missing ones last where there are any.</param>
/// <param name="Problem">Why there is no number; <see langword="null"/> where there is one.</param>
/// <param name="Because">Which test and which limit decided; <see langword="null"/> where nothing was tested.</param>
public sealed record ColumnDrift(
    string Column,
    string Kind,
    string Method,
    long ReferenceRows,
    long CurrentRows,
    double? Statistic,
    double? PValue,
    double? AdjustedPValue,
    double? Psi,
    double? JensenShannon,
    double ReferenceMissing,
    double CurrentMissing,
    double? MissingPValue,
    bool Drifted,
    double Importance,
    double Effect,
    IReadOnlyList<DriftBin> Bins,
    string? Problem,
    Sentence? Because = null)
{
    /// <summary>The test as a code with arguments; <see langword="null"/> in documents of before it was one.</summary>
    public Sentence? MethodSaid { get; init; }

    /// <summary>The column's name as the argument of a sentence: scores are columns of this program, not of the file, and are called as the reader calls them.</summary>
    internal object Named => Kind != "score" ? Column
        : Column.StartsWith(ScoreOf, StringComparison.Ordinal) ? Sentence.Of("score-name-of", ("class", Column[ScoreOf.Length..])) : Sentence.Of("score-name");

    private const string ScoreOf = "score of ";

    /// <summary>
    /// The same month of an earlier year, where the column is away from what was learned from and there is one: the column has drifted only if it is away from that
    /// month too. <see langword="null"/> in any other case.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public SeasonDrift? Season { get; init; }

    /// <summary>The problem as a code with arguments.</summary>
    public Sentence? ProblemSaid { get; init; }
}

/// <summary>One bin of a column.</summary>
/// <param name="Label">Range of numbers, or the category.</param>
/// <param name="Reference">Rows of the reference.</param>
/// <param name="Current">Rows of the period.</param>
public sealed record DriftBin(string Label, long Reference, long Current)
{
    /// <summary>What the bin is called, as a code with arguments; <see langword="null"/> where it is a category or a number.</summary>
    public Sentence? Said { get; init; }

    /// <summary>The label as the argument of a sentence.</summary>
    internal object Told => (object?)Said ?? Label;

    /// <summary>A bin with a name of its own.</summary>
    internal static DriftBin Of(Sentence said, long reference, long current) => new(said.ToString(), reference, current) { Said = said };
}

/// <summary>How a model treats the groups of a column.</summary>
/// <param name="Column">Name of the column.</param>
/// <param name="Rows">Rows that were looked at: <c>test</c> (labels known) or <c>period</c> (labels not used).</param>
/// <param name="Threshold">Score from which on a row is predicted positive.</param>
/// <param name="Groups">Rates by group.</param>
/// <param name="DemographicParityDifference">Largest minus smallest share predicted positive.</param>
/// <param name="EqualOpportunityDifference">The same of the positives predicted positive; <see langword="null"/> without labels.</param>
/// <param name="CalibrationGapDifference">The same of mean score minus base rate; <see langword="null"/> without labels.</param>
public sealed record GroupFairness(
    string Column,
    string Rows,
    double Threshold,
    IReadOnlyList<GroupOutcome> Groups,
    double? DemographicParityDifference,
    double? EqualOpportunityDifference,
    double? CalibrationGapDifference);

/// <summary>One group's rates.</summary>
/// <param name="Group">Name of the group.</param>
/// <param name="Rows">Rows.</param>
/// <param name="SelectionRate">Share predicted positive.</param>
/// <param name="MeanScore">Mean score.</param>
/// <param name="BaseRate">Share of positives; <see langword="null"/> without labels.</param>
/// <param name="TruePositiveRate">Share of the positives predicted positive; <see langword="null"/> without labels or positives.</param>
/// <param name="FalsePositiveRate">Share of the negatives predicted positive; <see langword="null"/> without labels or negatives.</param>
public sealed record GroupOutcome(
    string Group, long Rows, double SelectionRate, double MeanScore, double? BaseRate, double? TruePositiveRate, double? FalsePositiveRate)
{
    /// <summary>What the group is called, as a code with arguments; <see langword="null"/> where it is a text of the file.</summary>
    public Sentence? Said { get; init; }
}

/// <summary>Metrics to be expected before labels are there, from calibrated scores.</summary>
/// <param name="Metrics">By name; empty where the calibration does not allow an estimate.</param>
/// <param name="CalibrationError">Expected calibration error on test rows that the calibration was not fitted on.</param>
/// <param name="Reason">On what the estimate rests, or why there is none.</param>
public sealed record EstimatedQuality(IReadOnlyDictionary<string, double> Metrics, double? CalibrationError, string Reason)
{
    /// <summary>The reason as a code with arguments.</summary>
    public Sentence? Said { get; init; }
}

/// <summary>Something that somebody must look at.</summary>
/// <param name="Kind"><c>incident</c>, <c>drift</c>, <c>score-drift</c>, <c>fairness</c>, <c>performance</c> or <c>estimated-performance</c>.</param>
/// <param name="Subject">Name of the column, or of the metric.</param>
/// <param name="Effect">Effect on the model, by which alerts are ordered.</param>
/// <param name="Cause">What was found, in a sentence.</param>
/// <param name="Said">The cause as a code with arguments.</param>
public sealed record MonitorAlert(string Kind, string Subject, double Effect, string Cause, Sentence? Said = null);
