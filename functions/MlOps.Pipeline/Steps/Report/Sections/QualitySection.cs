using MlOps.Pipeline.Definitions;
using MlOps.Pipeline.Steps.Report.Data;
using MlOps.Pipeline.Steps.Report.Html;

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
            page.Add($"<p class=\"note\">The history is too small for test rows: there are no curves.</p>\n");
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
                parts.Add((part, values));
            }
        }

        // Not those of the registry: an earlier model was measured on the test rows of that time, and the curves below are of these.
        parts.Add(("test", data.TestMetrics));
        if (data.DropMetrics.Count > 0)
        {
            parts.Add(("this period", data.DropMetrics));
        }

        page.Add($"<p class=\"note\">All figures are of <span class=\"mono\">{data.Model.Version}</span>, the model that predicted{(data.IsEarlier ? $", which was trained in the run of {Figures.Period(data.Model.Period)}" : "")}. Train: it learned from these rows; valid: rows that were not learned from when the number of rounds and the parameters were chosen{(data.IsEarlier ? ", both as they were then" : "")}; test: the {Figures.Whole(data.TestLabels.Length)} test rows of this run's history, which it has never seen; this period: the published scores against the labels of the file, which were not used.</p>\n");
        page.Add($"<div class=\"card wide mt\" tabindex=\"0\"><table><thead><tr><th class=\"l\" scope=\"col\">Metric</th>");
        foreach (var (name, _) in parts)
        {
            page.Add($"<th scope=\"col\">{name}</th>");
        }

        page.Add($"</tr></thead><tbody>\n");
        foreach (var metric in parts.SelectMany(p => p.Values.Keys).Distinct(StringComparer.Ordinal).OrderBy(m => Array.IndexOf(Counts, m)).ThenBy(m => m, StringComparer.Ordinal))
        {
            page.Add($"<tr><th scope=\"row\">{metric.Replace('_', ' ')}</th>");
            foreach (var (_, values) in parts)
            {
                page.Add($"<td>{(values.TryGetValue(metric, out var value) ? Text(metric, value) : "–")}</td>");
            }

            page.Add($"</tr>");
        }

        page.Add($"</tbody></table></div>\n");
    }

    private static string Text(string metric, double value) =>
        Counts.Contains(metric) ? Figures.Whole(value) : Shares.Contains(metric) ? Figures.Share(value) : Figures.Metric(value);
}
