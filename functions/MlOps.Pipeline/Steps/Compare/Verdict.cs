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
    public static string Method(PromoteSettings rule, CompareResult found)
    {
        var rows = string.Create(
            CultureInfo.InvariantCulture,
            $"paired bootstrap, {rule.Resamples} resamples of {found.EvidenceRows} test rows of {(found.EvidencePeriods is { } periods ? $"{Count(periods.Count, "period")} that the champion has not learned from" : "the whole history")}");
        if (found.Proceeding is { } measured)
        {
            return string.Create(CultureInfo.InvariantCulture, $"{Count(measured.Periods.Count, "measured period")}: a champion of the last {Proceeding.Decisions} decisions is kept where it was better than the model that was new in each of at least {Proceeding.Fewest} of them; beside it {rows}");
        }

        return found.Record is { } record
            ? $"{rows}; cluster bootstrap of {Count(record.Periods.Count, "earlier decision")}, every resample counted, each period one cluster"
            : rows;
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
                "verdict-record", ("harm", Percent(record.Harm, "P1")), ("periods", Count(record.Periods.Count, "period")), ("limit", Percent(record.Limit, "P0"))),
        ],
        _ => [],
    };

    private static string Count(int count, string noun) => string.Create(CultureInfo.InvariantCulture, $"{count} {noun}{(count == 1 ? "" : "s")}");
}
