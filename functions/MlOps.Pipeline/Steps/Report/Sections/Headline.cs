using MlOps.Pipeline.Definitions;
using MlOps.Pipeline.Steps.Evaluate;
using MlOps.Pipeline.Steps.Report.Data;
using MlOps.Pipeline.Steps.Report.Html;

namespace MlOps.Pipeline.Steps.Report.Sections;

/// <summary>What happened, what to do, and the few figures that matter.</summary>
internal static class Headline
{
    public static void Write(HtmlWriter page, ReportData data)
    {
        var tag = Verdicts.Tag(data);
        page.Add($"<header><p class=\"eyebrow\">{data.Pipeline} · {Figures.Period(data.Period)} · {data.Task.ToString().ToLowerInvariant()} prediction of <b>{data.Definition.Label}</b></p>\n");
        page.Add($"<h1>{Figures.Count(data.Rows, "row is", "rows are")} predicted</h1>\n");
        page.Add($"<p class=\"lead\"><span class=\"tag {tag.Style}\">{tag.Text}</span> {Verdicts.Sentence(data)}: {data.Verdict.Reason}.</p>\n");
        var advice = Verdicts.Advice(data);
        if (advice.Count == 0)
        {
            page.Add($"<div class=\"do\"><p><b>Nothing to do.</b> No check found anything that needs a person.</p></div>\n");
        }
        else
        {
            page.Add($"<div class=\"do {advice[0].Style}\"><p><b>To do</b></p><ul>");
            foreach (var (_, text) in advice)
            {
                page.Add($"<li>{text}</li>");
            }

            page.Add($"</ul></div>\n");
        }

        if (data.Expected is { } expected)
        {
            page.Add($"<p class=\"lead mt\">{expected.Said.ToString()}</p>\n");
        }

        Tiles(page, data);
        if (data.Expected?.Gap is { } gap)
        {
            page.Add($"<p class=\"note\">{gap.ToString()}</p>\n");
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
                $"{LeadingMetrics.Words(metric.Name)} to expect", Figures.Metric(metric.Point),
                metric.Low is null ? "as in the random test" : $"nine times in ten from {Figures.Metric(metric.Low)} to {Figures.Metric(metric.High)}{(data.DropMetrics.TryGetValue(metric.Name, out var came) ? $"; it came out at {Figures.Metric(came)}" : "")}");
        }

        Tile("Rows predicted", Figures.Whole(data.Rows), data.DropLabels.Length > 0 ? "labels came with the file" : "without labels yet");
        if (data.Task == TaskKind.Binary)
        {
            Tile("Predicted positive", Figures.Share(Positives(data)), $"score at least {Figures.Number(data.Model.Threshold)}");
        }

        foreach (var (name, words, _, _) in LeadingMetrics.Of(data.Task))
        {
            Tile(
                $"{words}, random test rows", Figures.Metric(data.TestMetrics.TryGetValue(name, out var value) ? value : null),
                $"on {Figures.Whole(data.TestLabels.Length)} rows never learned from{(data.DropMetrics.TryGetValue(name, out var now) ? $"; {Figures.Metric(now)} on this period" : "")}");
        }

        Tile("Learned from", Figures.Count(data.Model.History.Count, "file"), $"up to {Figures.Period(data.Model.History[^1].Period)}");
        page.Add($"</dl>\n");

        void Tile(string name, string value, string more) => page.Add($"<div><dt>{name}</dt><dd>{value}</dd><dd>{more}</dd></div>");
    }

    private static double Positives(ReportData data) =>
        data.Rows == 0 ? double.NaN : data.Scores.Count(s => s >= data.Model.Threshold) / (double)data.Rows;
}
