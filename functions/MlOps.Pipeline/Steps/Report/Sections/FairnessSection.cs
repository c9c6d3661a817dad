using MlOps.Pipeline.Steps.Report.Data;
using MlOps.Pipeline.Steps.Report.Html;

namespace MlOps.Pipeline.Steps.Report.Sections;

/// <summary>How the model treats the groups that the definition names.</summary>
internal static class FairnessSection
{
    public static void Write(HtmlWriter page, ReportData data)
    {
        page.Add($"<p class=\"note\">Demographic parity: the shares predicted positive differ by this much between groups. Equal opportunity: the same among rows that are positive. Calibration gap: mean score minus share of positives.</p>\n<div class=\"grid two\">\n");
        foreach (var fairness in data.Monitor!.Fairness)
        {
            page.Add($"<div class=\"card\"><h3>{fairness.Column}: {(fairness.Rows == "test" ? "test rows" : "this period")}</h3><p class=\"note\">Differences: demographic parity {Figures.Metric(fairness.DemographicParityDifference)}, equal opportunity {Figures.Metric(fairness.EqualOpportunityDifference)}, calibration gap {Figures.Metric(fairness.CalibrationGapDifference)}; positive from a score of {Figures.Number(fairness.Threshold)}.</p>");
            page.Add($"<div class=\"wide\" tabindex=\"0\"><table><thead><tr><th class=\"l\" scope=\"col\">Group</th><th scope=\"col\">Rows</th><th scope=\"col\">Predicted positive</th><th scope=\"col\">Mean score</th><th scope=\"col\">Positives</th><th scope=\"col\">True positive rate</th><th scope=\"col\">False positive rate</th></tr></thead><tbody>\n");
            foreach (var group in fairness.Groups)
            {
                page.Add($"<tr><th scope=\"row\">{group.Group}</th><td>{Figures.Whole(group.Rows)}</td><td>{Figures.Share(group.SelectionRate)}</td><td>{Figures.Metric(group.MeanScore)}</td><td>{Share(group.BaseRate)}</td><td>{Share(group.TruePositiveRate)}</td><td>{Share(group.FalsePositiveRate)}</td></tr>\n");
            }

            page.Add($"</tbody></table></div></div>\n");
        }

        page.Add($"</div>\n");
    }

    private static string Share(double? share) => share is { } value ? Figures.Share(value) : "–";
}
