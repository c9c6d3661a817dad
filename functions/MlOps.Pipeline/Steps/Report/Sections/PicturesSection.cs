using System.Globalization;
using MlOps.Pipeline.Steps.Report.Data;
using MlOps.Pipeline.Steps.Report.Html;

namespace MlOps.Pipeline.Steps.Report.Sections;

/// <summary>Pictures of the period with what the model says of them.</summary>
internal static class PicturesSection
{
    /// <summary>What the page's style sheet lacks for pictures.</summary>
    public const string Sheet =
        ".pics{display:grid;grid-template-columns:repeat(auto-fill,minmax(5.4rem,1fr));gap:.7rem;margin:.5rem 0 0}.pics figure{margin:0;font-size:.75rem;line-height:1.3;font-variant-numeric:tabular-nums;min-width:0;break-inside:avoid}"
        + ".pics img{display:block;width:100%;height:auto;aspect-ratio:1;border-radius:.3rem;border:2px solid var(--line);background:var(--ground)}.pics .bad img{border-color:var(--bad)}.pics figcaption{overflow:hidden;text-overflow:ellipsis}.pics b{font-weight:600}.pics .is{color:var(--bad)}";

    public static void Write(HtmlWriter page, ReportData data)
    {
        var pictures = data.Pictures!;
        page.Add($"<p class=\"note\">{page.Say("report-pictures-note")}</p>\n");
        if (pictures.MostWrong.Count > 0)
        {
            Grid(page, page.Say("report-pictures-wrong"), page.Say("report-pictures-wrong-note"), pictures.MostWrong);
        }
        else if (data.DropLabels.Any(l => !double.IsNaN(l)))
        {
            page.Add($"<div class=\"card mt\"><h3>{page.Say("report-pictures-wrong")}</h3><p class=\"note\">{page.Say("report-pictures-wrong-none")}</p></div>\n");
        }

        if (pictures.LeastSure.Count > 0)
        {
            Grid(page, page.Say("report-pictures-unsure"), page.Say("report-pictures-unsure-note"), pictures.LeastSure);
        }

        foreach (var (name, count, some) in pictures.Classes)
        {
            var title = name is null ? page.Say("report-pictures-values") : page.Say("report-pictures-class", ("class", name));
            Grid(page, title, some.Count < count ? page.Say("report-pictures-some", ("count", Figures.Whole(some.Count)), ("all", Figures.Whole(count))) : page.Say("report-pictures-all", ("count", Figures.Whole(count))), some);
        }
    }

    private static void Grid(HtmlWriter page, string title, string note, IReadOnlyList<ReportPicture> pictures)
    {
        page.Add($"<div class=\"card mt\"><h3>{title}</h3><p class=\"note\">{note}</p><div class=\"pics\">\n");
        foreach (var picture in pictures)
        {
            // Letters, digits, +, / and = alone: nothing to encode.
            var source = new Markup(Convert.ToBase64String(picture.Jpeg));
            var said = picture.Predicted is { } predicted
                ? page.Mark("report-pictures-says", ("class", predicted), ("probability", Strong(picture.Score.ToString("0.000", CultureInfo.InvariantCulture)))) : Strong(Figures.Number(picture.Score));
            page.Add($"<figure{new Markup(picture.IsWrong ? " class=\"bad\"" : "")}><img src=\"data:image/jpeg;base64,{source}\" alt=\"{picture.File}\" title=\"{picture.File}\" width=\"72\" height=\"72\"><figcaption>{said}");
            if (picture.Label is { } label && (picture.IsWrong || picture.Predicted is null))
            {
                page.Add($"<br><span class=\"is\">{page.Say("report-pictures-is", ("label", label))}</span>");
            }

            page.Add($"</figcaption></figure>\n");
        }

        page.Add($"</div></div>\n");
    }

    private static Markup Strong(string text)
    {
        var strong = new HtmlWriter();
        strong.Add($"<b>{text}</b>");
        return strong.ToMarkup();
    }
}
