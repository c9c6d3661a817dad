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
        page.Add($"<p class=\"note\">{page.Say("report-shap", ("unit", Unit(page, data)), ("rows", Figures.Whole(explanation.Rows)), ("part", Part(page, explanation.Part)))}</p>\n");
        if (top.Length == 0)
        {
            page.Add($"<p>{page.Say("report-no-column")}</p>\n");
            return;
        }

        page.Add($"<div class=\"grid two\"><div class=\"card\"><h3>{page.Say("report-mean-contribution")}</h3>");
        Rows.Write(page, top.Select(c => (c.Column, c.MeanAbsolute, Figures.Metric(c.MeanAbsolute))));
        page.Add($"</div>\n<div class=\"card\"><h3>{page.Say("report-gain-share")}</h3>");
        var gain = explanation.Columns.Sum(c => c.Gain);
        Rows.Write(page, explanation.Columns.OrderByDescending(c => c.Gain).ThenBy(c => c.Column, StringComparer.Ordinal).Where(c => c.Gain > 0).Take(BarsMax)
            .Select(c => (c.Column, c.Gain, Figures.Share(c.Gain / gain))));
        page.Add($"</div></div>\n");
        if (single)
        {
            page.Add($"<div class=\"card mt\"><h3>{page.Say("report-summary")}</h3><ul class=\"key\"><li>{page.Say("report-low")} <i class=\"ramp\"></i> {page.Say("report-high")}</li><li><i class=\"na\"></i>{page.Say("bin-missing")}</li></ul>");
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
        page.Add($"<p class=\"note\">{page.Say("report-importance-only")}</p>\n<div class=\"card\"><h3>{page.Say("report-gain-share")}</h3>");
        Rows.Write(page, explanation.Columns.Where(c => c.Gain > 0).Take(BarsMax).Select(c => (c.Column, c.Gain, Figures.Share(c.Gain / gain))));
        page.Add($"</div>\n");
        Table(page, explanation, gain);
    }

    private static string Part(HtmlWriter page, string part) => part switch
    {
        "train" => page.Say("report-part-train"),
        "valid" => page.Say("report-part-valid"),
        _ => page.Say("report-part-test"),
    };

    private static string Unit(HtmlWriter page, ReportData data) => data.Task switch
    {
        Definitions.TaskKind.Binary => page.Say("report-log-odds", ("class", data.Positive)),
        Definitions.TaskKind.Regression => page.Say("report-raw-number", ("label", data.Definition.Label)),
        _ => page.Say("report-raw-class"),
    };

    private static void Table(HtmlWriter page, Explanation explanation, double gain)
    {
        page.Add($"<details class=\"all\"><summary>{page.Say("report-all-importances")}</summary><div class=\"card wide\" tabindex=\"0\"><table><thead><tr><th class=\"l\" scope=\"col\">{page.Say("report-column")}</th><th scope=\"col\">{page.Say("report-mean-absolute")}</th><th scope=\"col\">{page.Say("report-gain")}</th><th scope=\"col\">{page.Say("report-share")}</th><th scope=\"col\">{page.Say("report-splits")}</th></tr></thead><tbody>\n");
        foreach (var column in explanation.Columns.Take(TableMax))
        {
            page.Add($"<tr><th scope=\"row\">{column.Column}</th><td>{Figures.Metric(column.MeanAbsolute)}</td><td>{Figures.Number(column.Gain)}</td><td>{Figures.Share(gain > 0 ? column.Gain / gain : 0)}</td><td>{Figures.Whole(column.Splits)}</td></tr>\n");
        }

        page.Add($"</tbody></table></div>");
        if (explanation.Columns.Count > TableMax)
        {
            page.Add($"<p class=\"note\">{page.Say("report-explanation-more", ("count", Figures.Whole(explanation.Columns.Count - TableMax)))}</p>");
        }

        page.Add($"</details>\n");
    }
}
