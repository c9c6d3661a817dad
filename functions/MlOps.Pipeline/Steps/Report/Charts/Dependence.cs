using MlOps.Pipeline.Steps.Explain;
using MlOps.Pipeline.Steps.Report.Html;

namespace MlOps.Pipeline.Steps.Report.Charts;

/// <summary>A column's values against their contributions: dots for numbers, a bar of the mean for each category.</summary>
internal static class Dependence
{
    private const int CategoriesMax = 8;

    public static void Write(HtmlWriter page, ColumnEffect column, string output)
    {
        page.Add($"<div class=\"card\"><h3>{column.Column}</h3>");
        if (output.Length > 0)
        {
            page.Add($"<p class=\"note\">{page.Say("report-towards", ("class", output))}</p>");
        }

        if (column.IsNumber)
        {
            Numbers(page, column);
        }
        else
        {
            Categories(page, column);
        }

        page.Add($"</div>\n");
    }

    private static void Numbers(HtmlWriter page, ColumnEffect column)
    {
        var known = column.Points.Where(p => p.Number is { } n && double.IsFinite(n)).ToArray();
        if (known.Length > 0)
        {
            var sorted = known.Select(p => p.Number!.Value).Order().ToArray();
            // The outermost percent would press the others together; what lies beyond is drawn at the edge.
            var x = Scale.Around([sorted[sorted.Length / 100], sorted[^(1 + (sorted.Length / 100))]], 0, 1);
            var y = Scale.Around(column.Points.Select(p => p.Contribution), 0, 1);
            var plot = new Plot(page.Say("report-contribution-by", ("column", Figures.Short(column.Column, 60))), x, y, page.Say("report-value"), page.Say("report-contribution"), 220);
            if (y.Min < 0 && y.Max > 0)
            {
                plot.Line("ln", [(x.Min, 0), (x.Max, 0)]);
            }

            plot.Dots("pa", known.Select(p => (p.Number!.Value, p.Contribution)));
            page.Add($"{plot.Close()}");
        }

        Missing(page, column);
    }

    private static void Categories(HtmlWriter page, ColumnEffect column)
    {
        var groups = column.Points.Where(p => p.Text is not null).GroupBy(p => p.Text!, StringComparer.Ordinal)
            .Select(g => (Name: g.Key, Rows: g.Count(), Mean: g.Average(p => p.Contribution)))
            .OrderByDescending(g => g.Rows).ThenBy(g => g.Name, StringComparer.Ordinal).ToArray();
        var shown = groups.Take(CategoriesMax).OrderByDescending(g => g.Mean).ThenBy(g => g.Name, StringComparer.Ordinal).ToArray();
        var most = shown.Length == 0 ? 1 : Math.Max(shown.Max(g => Math.Abs(g.Mean)), double.Epsilon);
        page.Add($"<div class=\"wide\"><table class=\"diverge\"><thead><tr><th class=\"l\" scope=\"col\">{page.Say("report-category")}</th><th scope=\"col\">{page.Say("report-rows")}</th><th scope=\"col\">{page.Say("report-mean-head")}</th><th aria-hidden=\"true\"></th></tr></thead><tbody>");
        foreach (var (name, rows, mean) in shown)
        {
            var wide = 50 * Math.Abs(mean) / most;
            page.Add($"<tr><th scope=\"row\">{Figures.Short(name, 28)}</th><td>{rows}</td><td>{Figures.Signed(mean)}</td><td class=\"track\"><b style=\"margin-left:{(mean < 0 ? 50 - wide : 50)}%;width:{wide}%\"></b></td></tr>");
        }

        page.Add($"</tbody></table></div>");
        if (groups.Length > CategoriesMax)
        {
            page.Add($"<p class=\"note\">{page.Say("report-rarer", ("count", groups.Length - CategoriesMax))}</p>");
        }

        Missing(page, column);
    }

    private static void Missing(HtmlWriter page, ColumnEffect column)
    {
        var missing = column.Points.Where(p => p.Number is null && p.Text is null).ToArray();
        if (missing.Length > 0)
        {
            page.Add($"<p class=\"note\">{page.Say("report-missing-mean", ("rows", Figures.Whole(missing.Length)), ("mean", Figures.Signed(missing.Average(p => p.Contribution))))}</p>");
        }
    }
}
