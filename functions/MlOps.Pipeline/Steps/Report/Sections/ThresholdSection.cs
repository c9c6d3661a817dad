using MlOps.Pipeline.Definitions;
using MlOps.Pipeline.Steps.Decide;
using MlOps.Pipeline.Steps.Report.Charts;
using MlOps.Pipeline.Steps.Report.Data;
using MlOps.Pipeline.Steps.Report.Html;
using MlOps.Pipeline.Wording;

namespace MlOps.Pipeline.Steps.Report.Sections;

/// <summary>What thresholds do to the rows whose labels are known: of the period where there are enough, else the model's test rows.</summary>
internal static class ThresholdSection
{
    // The precision of fewer rows is chance, and a line through it would say more than is known.
    private const int FewestPredicted = 10;

    public static bool Applies(ReportData data) => data.Task == TaskKind.Binary && (DecisionDocument.Speak(Known(data).Labels) || DecisionDocument.Speak(data.TestLabels));

    public static void Write(HtmlWriter page, ReportData data)
    {
        var known = Known(data);
        var ofPeriod = DecisionDocument.Speak(known.Labels);
        var output = data.Definition.Output;
        var decision = DecisionDocument.Of(
            ofPeriod ? "period" : "test", data.Period, data.Model.Version, data.Positive, data.Model.Threshold, (output.FalsePositiveCost, output.FalseNegativeCost),
            ofPeriod ? known.Labels : data.TestLabels, ofPeriod ? known.Scores : data.TestScores);
        var now = decision.Thresholds.First(t => t.Threshold == decision.Threshold);
        var rows = Sentence.Of(ofPeriod ? "report-rows-period" : "report-rows-test", ("rows", Figures.Whole(decision.Rows)));
        page.Add($"<p class=\"note\">{Said(page, decision, now, rows)}</p>\n");
        page.Add($"<div class=\"grid two\">\n");
        Thresholds(page, decision);
        Gain(page, decision);
        page.Add($"</div>\n");
    }

    private static string Said(HtmlWriter page, DecisionDocument decision, ThresholdEffect now, Sentence rows)
    {
        (string, object)[] facts =
        [
            ("rows", rows), ("model", decision.ModelVersion), ("threshold", Figures.Number(decision.Threshold)),
            ("ks", Figures.Metric(decision.Distance)), ("at", Figures.Number(decision.DistanceAt)),
        ];
        return now.Precision is { } precision
            ? page.Say("report-threshold-note", [.. facts, ("share", Figures.Share(now.Share)), ("recall", Figures.Share(now.Recall)), ("precision", Figures.Share(precision))])
            : page.Say("report-threshold-none", [.. facts, ("highest", Figures.Number(decision.Deciles[0].Highest))]);
    }

    private static void Thresholds(HtmlWriter page, DecisionDocument decision)
    {
        var top = Math.Max(decision.Thresholds[0].Threshold, decision.Threshold);
        var plot = new Plot(page.Say("report-threshold-label"), new Scale(0, Math.Min(1, top), 0, 1), new Scale(0, 1, 0, 1), page.Say("report-threshold"), page.Say("report-share-axis"), width: Plot.Half);
        plot.Line("la", decision.Thresholds.Select(t => (t.Threshold, t.Recall)));
        plot.Line("lb", decision.Thresholds.Where(t => t.Predicted >= FewestPredicted).Select(t => (t.Threshold, t.Precision!.Value)));
        plot.Line("ln", decision.Thresholds.Select(t => (t.Threshold, t.Share)));
        plot.Upright(decision.Threshold, Figures.Number(decision.Threshold));
        page.Add($"<div class=\"card\"><h3>{page.Say("report-threshold-effect")}</h3><ul class=\"key\"><li><i></i>{page.Say("report-recall")}</li><li><i class=\"b\"></i>{page.Say("report-precision")}</li><li><i class=\"n\"></i>{page.Say("report-predicted-share")}</li></ul>{plot.Close()}");
        page.Add($"<div class=\"wide snug\" tabindex=\"0\"><table><thead><tr><th scope=\"col\">{page.Say("report-threshold")}</th><th scope=\"col\">{page.Say("report-predicted-share")}</th><th scope=\"col\">{page.Say("report-recall")}</th><th scope=\"col\">{page.Say("report-precision")}</th><th scope=\"col\">{page.Say("report-cost-head")}</th></tr></thead><tbody>\n");
        foreach (var t in Shown(decision))
        {
            var own = t.Threshold == decision.Threshold;
            page.Add($"<tr><td class=\"n\">{Figures.Number(t.Threshold)}{(own ? page.Say("report-own-threshold") : "")}</td><td>{Figures.Share(t.Share)}</td><td>{Figures.Share(t.Recall)}</td><td>{Figures.Share(t.Precision ?? double.NaN)}</td><td>{Figures.Number(t.Cost)}</td></tr>\n");
        }

        page.Add($"</tbody></table></div><p class=\"note\">{page.Say("report-cost", ("fp", Figures.Number(decision.FalsePositiveCost)), ("fn", Figures.Number(decision.FalseNegativeCost)))}</p></div>\n");
    }

