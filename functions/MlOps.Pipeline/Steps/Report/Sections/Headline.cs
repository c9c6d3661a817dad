using MlOps.Pipeline.Definitions;
using MlOps.Pipeline.Steps.Evaluate;
using MlOps.Pipeline.Steps.Report.Data;
using MlOps.Pipeline.Steps.Report.Html;
using MlOps.Storage;

namespace MlOps.Pipeline.Steps.Report.Sections;

/// <summary>What happened, what to do, and the few figures that matter.</summary>
internal static class Headline
{
    public static void Write(HtmlWriter page, ReportData data)
    {
        var tag = Verdicts.Tag(data);
        page.Add($"<header><p class=\"eyebrow\">{data.Pipeline} · {page.Period(data.Period)} · {page.Mark(data.Task switch { TaskKind.Binary => "report-task-binary", TaskKind.Regression => "report-task-regression", _ => "report-task-multiclass" }, ("label", Bold(data.Definition.Label)))}</p>\n");
        page.Add($"<h1>{page.Say("report-rows-predicted", ("rows", Figures.Whole(data.Rows)))}</h1>\n");
        page.Add($"<p class=\"lead\"><span class=\"tag {tag.Style}\">{page.Say(tag.Code)}</span> {page.Say("report-lead", ("what", Verdicts.What(data)), ("reason", data.Verdict.Told))}</p>\n");
        var advice = Verdicts.Advice(data);
        if (advice.Count == 0)
        {
            page.Add($"<div class=\"do\"><p><b>{page.Say("report-nothing-to-do")}</b> {page.Say("report-nothing-found")}</p></div>\n");
        }
        else
        {
            page.Add($"<div class=\"do {advice[0].Style}\"><p><b>{page.Say("report-to-do")}</b></p><ul>");
            foreach (var (_, told) in advice)
            {
                page.Add($"<li>{page.Word(told)}</li>");
            }

            page.Add($"</ul></div>\n");
        }

        if (data.Expected is { } expected)
        {
            page.Add($"<p class=\"lead mt\">{page.Word(expected.Said)}");
            if (expected.Outcome is { } outcome)
            {
                page.Add($" <b>{page.Word(outcome)}</b>");
            }

            page.Add($"</p>\n");
        }

        Tiles(page, data);
        if (data.Expected?.Gap is { } gap)
        {
            page.Add($"<p class=\"note\">{page.Word(gap)}</p>\n");
        }

        page.Add($"</header>\n");
    }

    private static void Tiles(HtmlWriter page, ReportData data)
    {
        page.Add($"<dl class=\"tiles\">");
        // First what the period will be like; what random rows of the past say comes after it.
        foreach (var metric in data.Expected is { IsMeasured: true } measured ? measured.Metrics : [])
        {
            Tile(
                page.Say("report-to-expect", ("metric", LeadingMetrics.Words(metric.Name))), Figures.Metric(metric.Point),
                metric.Low is null ? page.Say("report-as-random") : page.Say("report-nine-in-ten", ("low", Figures.Metric(metric.Low)), ("high", Figures.Metric(metric.High))) + (data.DropMetrics.TryGetValue(metric.Name, out var came) ? page.Say("report-came-out", ("value", Figures.Metric(came))) : ""));
        }

        Tile(page.Say("report-tile-rows"), Figures.Whole(data.Rows), data.DropLabels.Length > 0 ? page.Say("report-with-labels") : page.Say("report-without-labels"));
        if (data.Task == TaskKind.Binary)
        {
            Tile(page.Say("report-predicted-positive"), Figures.Share(Positives(data)), page.Say("report-score-least", ("threshold", Figures.Number(data.Model.Threshold))));
        }

        foreach (var (name, words, _, _) in LeadingMetrics.Of(data.Task))
        {
            Tile(
                page.Say("report-tile-random", ("metric", words)), Figures.Metric(data.TestMetrics.TryGetValue(name, out var value) ? value : null),
                page.Say("report-on-rows", ("rows", Figures.Whole(data.TestLabels.Length))) + (data.DropMetrics.TryGetValue(name, out var now) ? page.Say("report-on-period", ("value", Figures.Metric(now)), ("rows", Figures.Whole(data.DropLabels.Count(l => !double.IsNaN(l))))) : ""));
        }

        Tile(page.Say("report-learned-from"), page.Say("report-files", ("files", data.Model.History.Count)), UpTo(page, data.Model.History[^1].Period));
        page.Add($"</dl>\n");

        void Tile(string name, string value, string more) => page.Add($"<div><dt>{name}</dt><dd>{value}</dd><dd>{more}</dd></div>");
    }

    /// <summary>Up to which period a model has learned; the history alone is no date.</summary>
    public static string UpTo(HtmlWriter page, string period) =>
        period == Period.Initial.Value ? page.Say("report-history-alone") : page.Say("report-up-to", ("period", page.Period(period)));

    private static Markup Bold(string text)
    {
        var page = new HtmlWriter();
        page.Add($"<b>{text}</b>");
        return page;
    }

    private static double Positives(ReportData data) =>
        data.Rows == 0 ? double.NaN : data.Scores.Count(s => s >= data.Model.Threshold) / (double)data.Rows;
}
