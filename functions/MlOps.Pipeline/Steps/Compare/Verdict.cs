using System.Globalization;
using MlOps.Pipeline.Definitions;
using MlOps.Pipeline.Wording;

namespace MlOps.Pipeline.Steps.Compare;

/// <summary>A comparison in words.</summary>
internal static class Verdict
{
    /// <summary>Why the rule promotes or refuses, as the end of a sentence.</summary>
    public static IReadOnlyList<Sentence> Reason(PromoteSettings rule, CompareResult found) => rule.Rule switch
    {
        PromoteRule.Always => [Sentence.Of("verdict-always")],
        PromoteRule.Manual => [Sentence.Of("verdict-manual")],
        PromoteRule.Measured when found.Proceeding is { Keep: { } keep } => [Sentence.Of("verdict-measured-kept", ("version", keep.ModelVersion), ("periods", keep.Periods.Count))],
        PromoteRule.Measured when found.Proceeding is { } measured => [Sentence.Of("verdict-measured-new", ("periods", measured.Periods.Count))],
        _ => [Better(rule, found), .. Record(rule, found)],
    };

    private static Sentence Better(PromoteSettings rule, CompareResult found)
    {
        (string, object)[] facts = [("margin", rule.Margin), ("confidence", Percent(found.Confidence ?? 0, "P1")), ("rows", Rows(found)), ("limit", Percent(rule.Confidence, "P0"))];
        return found.Confidence >= rule.Confidence ? Sentence.Of("verdict-better", facts) : Sentence.Of("verdict-not-better", facts);
    }

    private static string Percent(double share, string format) => share.ToString(format, CultureInfo.InvariantCulture);

    /// <summary>How the evidence was found.</summary>
    public static Sentence Method(PromoteSettings rule, CompareResult found)
    {
        (string, object)[] facts = [("resamples", rule.Resamples), ("rows", found.EvidenceRows ?? found.Rows)];
        var rows = found.EvidencePeriods is { } periods
            ? Sentence.Of("method-bootstrap-periods", [.. facts, ("periods", periods.Count)])
            : Sentence.Of("method-bootstrap-all", facts);
        return found switch
        {
            { Proceeding: { } measured } => Sentence.Of(
                "method-measured", ("periods", measured.Periods.Count), ("decisions", Proceeding.Decisions), ("fewest", Proceeding.Fewest), ("beside", rows)),
            { Record: { } record } => Sentence.Of("method-record", ("rows", rows), ("decisions", record.Periods.Count)),
            _ => rows,
        };
    }

    private static object Rows(CompareResult found) => found.EvidencePeriods switch
    {
        { Count: 1 } => Sentence.Of("verdict-rows-one", ("rows", found.EvidenceRows ?? 0)),
        { Count: var count } => Sentence.Of("verdict-rows-many", ("rows", found.EvidenceRows ?? 0), ("periods", count)),
        _ => Sentence.Of("verdict-rows-all", ("rows", found.EvidenceRows ?? found.Rows)),
    };

    private static IReadOnlyList<Sentence> Record(PromoteSettings rule, CompareResult found) => found switch
    {
        { Record: { Passed: false } record } when found.Confidence >= rule.Confidence =>
        [
            Sentence.Of(
                "verdict-record", ("harm", Percent(record.Harm, "P1")), ("periods", record.Periods.Count), ("limit", Percent(record.Limit, "P0"))),
        ],
        _ => [],
    };
}
