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
            page.Add($"<p class=\"note\">The file fits the history: validation and the later steps found nothing odd.</p>\n");
            return;
        }

        page.Add($"<div class=\"card wide mt\" tabindex=\"0\"><table><thead><tr><th class=\"l\" scope=\"col\">Finding</th><th class=\"l\" scope=\"col\">Column</th><th class=\"l\" scope=\"col\">What was found</th><th scope=\"col\">Line</th></tr></thead><tbody>\n");
        foreach (var finding in data.Warnings.Take(FindingsMax))
        {
            page.Add($"<tr><th scope=\"row\">{finding.Code.Replace('-', ' ')}</th><td class=\"l\">{finding.ColumnName ?? "–"}</td><td class=\"w\">{finding.Message}</td><td>{(finding.Line > 0 ? Figures.Whole(finding.Line) : "–")}</td></tr>\n");
        }

        page.Add($"</tbody></table></div>\n");
        if (data.Warnings.Count > FindingsMax)
        {
            page.Add($"<p class=\"note\">{Figures.Whole(data.Warnings.Count - FindingsMax)} more are in the run's document.</p>\n");
        }
    }
}
