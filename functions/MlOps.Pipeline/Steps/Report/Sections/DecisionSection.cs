using MlOps.Pipeline.Definitions;
using MlOps.Pipeline.Steps.Compare;
using MlOps.Pipeline.Steps.Report.Charts;
using MlOps.Pipeline.Steps.Report.Data;
using MlOps.Pipeline.Steps.Report.Html;

namespace MlOps.Pipeline.Steps.Report.Sections;

/// <summary>Champion against challenger, with the evidence.</summary>
internal static class DecisionSection
{
    public static void Write(HtmlWriter page, ReportData data)
    {
        var verdict = data.Verdict;
        if (data.IsRetained)
        {
            page.Add($"<div class=\"card mt\"><h3>{page.Say("report-retained")}</h3><p>{page.Mark("report-retained-why", ("model", Mono(data.Model.Version)), ("reason", page.Word(verdict.Told)))}</p></div>\n");
            return;
        }

        page.Add($"<p class=\"note\">{page.Mark(verdict.Champion is null ? "report-measured-one" : "report-measured-both", ("metric", Bold(verdict.Metric)), ("rows", Figures.Whole(verdict.Rows)), ("rule", Bold(verdict.Rule.ToString().ToLowerInvariant())))}</p>\n");
        page.Add($"<div class=\"grid two\"><div class=\"card wide\" tabindex=\"0\"><table><caption>{page.Say("report-metric-on-test", ("metric", verdict.Metric), ("rows", Figures.Whole(verdict.Rows)))}</caption><thead><tr><th class=\"l\" scope=\"col\">{page.Say("report-model")}</th><th class=\"l\" scope=\"col\">{page.Say("report-version")}</th><th scope=\"col\">{verdict.Metric}</th></tr></thead><tbody>");
        Row(page.Say("report-row-challenger"), data.Challenger.Version, verdict.Challenger, data.Promoted);
        if (data.Champion is not null)
        {
            var predicts = !data.Promoted && !data.IsBroughtBack;
            // A challenger that falls at the baseline is not held against the champion, which has its figure on these rows all the same.
            double? measured = predicts && data.TestMetrics.TryGetValue(verdict.Metric, out var figure) ? figure : null;
            Row(page.Say("report-row-champion"), data.Champion, verdict.Champion ?? measured, predicts);
        }

        Row(page.Say("report-row-baseline"), page.Say("report-alike"), verdict.Baseline, chosen: false);
        page.Add($"</tbody></table></div>\n");
        if (verdict is { Improvement: { } value, Lower: { } lower, Upper: { } upper })
        {
            var margin = data.Definition.Promote.Margin;
            var words = page.Say("report-improvement-words", ("value", Figures.Signed(value)), ("low", Figures.Signed(lower)), ("high", Figures.Signed(upper)));
            page.Add($"<div class=\"card\"><h3>{page.Say("report-improvement")}</h3><p class=\"note\">{page.Say("report-improvement-note", ("words", words), ("margin", margin), ("confidence", Figures.Percent(verdict.Confidence ?? 0)), ("asked", Asked(page, data)))}</p>{Intervals.Svg(page, words, value, lower, upper, margin)}<p class=\"note\">{Method(page, verdict)}</p></div>");
        }
        else
        {
            page.Add($"<div class=\"card\"><h3>{page.Say("report-improvement")}</h3><p class=\"note\">{page.Say(data.Champion is null ? "report-no-comparison" : "report-not-held", ("reason", page.Word(verdict.Told)))}</p></div>");
        }

        page.Add($"</div>\n");
        Proceeding(page, verdict);
        Record(page, verdict);
        Guards(page, verdict);

        void Row(string name, string version, double? metric, bool chosen) =>
            page.Add($"<tr><th scope=\"row\">{name}{new Markup(chosen ? $" <span class=\"tag good\">{page.Say("report-predicts")}</span>" : "")}</th><td class=\"w mono\">{version}</td><td>{Figures.Metric(metric)}</td></tr>");
    }

    private static string Method(HtmlWriter page, CompareResult verdict) => page.Word(verdict.MethodSaid, verdict.Method) is { Length: > 0 } method
        ? page.Say("report-sentence", ("text", $"{char.ToUpperInvariant(method[0])}{method[1..]}")) : "";

    // Only the rule "better" asks for a share of the resamples.
    private static string Asked(HtmlWriter page, ReportData data) => data.Verdict.Rule == PromoteRule.Better
        ? page.Say("report-asked", ("confidence", Figures.Percent(data.Definition.Promote.Confidence))) : "";

    private static Markup Mono(string text) => Tagged("<span class=\"mono\">", text, "</span>");

    private static Markup Bold(string text) => Tagged("<b>", text, "</b>");

    private static Markup Tagged(string open, string text, string close)
    {
        var page = new HtmlWriter();
        page.Add($"{new Markup(open)}{text}{new Markup(close)}");
        return page;
    }

    private static void Proceeding(HtmlWriter page, CompareResult verdict)
    {
        if (verdict.Proceeding is { } found)
        {
            page.Add($"<div class=\"card mt\"><h3>{page.Say("report-proceeding")}</h3><p>{(found.Keep is { } keep ? page.Say("report-kept", ("version", keep.ModelVersion), ("periods", page.List(keep.Periods)), ("gain", Figures.Signed(keep.Gain)), ("metric", verdict.Metric)) : page.Say("report-taken", ("periods", found.Periods.Count)))}</p></div>\n");
        }
    }

    // How the challengers of earlier periods turned out.
    private static void Record(HtmlWriter page, CompareResult verdict)
    {
        if (verdict.Record is not { } record)
        {
            return;
        }

        page.Add($"<div class=\"card wide mt\" tabindex=\"0\"><table><caption>{page.Say("report-record", ("metric", verdict.Metric))}</caption><thead><tr><th class=\"l\" scope=\"col\">{page.Say("report-period")}</th><th class=\"l\" scope=\"col\">{page.Say("report-challenger-head")}</th><th class=\"l\" scope=\"col\">{page.Say("report-met")}</th><th scope=\"col\">{page.Say("report-rows")}</th><th scope=\"col\">{page.Say("report-improvement-head")}</th><th scope=\"col\">{page.Say("report-weight")}</th></tr></thead><tbody>\n");
        foreach (var gain in record.Periods)
        {
            page.Add($"<tr><th scope=\"row\">{gain.Period}</th><td class=\"w mono\">{gain.Challenger}</td><td class=\"w mono\">{gain.Champion}</td><td>{Figures.Whole(gain.Rows)}</td><td>{Figures.Signed(gain.Improvement)}</td><td>{Figures.Number(gain.Weight)}</td></tr>\n");
        }

        page.Add($"</tbody></table><p class=\"note\">{page.Say("report-record-note", ("mean", Figures.Signed(record.Improvement)), ("harm", Figures.Percent(record.Harm)), ("limit", Figures.Percent(record.Limit)))}</p></div>\n");
    }

    // What can veto a promotion, each with what it measured.
    private static void Guards(HtmlWriter page, CompareResult verdict)
    {
        if (verdict.Guards is not { Count: > 0 } guards)
        {
            return;
        }

        page.Add($"<div class=\"card wide mt\" tabindex=\"0\"><table><caption>{page.Say("report-guards")}</caption><thead><tr><th class=\"l\" scope=\"col\">{page.Say("report-guard")}</th><th class=\"l\" scope=\"col\">{page.Say("report-guard-what")}</th><th scope=\"col\">{page.Say("report-challenger-head")}</th><th scope=\"col\">{page.Say("report-champion-head")}</th><th scope=\"col\">{page.Say("report-limit")}</th><th class=\"l\" scope=\"col\">{page.Say("report-verdict")}</th></tr></thead><tbody>\n");
        foreach (var guard in guards)
        {
            page.Add($"<tr><th scope=\"row\">{page.Code(guard.Guard)}</th><td class=\"w\">{page.Word(guard.Said, guard.Subject)}</td><td>{Figures.Metric(guard.Challenger)}</td><td>{Figures.Metric(guard.Champion)}</td><td>{(guard.Champion is null ? "" : "+")}{Figures.Number(guard.Limit)}</td><td class=\"l\"><span class=\"tag {(guard.Passed ? "good" : "bad")}\">{(guard.Passed ? page.Say("report-passed") : page.Say("report-vetoes"))}</span></td></tr>\n");
        }

        page.Add($"</tbody></table></div>\n");
    }
}
