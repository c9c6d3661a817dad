using MlOps.Pipeline.Steps.Report.Html;

namespace MlOps.Pipeline.Steps.Report.Charts;

/// <summary>A measured difference with its interval against zero and the margin that was asked for.</summary>
internal static class Intervals
{
    public static Markup Svg(HtmlWriter words, string label, double value, double lower, double upper, double margin)
    {
        const double width = 460, middle = 34;
        var scale = Scale.Around([0, margin, value, lower, upper], 24, width - 24, 0.12);
        var page = new HtmlWriter();
        page.Add($"<svg viewBox=\"0 0 {width} 82\" role=\"img\" aria-label=\"{label}\">");
        foreach (var tick in scale.Ticks(5))
        {
            page.Add($"<path class=\"g\" d=\"M{scale.At(tick)} 12V56\"/><text x=\"{scale.At(tick)}\" y=\"70\" text-anchor=\"middle\">{Figures.Number(tick)}</text>");
        }

        page.Add($"<path class=\"ax\" d=\"M{scale.At(0)} 8V58\"/>");
        if (margin > 0)
        {
            page.Add($"<path class=\"ln\" d=\"M{scale.At(margin)} 8V58\"><title>{words.Say("report-margin", ("margin", Figures.Number(margin)))}</title></path>");
        }

        page.Add($"<path class=\"la\" d=\"M{scale.At(lower)} {middle}H{scale.At(upper)}M{scale.At(lower)} {middle - 6}v12M{scale.At(upper)} {middle - 6}v12\"/>");
        page.Add($"<circle class=\"fa\" cx=\"{scale.At(value)}\" cy=\"{middle}\" r=\"5\"/>");
        page.Add($"<text x=\"{scale.At(0) - 6}\" y=\"8\" text-anchor=\"end\">{words.Say("report-worse")}</text><text x=\"{scale.At(0) + 6}\" y=\"8\">{words.Say("report-better")}</text></svg>\n");
        return page;
    }
}
