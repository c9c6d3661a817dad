using System.Globalization;
using MlOps.Pipeline.Steps.Report.Charts;
using MlOps.Pipeline.Steps.Report.Html;

namespace MlOps.Pipeline.Steps.Report.Sections;

/// <summary>Champion against challenger, with the evidence.</summary>
internal static class DecisionSection
{
    public static void Write(HtmlWriter page, ReportData data)
    {
        var verdict = data.Verdict;
        page.Add($"<p class=\"note\">Both models were measured by <b>{verdict.Metric}</b> on the same {Figures.Whole(verdict.Rows)} test rows, which neither has learned from. The rule of the definition is <b>{verdict.Rule.ToString().ToLowerInvariant()}</b>; a model must always beat the trivial baseline.</p>\n");
        page.Add($"<div class=\"grid two\"><div class=\"card wide\" tabindex=\"0\"><table><caption>{verdict.Metric} on the test rows</caption><thead><tr><th class=\"l\" scope=\"col\">Model</th><th class=\"l\" scope=\"col\">Version</th><th scope=\"col\">{verdict.Metric}</th></tr></thead><tbody>");
        Row("Challenger (trained now)", data.Challenger.Version, verdict.Challenger, data.Promoted);
        if (data.Champion is not null)
        {
            Row("Champion before", data.Champion, verdict.Champion, !data.Promoted);
        }

        Row("Trivial baseline", "every row alike", verdict.Baseline, chosen: false);
        page.Add($"</tbody></table></div>\n");
        if (verdict is { Improvement: { } value, Lower: { } lower, Upper: { } upper })
        {
            var margin = data.Definition.Promote.Margin;
            var words = $"Improvement {Figures.Signed(value)}, 95 % interval {Figures.Signed(lower)} to {Figures.Signed(upper)}";
            page.Add($"<div class=\"card\"><h3>Improvement of the challenger</h3><p class=\"note\">{words}; above the margin of {margin.ToString(CultureInfo.InvariantCulture)} in {Figures.Percent(verdict.Confidence ?? 0)} of the resamples, {Figures.Percent(data.Definition.Promote.Confidence)} asked for.</p>{Intervals.Svg(words, value, lower, upper, margin)}</div>");
        }
        else
        {
            page.Add($"<div class=\"card\"><h3>Improvement of the challenger</h3><p class=\"note\">There is no champion to compare with on these rows: {verdict.Reason}.</p></div>");
        }

        page.Add($"</div>\n");

        void Row(string name, string version, double? metric, bool chosen) =>
            page.Add($"<tr><th scope=\"row\">{name}{new Markup(chosen ? " <span class=\"tag good\">predicts</span>" : "")}</th><td class=\"w mono\">{version}</td><td>{Figures.Metric(metric)}</td></tr>");
    }
}
