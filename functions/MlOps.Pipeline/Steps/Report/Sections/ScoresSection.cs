using MlOps.Evaluation.Metrics;
using MlOps.Pipeline.Definitions;
using MlOps.Pipeline.Steps.Report.Charts;
using MlOps.Pipeline.Steps.Report.Data;
using MlOps.Pipeline.Steps.Report.Html;

namespace MlOps.Pipeline.Steps.Report.Sections;

/// <summary>The published scores: their distribution, against that of the test rows, and the threshold.</summary>
internal static class ScoresSection
{
    private const int Bins = 40;

    public static void Write(HtmlWriter page, ReportData data)
    {
        if (data.Task == TaskKind.Multiclass)
        {
            Classes(page, data);
            return;
        }

        var sorted = data.Scores.Order().ToArray();
        var scale = data.Task == TaskKind.Binary ? new Scale(0, 1, 0, 1) : Scale.Around(data.Scores.Concat(data.TestScores), 0, 1);
        var (now, test) = (Shares(data.Scores, scale), Shares(data.TestScores, scale));
        var top = Math.Max(now.Max(), test.Length == 0 ? 0 : test.Max());
        var plot = new Plot(
            page.Say("report-scores-label"), scale, new Scale(0, top * 1.06, 0, 1), data.Task == TaskKind.Binary ? page.Say("report-probability-of", ("class", data.Positive)) : page.Say("report-predicted-label", ("label", data.Definition.Label)),
            page.Say("report-share-rows"), 280, Plot.Half, yText: Figures.Percent);
        double Edge(int i) => scale.Min + ((scale.Max - scale.Min) * i / Bins);
        for (var i = 0; i < Bins; i++)
        {
            plot.Bar("fa", Edge(i), Edge(i + 1), now[i], page.Say("report-score-bar", ("low", Figures.Number(Edge(i))), ("high", Figures.Number(Edge(i + 1))), ("share", Figures.Share(now[i]))));
        }

        if (data.TestScores.Length > 0)
        {
            plot.Line("lb", Enumerable.Range(0, Bins).SelectMany(i => new[] { (Edge(i), test[i]), (Edge(i + 1), test[i]) }));
        }

        if (data.Task == TaskKind.Binary)
        {
            plot.Upright(data.Model.Threshold, page.Say("report-threshold-mark", ("threshold", Figures.Number(data.Model.Threshold))));
        }

        page.Add($"<div class=\"grid two\"><div class=\"card\"><h3>{page.Say("report-distribution")}</h3><ul class=\"key\"><li><i></i>{page.Say("report-period-rows", ("rows", Figures.Whole(data.Scores.Length)))}</li><li><i class=\"b\"></i>{page.Say("report-history-rows", ("rows", Figures.Whole(data.TestScores.Length)))}</li></ul>{plot.Close()}</div>");
        page.Add($"<div class=\"card\"><h3>{page.Say("report-quantiles")}</h3><div class=\"wide\"><table><thead><tr><th scope=\"col\">{page.Say("report-quantile")}</th><th scope=\"col\">{page.Say("report-score-head")}</th><th scope=\"col\">{page.Say("report-test-rows-head")}</th></tr></thead><tbody>");
        var before = data.TestScores.Order().ToArray();
        foreach (var q in new[] { 0, 0.05, 0.25, 0.5, 0.75, 0.95, 1 })
        {
            page.Add($"<tr><td>{(q == 0 ? page.Say("report-lowest") : q == 1 ? page.Say("report-highest") : Figures.Percent(q))}</td><td>{Figures.Metric(At(sorted, q))}</td><td>{Figures.Metric(At(before, q))}</td></tr>");
        }

        page.Add($"<tr><th scope=\"row\">{page.Say("report-mean")}</th><td>{Figures.Metric(data.Scores.Average())}</td><td>{Figures.Metric(before.Length == 0 ? null : before.Average())}</td></tr></tbody></table></div></div></div>\n");
    }

    private static void Classes(HtmlWriter page, ReportData data)
    {
        var counts = new long[data.Width];
        var sums = new double[data.Width];
        for (var row = 0; row < data.Rows; row++)
        {
            var scores = data.Scores.AsSpan(row * data.Width, data.Width);
            counts[MulticlassMetrics.MostProbable(scores)]++;
            for (var c = 0; c < scores.Length; c++)
            {
                sums[c] += scores[c];
            }
        }

        page.Add($"<div class=\"card mt\"><h3>{page.Say("report-predicted-classes")}</h3>");
        Charts.Rows.Write(page, data.Classes.Select((name, c) => (
            name, (double)counts[c], page.Say("report-class-line", ("rows", Figures.Whole(counts[c])), ("share", Figures.Share(counts[c] / (double)data.Rows)), ("probability", Figures.Metric(sums[c] / data.Rows))))));
        page.Add($"</div>\n");
    }

    private static double[] Shares(double[] scores, Scale scale)
    {
        var shares = new double[Bins];
        foreach (var score in scores)
        {
            shares[Math.Clamp((int)((score - scale.Min) / (scale.Max - scale.Min) * Bins), 0, Bins - 1)] += 1.0 / scores.Length;
        }

        return scores.Length == 0 ? [] : shares;
    }

    private static double? At(double[] sorted, double q) => sorted.Length == 0 ? null : sorted[(int)Math.Round(q * (sorted.Length - 1))];
}
