using MlOps.Pipeline.Registry;
using MlOps.Pipeline.Steps.Report.Charts;
using MlOps.Pipeline.Steps.Report.Data;
using MlOps.Pipeline.Steps.Report.Html;

namespace MlOps.Pipeline.Steps.Report.Sections;

/// <summary>How predictions have turned out, period by period, as far as labels are known.</summary>
internal static class PerformanceSection
{
    public static void Write(HtmlWriter page, ReportData data)
    {
        var known = data.Performance.Where(p => p.Value is not null).ToArray();
        // Of several predictions of a period the one that is in force comes last.
        var inForce = known.GroupBy(p => p.Period).Select(g => g.Last()).ToArray();
        var metric = inForce[^1].Metric;
        var periods = inForce.Select(p => p.Period).ToList();
        page.Add($"<p class=\"note\">{page.Say(metric is "auc" or "average_precision" ? "report-performance-higher" : "report-performance-lower", ("metric", page.Code(metric)))}</p>\n<div class=\"grid two\"><div class=\"card\"><h3>{page.Say("report-by-period", ("metric", page.Code(metric)))}</h3>");
        var plot = new Plot(
            page.Say("report-performance-label", ("metric", metric)), new Scale(-0.5, periods.Count - 0.5, 0, 1),
            Scale.Around(known.SelectMany(p => new[] { p.Value!.Value, p.Low ?? p.Value.Value, p.High ?? p.Value.Value }), 0, 1, 0.08),
            page.Say("report-axis-period"), page.Code(metric), 250, Plot.Half, xText: t => t >= 0 && t < periods.Count && t == Math.Floor(t) ? Tick(periods[(int)t]) : "", yText: Figures.Number);
        plot.Line("la", inForce.Select((p, i) => ((double)i, p.Value!.Value)));
        foreach (var p in known)
        {
            var at = periods.IndexOf(p.Period);
            var replaced = !inForce.Contains(p);
            var shift = replaced ? 0.12 : 0;
            if (p is { Low: { } low, High: { } high })
            {
                plot.Line(replaced ? "ln" : "la", [(at + shift, low), (at + shift, high)]);
            }

            plot.Mark(replaced ? "ff" : "fa", at + shift, p.Value!.Value, 4, page.Say("report-performance-mark", ("period", page.Period(p.Period)), ("value", Figures.Metric(p.Value)), ("model", p.ModelVersion)) + (replaced ? page.Say("report-replaced-comma") : ""));
        }

        page.Add($"{plot.Close()}<ul class=\"key\"><li><i></i>{page.Say("report-in-force")}</li>{new Markup(known.Length > inForce.Length ? $"<li><i class=\"f\"></i>{page.Say("report-replaced-since")}</li>" : "")}</ul></div>\n");
        Table(page, known, inForce);
        page.Add($"</div>\n");
    }

    private static void Table(HtmlWriter page, RealisedPerformance[] known, RealisedPerformance[] inForce)
    {
        page.Add($"<div class=\"card wide\" tabindex=\"0\"><table><thead><tr><th class=\"l\" scope=\"col\">{page.Say("report-period")}</th><th scope=\"col\">{page.Say("report-value-head")}</th><th scope=\"col\">{page.Say("report-interval")}</th><th scope=\"col\">{page.Say("report-labels")}</th><th class=\"l\" scope=\"col\">{page.Say("report-model")}</th></tr></thead><tbody>\n");
        foreach (var p in known)
        {
            page.Add($"<tr><td class=\"l\">{Day(p.Period)}</td><td>{Figures.Metric(p.Value)}</td><td>{Figures.Metric(p.Low)}–{Figures.Metric(p.High)}</td><td>{Figures.Whole(p.Metrics.GetValueOrDefault("rows"))}</td><td class=\"l mono\">{p.ModelVersion}{new Markup(inForce.Contains(p) ? "" : $" <span class=\"tag\">{page.Say("report-replaced")}</span>")}</td></tr>\n");
        }

        page.Add($"</tbody></table></div>\n");
    }

    // A hyphen that breaks no line.
    private static string Day(string period) => period.Length == 8 ? $"{period[..4]}\u2011{period[4..6]}\u2011{period[6..]}" : period;

    private static string Tick(string period) => period.Length == 8 ? $"{period[..4]}-{period[4..6]}" : period;
}
