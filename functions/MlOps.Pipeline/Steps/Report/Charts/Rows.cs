using MlOps.Pipeline.Steps.Report.Html;

namespace MlOps.Pipeline.Steps.Report.Charts;

/// <summary>Horizontal bars with names and figures, in HTML so that names wrap and figures align.</summary>
internal static class Rows
{
    /// <summary>Writes the bars; the longest fills its track.</summary>
    public static void Write(HtmlWriter page, IEnumerable<(string Name, double Value, string Figure)> rows)
    {
        var all = rows.ToArray();
        var most = all.Length == 0 ? 1 : Math.Max(all.Max(r => r.Value), double.Epsilon);
        page.Add($"<div class=\"rows\">\n");
        foreach (var (name, value, figure) in all)
        {
            page.Add($"<div class=\"name\" title=\"{name}\">{name}</div><div class=\"bar\"><b style=\"width:{100 * Math.Max(0, value) / most}%\"></b></div><div class=\"num\">{figure}</div>\n");
        }

        page.Add($"</div>\n");
    }
}
