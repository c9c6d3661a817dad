using MlOps.Evaluation.Metrics;
using MlOps.Pipeline.Steps.Report.Charts;
using MlOps.Pipeline.Steps.Report.Data;
using MlOps.Pipeline.Steps.Report.Html;

namespace MlOps.Pipeline.Steps.Report.Sections;

/// <summary>Confusion, and each class against the rest, of a model with several classes.</summary>
internal static class MulticlassCharts
{
    // A larger matrix cannot be read; the table of classes says the same.
    private const int MatrixMax = 15;

    public static void Write(HtmlWriter page, ReportData data)
    {
        var k = data.Width;
        var cells = new long[k, k];
        for (var i = 0; i < data.TestLabels.Length; i++)
        {
            cells[(int)data.TestLabels[i], MulticlassMetrics.MostProbable(data.TestScores.AsSpan(i * k, k))]++;
        }

        page.Add($"<div class=\"grid two\">\n");
        if (k <= MatrixMax)
        {
            ConfusionTable.Write(page, page.Say("report-confusion-test", ("rows", Figures.Whole(data.TestLabels.Length))), data.Classes, cells, page.Say("report-most-probable"));
        }

        Classes(page, data, cells);
        if (k <= MatrixMax)
        {
            RocCurves(page, data);
        }

        page.Add($"</div>\n");
    }

    private static void Classes(HtmlWriter page, ReportData data, long[,] cells)
    {
        var k = data.Width;
        var metrics = MulticlassMetrics.Of(k, data.TestLabels, data.TestScores);
        page.Add($"<div class=\"card\"><h3>{page.Say("report-each-class")}</h3><div class=\"wide\" tabindex=\"0\"><table><thead><tr><th class=\"l\" scope=\"col\">{page.Say("report-class")}</th><th scope=\"col\">{page.Say("report-rows")}</th><th scope=\"col\">{page.Say("report-recall-head")}</th><th scope=\"col\">{page.Say("report-precision-head")}</th><th scope=\"col\">{page.Say("report-auc-rest")}</th></tr></thead><tbody>");
        for (var c = 0; c < k; c++)
        {
            var row = Enumerable.Range(0, k).Sum(p => cells[c, p]);
            var column = Enumerable.Range(0, k).Sum(t => cells[t, c]);
            page.Add($"<tr><th scope=\"row\">{data.Classes[c]}</th><td>{Figures.Whole(row)}</td><td>{Share(cells[c, c], row)}</td><td>{Share(cells[c, c], column)}</td><td>{Figures.Metric(metrics.OneVersusRestAuc[c])}</td></tr>");
        }

        page.Add($"</tbody></table></div></div>\n");
    }

    private static void RocCurves(HtmlWriter page, ReportData data)
    {
        page.Add($"<div class=\"card\"><h3>{page.Say("report-roc-classes")}</h3>");
        var plot = new Plot(page.Say("report-roc-classes-label"), new Scale(0, 1, 0, 1), new Scale(0, 1, 0, 1), page.Say("report-fpr"), page.Say("report-tpr"), 300, Plot.Half);
        plot.Line("ln", [(0, 0), (1, 1)]);
        for (var c = 0; c < data.Width; c++)
        {
            double[] labels = [.. data.TestLabels.Select(l => (int)l == c ? 1.0 : 0.0)];
            if (labels.Contains(1) && labels.Contains(0))
            {
                double[] scores = [.. Enumerable.Range(0, labels.Length).Select(i => data.TestScores[(i * data.Width) + c])];
                plot.Line($"la c{c % 7}", Curves.Roc(labels, scores).Select(p => (p.FalsePositiveRate, p.TruePositiveRate)));
            }
        }

        page.Add($"{plot.Close()}<p class=\"note\">{page.Say("report-roc-classes-note")}</p></div>\n");
    }

    private static string Share(long part, long of) => of == 0 ? "–" : Figures.Share(part / (double)of);
}
