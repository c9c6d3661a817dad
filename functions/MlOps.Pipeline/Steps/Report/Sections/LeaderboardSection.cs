using MlOps.Pipeline.Steps.Report.Data;
using MlOps.Pipeline.Steps.Report.Html;

namespace MlOps.Pipeline.Steps.Report.Sections;

/// <summary>The learners that the definition compares, on the same rows.</summary>
internal static class LeaderboardSection
{
    public static void Write(HtmlWriter page, ReportData data)
    {
        var board = data.Leaderboard!;
        page.Add($"<p class=\"note\">{page.Say(board.HigherIsBetter ? "report-board-higher" : "report-board-lower", ("metric", page.Code(board.Metric)), ("rows", Figures.Whole(board.Rows)))}</p>\n");
        page.Add($"<div class=\"card wide mt\" tabindex=\"0\"><table><thead><tr><th scope=\"col\">{page.Say("report-rank")}</th><th class=\"l\" scope=\"col\">{page.Say("report-learner")}</th><th scope=\"col\">{page.Code(board.Metric)}</th><th scope=\"col\">{page.Say("report-interval")}</th><th scope=\"col\">{page.Say("report-on-valid")}</th><th class=\"l\" scope=\"col\">{page.Say("report-may")}</th><th class=\"l\" scope=\"col\">{page.Say("report-beats")}</th></tr></thead><tbody>\n");
        foreach (var entry in board.Entries)
        {
            page.Add($"<tr><td>{entry.Rank}</td><th scope=\"row\">{page.Code(entry.Learner)}{new Markup(entry.Chosen ? $" <span class=\"tag good\">{page.Say("report-challenger")}</span>" : "")}</th><td>{Figures.Metric(entry.Value)}</td><td>{page.Say("report-range", ("low", Figures.Metric(entry.Low)), ("high", Figures.Metric(entry.High)))}</td><td>{Figures.Metric(entry.ValidValue)}</td><td class=\"l\">{(entry.MayBePromoted ? page.Say("report-yes") : page.Say("report-no"))}</td><td class=\"l\">{(entry.BeatsBaseline ? page.Say("report-yes") : page.Say("report-no"))}</td></tr>\n");
        }

        page.Add($"</tbody></table></div>\n");
    }
}
