using MlOps.Pipeline.Artifacts;
using MlOps.Pipeline.Steps.Explain;
using MlOps.Pipeline.Steps.Report.Charts;
using MlOps.Pipeline.Steps.Report.Data;
using MlOps.Pipeline.Steps.Report.Html;

namespace MlOps.Pipeline.Steps.Report.Sections;

/// <summary>Predicted against true values, and the residuals, of a regression.</summary>
internal static class RegressionCharts
{
    private const int DotsMax = 1500;
    private const int Bins = 41;

    public static void Write(HtmlWriter page, ReportData data)
    {
        page.Add($"<div class=\"grid two\">\n");
        Scatter(page, data);
        Residuals(page, data);
        page.Add($"</div>\n");
    }

    private static void Scatter(HtmlWriter page, ReportData data)
    {
        var rows = RowSample.Take(StepContext.AllRows(data.TestLabels.Length), DotsMax, data.Definition.Split.Seed);
        var both = Scale.Around(data.TestLabels.Concat(data.TestScores), 0, 1);
        var plot = new Plot(page.Say("report-scatter-label"), both, both, page.Say("report-true", ("label", data.Definition.Label)), page.Say("report-predicted-axis"), 340, Plot.Half);
        plot.Line("ln", [(both.Min, both.Min), (both.Max, both.Max)]);
        plot.Dots("pa", rows.Select(i => (data.TestLabels[i], data.TestScores[i])));
        page.Add($"<div class=\"card\"><h3>{page.Say("report-scatter")}</h3><ul class=\"key\"><li><i></i>{(rows.Length < data.TestLabels.Length ? page.Say("report-sample", ("rows", Figures.Whole(rows.Length)), ("all", Figures.Whole(data.TestLabels.Length))) : page.Say("report-all-test", ("rows", Figures.Whole(rows.Length))))}</li><li><i class=\"n\"></i>{page.Say("report-perfect")}</li></ul>{plot.Close()}</div>\n");
    }

    private static void Residuals(HtmlWriter page, ReportData data)
    {
        double[] residuals = [.. data.TestLabels.Select((label, i) => data.TestScores[i] - label).Order()];
        double Quantile(double q) => residuals[(int)Math.Round(q * (residuals.Length - 1))];
        // A few wild rows would press all others into one bar.
        var reach = Math.Max(Math.Abs(Quantile(0.01)), Math.Abs(Quantile(0.99))) * 1.05;
        reach = reach > 0 ? reach : 1;
        var counts = new long[Bins];
        foreach (var residual in residuals)
        {
            counts[Math.Clamp((int)((residual + reach) / (2 * reach) * Bins), 0, Bins - 1)]++;
        }

        var plot = new Plot(page.Say("report-residuals-label"), new Scale(-reach, reach, 0, 1), new Scale(0, counts.Max() * 1.05, 0, 1), page.Say("report-minus"), page.Say("report-rows-axis"), 340, Plot.Half, yText: Figures.Whole);
        for (var i = 0; i < Bins; i++)
        {
            var (from, to) = (-reach + (2 * reach * i / Bins), -reach + (2 * reach * (i + 1) / Bins));
            plot.Bar("fa", from, to, counts[i], page.Say("report-residual-bar", ("low", Figures.Number(from)), ("high", Figures.Number(to)), ("rows", Figures.Whole(counts[i]))));
        }

        plot.Upright(0, "");
        page.Add($"<div class=\"card\"><h3>{page.Say("report-residuals")}</h3><p class=\"note\">{page.Say("report-residuals-note", ("rows", Figures.Whole(residuals.Length)), ("median", Figures.Number(Median(residuals))))}</p>{plot.Close()}");
        page.Add($"<details><summary>{page.Say("report-figures")}</summary><div class=\"wide\"><table><thead><tr><th scope=\"col\">{page.Say("report-quantile")}</th><th scope=\"col\">{page.Say("report-minus-head")}</th></tr></thead><tbody>");
        foreach (var q in new[] { 0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99 })
        {
            page.Add($"<tr><td>{Figures.Percent(q)}</td><td>{Figures.Number(Quantile(q))}</td></tr>");
        }

        page.Add($"</tbody></table></div></details></div>\n");
    }

    private static double Median(double[] residuals)
    {
        double[] sizes = [.. residuals.Select(Math.Abs).Order()];
        return sizes[sizes.Length / 2];
    }
}
