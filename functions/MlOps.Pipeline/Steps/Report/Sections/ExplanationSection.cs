using MlOps.Pipeline.Steps.Explain;
using MlOps.Pipeline.Steps.Report.Charts;
using MlOps.Pipeline.Steps.Report.Data;
using MlOps.Pipeline.Steps.Report.Html;

namespace MlOps.Pipeline.Steps.Report.Sections;

/// <summary>Importances, SHAP summary and dependence of the top columns.</summary>
internal static class ExplanationSection
{
    private const int BarsMax = 15;
    private const int PlotsMax = 6;
    private const int TableMax = 200;

    public static void Write(HtmlWriter page, ReportData data)
    {
        var explanation = data.Explanation;
        if (explanation.ImportanceOnly)
        {
            Importance(page, explanation);
            return;
        }

        var top = explanation.Columns.Where(c => c.MeanAbsolute > 0).Take(BarsMax).ToArray();
        var single = explanation.Outputs.Count == 1;
        page.Add($"<p class=\"note\">Contributions are SHAP values: what a column added to or took from the raw score ({Unit(data)}) of a row, compared with the average row. They were computed on {Figures.Whole(explanation.Rows)} {explanation.Part} rows; for each row they add up to its raw score.</p>\n");
        if (top.Length == 0)
        {
            page.Add($"<p>The model uses no column: it predicts every row alike.</p>\n");
            return;
        }

        page.Add($"<div class=\"grid two\"><div class=\"card\"><h3>Mean contribution, either direction</h3>");
        Rows.Write(page, top.Select(c => (c.Column, c.MeanAbsolute, Figures.Metric(c.MeanAbsolute))));
        page.Add($"</div>\n<div class=\"card\"><h3>Share of the model's gain</h3>");
        var gain = explanation.Columns.Sum(c => c.Gain);
        Rows.Write(page, explanation.Columns.OrderByDescending(c => c.Gain).ThenBy(c => c.Column, StringComparer.Ordinal).Where(c => c.Gain > 0).Take(BarsMax)
            .Select(c => (c.Column, c.Gain, Figures.Share(c.Gain / gain))));
        page.Add($"</div></div>\n");
        if (single)
        {
            page.Add($"<div class=\"card mt\"><h3>Summary: every dot is a row</h3><ul class=\"key\"><li>low value <i class=\"ramp\"></i> high value</li><li><i class=\"na\"></i>missing</li></ul>");
            Strips.Write(page, [.. top.Where(c => c.Points.Count > 0)]);
            page.Add($"</div>\n");
        }

        page.Add($"<div class=\"grid\">\n");
        foreach (var column in top.Where(c => c.Points.Count > 0).Take(PlotsMax))
        {
            Dependence.Write(page, column, single ? "" : explanation.Outputs[column.Output]);
        }

        page.Add($"</div>\n");
        Table(page, explanation, gain);
    }

    private static void Importance(HtmlWriter page, Explanation explanation)
    {
        var gain = explanation.Columns.Sum(c => c.Gain);
        page.Add($"<p class=\"note\">This learner does not tell what a column did to the score of a row: there are no contributions and no reasons. It tells how much each column was used in all.</p>\n<div class=\"card\"><h3>Share of the model's gain</h3>");
        Rows.Write(page, explanation.Columns.Where(c => c.Gain > 0).Take(BarsMax).Select(c => (c.Column, c.Gain, Figures.Share(c.Gain / gain))));
        page.Add($"</div>\n");
        Table(page, explanation, gain);
    }

    private static string Unit(ReportData data) => data.Task switch
    {
        Definitions.TaskKind.Binary => $"the log odds of {data.Positive}",
        Definitions.TaskKind.Regression => $"the predicted {data.Definition.Label}, before the objective's link",
        _ => "of a class, before the softmax",
    };

    private static void Table(HtmlWriter page, Explanation explanation, double gain)
    {
        page.Add($"<details class=\"all\"><summary>All columns with importances</summary><div class=\"card wide\" tabindex=\"0\"><table><thead><tr><th class=\"l\" scope=\"col\">Column</th><th scope=\"col\">Mean |contribution|</th><th scope=\"col\">Gain</th><th scope=\"col\">Share</th><th scope=\"col\">Splits</th></tr></thead><tbody>\n");
        foreach (var column in explanation.Columns.Take(TableMax))
        {
            page.Add($"<tr><th scope=\"row\">{column.Column}</th><td>{Figures.Metric(column.MeanAbsolute)}</td><td>{Figures.Number(column.Gain)}</td><td>{Figures.Share(gain > 0 ? column.Gain / gain : 0)}</td><td>{Figures.Whole(column.Splits)}</td></tr>\n");
        }

        page.Add($"</tbody></table></div>");
        if (explanation.Columns.Count > TableMax)
        {
            page.Add($"<p class=\"note\">{Figures.Whole(explanation.Columns.Count - TableMax)} more columns are in the step's explanation.json.</p>");
        }

        page.Add($"</details>\n");
    }
}
