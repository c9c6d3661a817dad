using MlOps.Evaluation.Metrics;
using MlOps.Pipeline.Steps.Report.Charts;
using MlOps.Pipeline.Steps.Report.Data;
using MlOps.Pipeline.Steps.Report.Html;

namespace MlOps.Pipeline.Steps.Report.Sections;

/// <summary>ROC, precision and recall, calibration and confusion of a model with two classes.</summary>
internal static class BinaryCharts
{
    private const int CalibrationBins = 10;

    public static void Write(HtmlWriter page, ReportData data)
    {
        page.Add($"<div class=\"grid\">\n");
        Roc(page, data);
        PrecisionRecall(page, data);
        CalibrationChart(page, data);
        Confusion(page, page.Say("report-confusion-test", ("rows", Figures.Whole(data.TestLabels.Length))), data.TestLabels, data.TestScores, data);
        var known = Known(data);
        if (known.Labels.Length > 0)
        {
            Confusion(page, page.Say("report-confusion-period", ("rows", Figures.Whole(known.Labels.Length))), known.Labels, known.Scores, data);
        }

        page.Add($"</div>\n");
    }

    private static void Roc(HtmlWriter page, ReportData data)
    {
        var plot = new Plot(page.Say("report-roc-label"), new Scale(0, 1, 0, 1), new Scale(0, 1, 0, 1), page.Say("report-fpr"), page.Say("report-tpr"));
        plot.Line("ln", [(0, 0), (1, 1)]);
        if (data.OtherScores.Length > 0)
        {
            plot.Line("lb", Curves.Roc(data.TestLabels, data.OtherScores).Select(p => (p.FalsePositiveRate, p.TruePositiveRate)));
        }

        var curve = Curves.Roc(data.TestLabels, data.TestScores);
        plot.Line("la", curve.Select(p => (p.FalsePositiveRate, p.TruePositiveRate)));
        var at = curve.Last(p => p.Threshold >= data.Model.Threshold);
        plot.Mark("fa", at.FalsePositiveRate, at.TruePositiveRate, 4.5, page.Say("report-at-threshold", ("threshold", Figures.Number(data.Model.Threshold))));
        Card(page, data, page.Say("report-roc"), plot.Close(), page.Say("report-guessing"), page.Say("report-fpr-head"), page.Say("report-tpr-head"),
            Enumerable.Range(0, 11).Select(i => i / 10.0).Select(x => (x, curve.Where(p => p.FalsePositiveRate <= x + 1e-12).Max(p => p.TruePositiveRate))));
    }

    private static void PrecisionRecall(HtmlWriter page, ReportData data)
    {
        var plot = new Plot(page.Say("report-pr-label"), new Scale(0, 1, 0, 1), new Scale(0, 1, 0, 1), page.Say("report-recall"), page.Say("report-precision"));
        var share = data.TestLabels.Average();
        plot.Line("ln", [(0, share), (1, share)]);
        if (data.OtherScores.Length > 0)
        {
            plot.Line("lb", Curves.PrecisionRecall(data.TestLabels, data.OtherScores).Select(p => (p.Recall, p.Precision)));
        }

        var curve = Curves.PrecisionRecall(data.TestLabels, data.TestScores);
        plot.Line("la", curve.Select(p => (p.Recall, p.Precision)));
        if (curve.LastOrDefault(p => p.Threshold >= data.Model.Threshold) is { Threshold: > 0 } at)
        {
            plot.Mark("fa", at.Recall, at.Precision, 4.5, page.Say("report-at-threshold", ("threshold", Figures.Number(data.Model.Threshold))));
        }

        Card(page, data, page.Say("report-pr"), plot.Close(), page.Say("report-guessing"), page.Say("report-recall-least"), page.Say("report-precision-best"),
            Enumerable.Range(1, 10).Select(i => i / 10.0).Select(x => (x, curve.Where(p => p.Recall >= x - 1e-12).Select(p => p.Precision).DefaultIfEmpty(double.NaN).Max())));
    }

    private static void CalibrationChart(HtmlWriter page, ReportData data)
    {
        var bins = Calibration.EqualCounts(data.TestLabels, data.TestScores, CalibrationBins);
        var top = Math.Min(1, 1.08 * Math.Max(bins.Max(b => b.MeanPredicted), bins.Max(b => b.MeanObserved)));
        var plot = new Plot(page.Say("report-calibration-label"), new Scale(0, top, 0, 1), new Scale(0, top, 0, 1), page.Say("report-bin-score"), page.Say("report-positives-share"));
        plot.Line("ln", [(0, 0), (top, top)]);
        plot.Line("la", bins.Select(b => (b.MeanPredicted, b.MeanObserved)));
        foreach (var bin in bins)
        {
            plot.Mark("fa", bin.MeanPredicted, bin.MeanObserved, 3.5, page.Say("report-bin", ("rows", Figures.Whole(bin.Weight)), ("score", Figures.Metric(bin.MeanPredicted)), ("positives", Figures.Metric(bin.MeanObserved))));
        }

        Card(page, data, page.Say("report-calibration", ("error", Figures.Metric(Calibration.ExpectedError(bins)))), plot.Close(), page.Say("report-perfect"), page.Say("report-mean-score"), page.Say("report-positives-share-head"),
            bins.Select(b => (b.MeanPredicted, b.MeanObserved)), withOther: false);
    }

    private static void Card(
        HtmlWriter page, ReportData data, string title, Markup chart, string reference, string x, string y, IEnumerable<(double X, double Y)> figures, bool withOther = true)
    {
        page.Add($"<div class=\"card\"><h3>{title}</h3><ul class=\"key\"><li><i></i>{page.Say("report-predicting")}</li>");
        if (withOther && data.OtherScores.Length > 0)
        {
            page.Add($"<li><i class=\"b\"></i>{(data.OtherIsFormer ? page.Say("report-former") : page.Say("report-challenger"))}</li>");
        }

        page.Add($"<li><i class=\"n\"></i>{reference}</li></ul>{chart}<details><summary>{page.Say("report-figures")}</summary><div class=\"wide\"><table><thead><tr><th scope=\"col\">{x}</th><th scope=\"col\">{y}</th></tr></thead><tbody>");
        foreach (var point in figures)
        {
            page.Add($"<tr><td>{Figures.Number(point.X)}</td><td>{Figures.Metric(point.Y)}</td></tr>");
        }

        page.Add($"</tbody></table></div></details></div>\n");
    }

    private static void Confusion(HtmlWriter page, string title, double[] labels, double[] scores, ReportData data)
    {
        var cells = new long[2, 2];
        for (var i = 0; i < labels.Length; i++)
        {
            cells[labels[i] > 0 ? 1 : 0, scores[i] >= data.Model.Threshold ? 1 : 0]++;
        }

        ConfusionTable.Write(page, title, [data.Classes.Count == 2 ? data.Classes[0] : "0", data.Positive], cells, page.Say("report-positive-from", ("threshold", Figures.Number(data.Model.Threshold))));
    }

    private static (double[] Labels, double[] Scores) Known(ReportData data)
    {
        int[] rows = [.. Enumerable.Range(0, data.DropLabels.Length).Where(i => !double.IsNaN(data.DropLabels[i]))];
        return ([.. rows.Select(i => data.DropLabels[i])], [.. rows.Select(i => data.Scores[i])]);
    }
}
