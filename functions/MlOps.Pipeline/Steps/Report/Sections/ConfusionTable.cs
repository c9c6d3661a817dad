using MlOps.Pipeline.Steps.Report.Html;

namespace MlOps.Pipeline.Steps.Report.Sections;

/// <summary>Rows by true and predicted class; the darker a cell, the larger its share of the true class.</summary>
internal static class ConfusionTable
{
    public static void Write(HtmlWriter page, string title, IReadOnlyList<string> classes, long[,] cells, string note)
    {
        page.Add($"<div class=\"card\"><h3>{title}</h3><p class=\"note\">{page.Say("report-confusion-note", ("note", note))}</p><div class=\"wide\" tabindex=\"0\"><table class=\"heat\"><thead><tr><th class=\"l\" scope=\"col\">{page.Say("report-true-predicted")}</th>");
        foreach (var name in classes)
        {
            page.Add($"<th scope=\"col\" title=\"{name}\">{Figures.Short(name, 14)}</th>");
        }

        page.Add($"</tr></thead><tbody>");
        for (var t = 0; t < classes.Count; t++)
        {
            page.Add($"<tr><th scope=\"row\" title=\"{classes[t]}\">{Figures.Short(classes[t], 24)}</th>");
            var sum = Enumerable.Range(0, classes.Count).Sum(p => cells[t, p]);
            for (var p = 0; p < classes.Count; p++)
            {
                var share = sum == 0 ? 0 : cells[t, p] / (double)sum;
                page.Add($"<td style=\"background:color-mix(in srgb,var(--fill) {(int)Math.Round(share * 100)}%,transparent)\">{Figures.Whole(cells[t, p])}<small>{Figures.Share(share)}</small></td>");
            }

            page.Add($"</tr>");
        }

        page.Add($"</tbody></table></div></div>\n");
    }
}