    private static void Gain(HtmlWriter page, DecisionDocument decision)
    {
        var plot = new Plot(page.Say("report-gain-label"), new Scale(0, 1, 0, 1), new Scale(0, 1, 0, 1), page.Say("report-share-rows"), page.Say("report-gain-axis"), width: Plot.Half, xText: Figures.Percent, yText: Figures.Percent);
        plot.Line("ln", [(0, 0), (1, 1)]);
        plot.Line("la", decision.Deciles.Select(d => (d.Number / (double)decision.Deciles.Count, d.Gain)).Prepend((0, 0)));
        foreach (var d in decision.Deciles)
        {
            plot.Mark("fa", d.Number / (double)decision.Deciles.Count, d.Gain, 3.5, $"{d.Number}: {Figures.Share(d.Gain)}");
        }

        page.Add($"<div class=\"card\"><h3>{page.Say("report-gain-curve")}</h3><ul class=\"key\"><li><i></i>{page.Say("report-predicting")}</li><li><i class=\"n\"></i>{page.Say("report-guessing")}</li></ul>{plot.Close()}");
        page.Add($"<div class=\"wide snug\" tabindex=\"0\"><table><thead><tr><th scope=\"col\">{page.Say("report-decile")}</th><th scope=\"col\">{page.Say("report-decile-scores")}</th><th scope=\"col\">{page.Say("report-decile-rows")}</th><th scope=\"col\">{page.Say("report-positives-share-head")}</th><th scope=\"col\">{page.Say("report-lift")}</th><th scope=\"col\">{page.Say("report-gain-head")}</th></tr></thead><tbody>\n");
        foreach (var d in decision.Deciles)
        {
            page.Add($"<tr><td>{d.Number}</td><td class=\"n\">{Figures.Number(d.Lowest)} – {Figures.Number(d.Highest)}</td><td>{Figures.Whole(d.Rows)}</td><td>{Figures.Share(d.Rate)}</td><td>{Figures.Number(Math.Round(d.Lift, 2))}</td><td>{Figures.Share(d.Gain)}</td></tr>\n");
        }

        page.Add($"</tbody></table></div></div>\n");
    }

    // About ten, at equal steps in the rows predicted positive, and the model's own.
    private static IEnumerable<ThresholdEffect> Shown(DecisionDocument decision)
    {
        var step = 0;
        foreach (var t in decision.Thresholds)
        {
            var own = t.Threshold == decision.Threshold;
            if (own || t.Share * 10 >= step + 0.5)
            {
                step = own ? step : (int)Math.Floor((t.Share * 10) + 0.5);
                yield return t;
            }
        }
    }

    private static (double[] Labels, double[] Scores) Known(ReportData data)
    {
        if (data.Task != TaskKind.Binary)
        {
            return ([], []);
        }

        int[] rows = [.. Enumerable.Range(0, data.DropLabels.Length).Where(i => !double.IsNaN(data.DropLabels[i]))];
        return ([.. rows.Select(i => data.DropLabels[i])], [.. rows.Select(i => data.Scores[i])]);
    }
}
