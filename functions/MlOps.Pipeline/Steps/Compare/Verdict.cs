using System.Globalization;
using MlOps.Pipeline.Definitions;

namespace MlOps.Pipeline.Steps.Compare;

/// <summary>A comparison in words.</summary>
internal static class Verdict
{
    /// <summary>Why the rule promotes or refuses, as the end of a sentence.</summary>
    public static string Reason(PromoteSettings rule, CompareResult found) => rule.Rule switch
    {
        PromoteRule.Always => "the definition promotes every model that beats the baseline",
        PromoteRule.Manual => "the definition promotes by hand only",
        _ => string.Create(
            CultureInfo.InvariantCulture,
            $"it is better than the champion by more than {rule.Margin} in {found.Confidence:P1} of the resamples{Rows(found)}, {(found.Confidence >= rule.Confidence ? "at least" : "less than")} the {rule.Confidence:P0} asked for{Record(rule, found)}"),
    };

    /// <summary>How the evidence was found.</summary>
    public static string Method(PromoteSettings rule, CompareResult found)
    {
        var rows = string.Create(
            CultureInfo.InvariantCulture,
            $"paired bootstrap, {rule.Resamples} resamples of {found.EvidenceRows} test rows of {(found.EvidencePeriods is { } periods ? $"{Count(periods.Count, "period")} that the champion has not learned from" : "the whole history")}");
        return found.Record is { } record
            ? $"{rows}; cluster bootstrap of {Count(record.Periods.Count, "earlier decision")}, every resample counted, each period one cluster"
            : rows;
    }

    private static string Rows(CompareResult found) => found.EvidencePeriods is { Count: var count }
        ? $" of {found.EvidenceRows} test rows of {(count == 1 ? "the period that is" : $"the {count} periods that are")} new to the champion"
        : "";

    private static string Record(PromoteSettings rule, CompareResult found) => found switch
    {
        { Record: { Passed: false } record } when found.Confidence >= rule.Confidence => string.Create(
            CultureInfo.InvariantCulture,
            $", but new models have lately done worse in the period after their training than the champions that they met: in {record.Harm:P1} of the resamples of {Count(record.Periods.Count, "period")}, and {record.Limit:P0} keep the champion"),
        _ => "",
    };

    private static string Count(int count, string noun) => string.Create(CultureInfo.InvariantCulture, $"{count} {noun}{(count == 1 ? "" : "s")}");
}
