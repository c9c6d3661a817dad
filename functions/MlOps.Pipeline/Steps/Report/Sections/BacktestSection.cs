using MlOps.Pipeline.Definitions;
using MlOps.Pipeline.Steps.Accumulate;
using MlOps.Pipeline.Steps.Evaluate;
using MlOps.Pipeline.Steps.Report.Data;
using MlOps.Pipeline.Steps.Report.Html;
using MlOps.Pipeline.Wording;

namespace MlOps.Pipeline.Steps.Report.Sections;

/// <summary>How periods of the history came out when each was predicted from what came before it, and what was chosen by that.</summary>
internal static class BacktestSection
{
    public static void Write(HtmlWriter page, ReportData data)
    {
        var rolling = data.RollingBacktest!;
        page.Add($"<p class=\"note\">{page.Say("report-backtests-note")}</p>\n");
        if (rolling.Periods.Count > 0)
        {
            Table(page, data.Task, rolling);
        }

        foreach (var said in Choices(rolling.Way))
        {
            page.Add($"<p class=\"note mt\">{page.Word(said)}</p>\n");
        }
    }

    /// <summary>What was chosen and why, where the definition leaves it open.</summary>
    public static IEnumerable<Sentence> Choices(ChosenWay way) => new[] { way.ValidationSaid, way.HistorySaid }.OfType<Sentence>();

    private static void Table(HtmlWriter page, TaskKind task, RollingBacktest rolling)
    {
        var leading = LeadingMetrics.Of(task);
        page.Add($"<div class=\"card wide\" tabindex=\"0\"><table><thead><tr><th class=\"l\" scope=\"col\">{page.Say("report-period")}</th><th scope=\"col\">{page.Say("report-backtests-learned")}</th><th scope=\"col\">{page.Say("report-backtests-rows")}</th>");
        foreach (var (_, words, _, _) in leading)
        {
            page.Add($"<th scope=\"col\">{words}</th><th scope=\"col\">{page.Say("report-tile-random", ("metric", words))}</th>");
        }

        page.Add($"</tr></thead><tbody>\n");
        foreach (var period in rolling.Periods)
        {
            page.Add($"<tr><th class=\"l\" scope=\"row\">{(period.IsInside ? period.Period : page.Period(period.Period))}</th><td>{Figures.Whole(period.Learned)}</td><td>{Figures.Whole(period.Rows)}</td>");
            foreach (var (name, _, _, _) in leading)
            {
                page.Add($"<td>{Metric(rolling.MetricsOf(period), name)}</td><td>{Metric(period.RandomTest, name)}</td>");
            }

            page.Add($"</tr>\n");
        }

        page.Add($"</tbody></table></div>\n");
    }

    private static string Metric(IReadOnlyDictionary<string, double> metrics, string name) => Figures.Metric(metrics.TryGetValue(name, out var value) ? value : null);
}
