using System.Globalization;
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
            page.Add($"<div class=\"card mt\"><h3>No model was trained in this period</h3><p>The champion <span class=\"mono\">{data.Model.Version}</span> predicts: {verdict.Reason}.</p></div>\n");
            return;
        }

        var measured = verdict.Champion is null ? "The model and the trivial baseline" : "Both models";
        page.Add($"<p class=\"note\">{measured} were measured by <b>{verdict.Metric}</b> on the same {Figures.Whole(verdict.Rows)} test rows, which neither has learned from. The rule of the definition is <b>{verdict.Rule.ToString().ToLowerInvariant()}</b>; a model must always beat the trivial baseline.</p>\n");
        page.Add($"<div class=\"grid two\"><div class=\"card wide\" tabindex=\"0\"><table><caption>{verdict.Metric} on the test rows</caption><thead><tr><th class=\"l\" scope=\"col\">Model</th><th class=\"l\" scope=\"col\">Version</th><th scope=\"col\">{verdict.Metric}</th></tr></thead><tbody>");
        Row("Challenger (trained now)", data.Challenger.Version, verdict.Challenger, data.Promoted);
        if (data.Champion is not null)
        {
            Row("Champion before", data.Champion, verdict.Champion, !data.Promoted && !data.IsBroughtBack);
        }

        Row("Trivial baseline", "every row alike", verdict.Baseline, chosen: false);
        page.Add($"</tbody></table></div>\n");
        if (verdict is { Improvement: { } value, Lower: { } lower, Upper: { } upper })
        {
            var margin = data.Definition.Promote.Margin;
            var words = $"Improvement {Figures.Signed(value)}, 95 % interval {Figures.Signed(lower)} to {Figures.Signed(upper)}";
            page.Add($"<div class=\"card\"><h3>Improvement of the challenger</h3><p class=\"note\">{words}; above the margin of {margin.ToString(CultureInfo.InvariantCulture)} in {Figures.Percent(verdict.Confidence ?? 0)} of the resamples, {Figures.Percent(data.Definition.Promote.Confidence)} asked for.</p>{Intervals.Svg(words, value, lower, upper, margin)}<p class=\"note\">{Method(verdict)}</p></div>");
        }
        else
        {
            page.Add($"<div class=\"card\"><h3>Improvement of the challenger</h3><p class=\"note\">There is no champion to compare with on these rows: {verdict.Reason}.</p></div>");
        }

        page.Add($"</div>\n");
        Proceeding(page, verdict);
        Record(page, verdict);
        Guards(page, verdict);

        void Row(string name, string version, double? metric, bool chosen) =>
            page.Add($"<tr><th scope=\"row\">{name}{new Markup(chosen ? " <span class=\"tag good\">predicts</span>" : "")}</th><td class=\"w mono\">{version}</td><td>{Figures.Metric(metric)}</td></tr>");
    }

    private static string Method(CompareResult verdict) => verdict.Method is { Length: > 0 } method ? $"{char.ToUpperInvariant(method[0])}{method[1..]}." : "";

    private static void Proceeding(HtmlWriter page, CompareResult verdict)
    {
        if (verdict.Proceeding is { } found)
        {
            page.Add($"<div class=\"card mt\"><h3>What the periods so far say</h3><p>{(found.Keep is { } keep ? $"{keep.ModelVersion} was better than the model that was new then in {string.Join(", ", keep.Periods)}, by {Figures.Signed(keep.Gain)} of {verdict.Metric} on average: it predicts until a period says otherwise." : $"Of {Figures.Count(found.Periods.Count, "measured period")} none speaks for going back: the new model is taken. A champion of before comes back only after four periods or more in which it was always the better one.")}</p></div>\n");
        }
    }

    // How the challengers of earlier periods turned out.
    private static void Record(HtmlWriter page, CompareResult verdict)
    {
        if (verdict.Record is not { } record)
        {
            return;
        }

        page.Add($"<div class=\"card wide mt\" tabindex=\"0\"><table><caption>Earlier challengers in the period after their training, by {verdict.Metric}</caption><thead><tr><th class=\"l\" scope=\"col\">Period</th><th class=\"l\" scope=\"col\">Challenger</th><th class=\"l\" scope=\"col\">Champion it met</th><th scope=\"col\">Rows</th><th scope=\"col\">Improvement</th><th scope=\"col\">Weight</th></tr></thead><tbody>\n");
        foreach (var gain in record.Periods)
        {
            page.Add($"<tr><th scope=\"row\">{gain.Period}</th><td class=\"w mono\">{gain.Challenger}</td><td class=\"w mono\">{gain.Champion}</td><td>{Figures.Whole(gain.Rows)}</td><td>{Figures.Signed(gain.Improvement)}</td><td>{Figures.Number(gain.Weight)}</td></tr>\n");
        }

        page.Add($"</tbody></table><p class=\"note\">Their weighted mean is {Figures.Signed(record.Improvement)}; it is negative in {Figures.Percent(record.Harm)} of the resamples of the periods, and {Figures.Percent(record.Limit)} keep the champion.</p></div>\n");
    }

    // What can veto a promotion, each with what it measured.
    private static void Guards(HtmlWriter page, CompareResult verdict)
    {
        if (verdict.Guards is not { Count: > 0 } guards)
        {
            return;
        }

        page.Add($"<div class=\"card wide mt\" tabindex=\"0\"><table><caption>Guards, each of which can veto a promotion</caption><thead><tr><th class=\"l\" scope=\"col\">Guard</th><th class=\"l\" scope=\"col\">What is measured</th><th scope=\"col\">Challenger</th><th scope=\"col\">Champion</th><th scope=\"col\">Limit</th><th class=\"l\" scope=\"col\">Verdict</th></tr></thead><tbody>\n");
        foreach (var guard in guards)
        {
            page.Add($"<tr><th scope=\"row\">{guard.Guard.Replace('_', ' ')}</th><td class=\"w\">{guard.Subject}</td><td>{Figures.Metric(guard.Challenger)}</td><td>{Figures.Metric(guard.Champion)}</td><td>{(guard.Champion is null ? "" : "+")}{Figures.Number(guard.Limit)}</td><td class=\"l\">{new Markup(guard.Passed ? "<span class=\"tag good\">passed</span>" : "<span class=\"tag bad\">vetoes</span>")}</td></tr>\n");
        }

        page.Add($"</tbody></table></div>\n");
    }
}
