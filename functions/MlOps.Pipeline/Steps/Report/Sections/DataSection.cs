using MlOps.Pipeline.Steps.Report.Data;
using MlOps.Pipeline.Steps.Report.Html;

namespace MlOps.Pipeline.Steps.Report.Sections;

/// <summary>What validation and later steps found odd.</summary>
internal static class DataSection
{
    private const int FindingsMax = 100;

    public static void Write(HtmlWriter page, ReportData data)
    {
        if (data.Warnings.Count == 0)
        {
            page.Add($"<p class=\"note\">{page.Say("report-data-fine")}</p>\n");
            return;
        }

        page.Add($"<div class=\"card wide mt\" tabindex=\"0\"><table><thead><tr><th class=\"l\" scope=\"col\">{page.Say("report-finding")}</th><th class=\"l\" scope=\"col\">{page.Say("report-column")}</th><th class=\"l\" scope=\"col\">{page.Say("report-found")}</th><th scope=\"col\">{page.Say("report-line")}</th></tr></thead><tbody>\n");
        foreach (var finding in data.Warnings.Take(FindingsMax))
        {
            page.Add($"<tr><th scope=\"row\">{page.Code(finding.Code)}</th><td class=\"l\">{finding.ColumnName ?? "–"}</td><td class=\"w\">{page.Word(finding.Told)}</td><td>{(finding.Line > 0 ? Figures.Whole(finding.Line) : "–")}</td></tr>\n");
        }

        page.Add($"</tbody></table></div>\n");
        if (data.Warnings.Count > FindingsMax)
        {
            page.Add($"<p class=\"note\">{page.Say("report-data-more", ("count", Figures.Whole(data.Warnings.Count - FindingsMax)))}</p>\n");
        }
    }
}
