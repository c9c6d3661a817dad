using MlOps.Pipeline.Steps.Report.Data;
using MlOps.Pipeline.Steps.Report.Html;

namespace MlOps.Pipeline.Steps.Report.Sections;

/// <summary>How the model treats the groups that the definition names.</summary>
internal static class FairnessSection
{
    public static void Write(HtmlWriter page, ReportData data)
    {
        page.Add($"<p class=\"note\">{page.Say("report-fairness-note")}</p>\n<div class=\"stack\">\n");
        foreach (var fairness in data.Monitor!.Fairness)
        {
            page.Add($"<div class=\"card\"><h3>{fairness.Column}: {(fairness.Rows == "test" ? page.Say("report-test-rows") : page.Say("report-this-period"))}</h3><p class=\"note\">{page.Say("report-fairness-differences", ("parity", Figures.Metric(fairness.DemographicParityDifference)), ("opportunity", Figures.Metric(fairness.EqualOpportunityDifference)), ("gap", Figures.Metric(fairness.CalibrationGapDifference)), ("threshold", Figures.Number(fairness.Threshold)))}</p>");
            page.Add($"<div class=\"wide\" tabindex=\"0\"><table><thead><tr><th class=\"l\" scope=\"col\">{page.Say("report-group")}</th><th scope=\"col\">{page.Say("report-rows")}</th><th scope=\"col\">{page.Say("report-predicted-positive")}</th><th scope=\"col\">{page.Say("report-mean-score")}</th><th scope=\"col\">{page.Say("report-positives")}</th><th scope=\"col\">{page.Say("report-tpr-head")}</th><th scope=\"col\">{page.Say("report-fpr-head")}</th></tr></thead><tbody>\n");
            foreach (var group in fairness.Groups)
            {
                page.Add($"<tr><th scope=\"row\">{page.Word(group.Said, group.Group)}</th><td>{Figures.Whole(group.Rows)}</td><td>{Figures.Share(group.SelectionRate)}</td><td>{Figures.Metric(group.MeanScore)}</td><td>{Share(group.BaseRate)}</td><td>{Share(group.TruePositiveRate)}</td><td>{Share(group.FalsePositiveRate)}</td></tr>\n");
            }

            page.Add($"</tbody></table></div></div>\n");
        }

        page.Add($"</div>\n");
    }

    private static string Share(double? share) => share is { } value ? Figures.Share(value) : "–";
}
