using MlOps.Pipeline.Definitions;
using MlOps.Pipeline.Steps.Report.Data;
using MlOps.Pipeline.Steps.Report.Html;
using MlOps.Pipeline.Wording;

namespace MlOps.Pipeline.Steps.Report.Sections;

/// <summary>How good the predicting model is: metrics by part, and the curves of its kind of task.</summary>
internal static class QualitySection
{
    private static readonly string[] Counts = ["rows", "true_negatives", "true_positives", "false_negatives", "false_positives"];
    private static readonly string[] Shares = ["positive_rate"];

    public static void Write(HtmlWriter page, ReportData data)
    {
        Table(page, data);
        if (data.TestLabels.Length == 0)
        {
            page.Add($"<p class=\"note\">{page.Say("report-no-test")}</p>\n");
            return;
        }

        switch (data.Task)
        {
            case TaskKind.Binary:
                BinaryCharts.Write(page, data);
                break;
            case TaskKind.Regression:
                RegressionCharts.Write(page, data);
                break;
            default:
                MulticlassCharts.Write(page, data);
                break;
        }
    }

    private static void Table(HtmlWriter page, ReportData data)
    {
        var parts = new List<(string Name, IReadOnlyDictionary<string, double> Values)>();
        foreach (var part in new[] { "train", "valid" })
        {
            if (data.Model.Metrics.TryGetValue(part, out var values))
            {
                parts.Add((page.Say($"report-part-{part}"), values));
            }
        }

        // Not those of the registry: an earlier model was measured on the test rows of that time, and the curves below are of these.
        parts.Add((page.Say("report-part-test"), data.TestMetrics));
        if (data.DropMetrics.Count > 0)
        {
            parts.Add((page.Say("report-this-period"), data.DropMetrics));
        }

        page.Add($"<p class=\"note\">{page.Mark("report-quality-note", ("model", Mono(data.Model.Version)), ("trained", data.IsEarlier ? Sentence.Of("report-quality-earlier", ("period", page.Period(data.Model.Period))) : ""), ("then", data.IsEarlier ? Sentence.Of("report-quality-then") : ""), ("rows", Figures.Whole(data.TestLabels.Length)), ("period", data.DropMetrics.Count > 0 ? Sentence.Of("report-quality-period") : ""))}</p>\n");
        page.Add($"<div class=\"card wide mt\" tabindex=\"0\"><table><thead><tr><th class=\"l\" scope=\"col\">{page.Say("report-metric")}</th>");
        foreach (var (name, _) in parts)
        {
            page.Add($"<th scope=\"col\">{name}</th>");
        }

        page.Add($"</tr></thead><tbody>\n");
        foreach (var metric in parts.SelectMany(p => p.Values.Keys).Distinct(StringComparer.Ordinal).OrderBy(m => Array.IndexOf(Counts, m)).ThenBy(m => m, StringComparer.Ordinal))
        {
            page.Add($"<tr><th scope=\"row\">{Name(page, metric)}</th>");
            foreach (var (_, values) in parts)
            {
                page.Add($"<td>{(values.TryGetValue(metric, out var value) ? Text(metric, value) : "–")}</td>");
            }

            page.Add($"</tr>");
        }

        page.Add($"</tbody></table></div>\n");
    }

    // Counts and shares have words; metrics have names that are the same in every language.
    private static string Name(HtmlWriter page, string metric) => metric switch
    {
        "rows" => page.Say("report-count-rows"),
        "true_negatives" => page.Say("report-count-true-negatives"),
        "true_positives" => page.Say("report-count-true-positives"),
        "false_negatives" => page.Say("report-count-false-negatives"),
        "false_positives" => page.Say("report-count-false-positives"),
        "positive_rate" => page.Say("report-count-positive-rate"),
        _ => page.Code(metric),
    };

    private static Markup Mono(string text)
    {
        var page = new HtmlWriter();
        page.Add($"<span class=\"mono\">{text}</span>");
        return page;
    }

    private static string Text(string metric, double value) =>
        Counts.Contains(metric) ? Figures.Whole(value) : Shares.Contains(metric) ? Figures.Share(value) : Figures.Metric(value);
}
