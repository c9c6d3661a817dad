using MlOps.Pipeline.Steps.Report.Data;
using MlOps.Pipeline.Steps.Report.Html;

namespace MlOps.Pipeline.Steps.Report.Sections;

/// <summary>The learners that the definition compares, on the same rows.</summary>
internal static class LeaderboardSection
{
    public static void Write(HtmlWriter page, ReportData data)
    {
        var board = data.Leaderboard!;
        page.Add($"<p class=\"note\">{board.Metric.Replace('_', ' ')} on the same {Figures.Whole(board.Rows)} test rows, {(board.HigherIsBetter ? "higher" : "lower")} is better; the interval covers 95 % of the resamples. Which one may be promoted is chosen on the valid rows.</p>\n");
        page.Add($"<div class=\"card wide mt\" tabindex=\"0\"><table><thead><tr><th scope=\"col\">Rank</th><th class=\"l\" scope=\"col\">Learner</th><th scope=\"col\">{board.Metric.Replace('_', ' ')}</th><th scope=\"col\">95 % interval</th><th scope=\"col\">on valid rows</th><th class=\"l\" scope=\"col\">May be promoted</th><th class=\"l\" scope=\"col\">Beats the baseline</th></tr></thead><tbody>\n");
        foreach (var entry in board.Entries)
        {
            page.Add($"<tr><td>{entry.Rank}</td><th scope=\"row\">{entry.Learner.Replace('_', ' ')}{new Markup(entry.Chosen ? " <span class=\"tag good\">challenger</span>" : "")}</th><td>{Figures.Metric(entry.Value)}</td><td>{Figures.Metric(entry.Low)} to {Figures.Metric(entry.High)}</td><td>{Figures.Metric(entry.ValidValue)}</td><td class=\"l\">{(entry.MayBePromoted ? "yes" : "no")}</td><td class=\"l\">{(entry.BeatsBaseline ? "yes" : "no")}</td></tr>\n");
        }

        page.Add($"</tbody></table></div>\n");
    }
}
