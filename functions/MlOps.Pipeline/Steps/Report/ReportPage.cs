using MlOps.Pipeline.Steps.Report.Data;
using MlOps.Pipeline.Steps.Report.Html;
using MlOps.Pipeline.Steps.Report.Sections;

namespace MlOps.Pipeline.Steps.Report;

/// <summary>
/// The page: a headline that says what happened and what to do, then the evidence, section by section. One file, no script, no
/// remote part, readable on a phone, in the dark and on paper.
/// </summary>
internal static class ReportPage
{
    /// <summary>Stands where the facts of the run go when the page is published; data cannot hold it, because it is encoded.</summary>
    public const string RunMark = "<!--run-->";

    private static readonly (string Id, string Code, Func<ReportData, bool> Applies, Action<HtmlWriter, ReportData> Write)[] Sections =
    [
        ("decision", "report-decision", _ => true, DecisionSection.Write),
        ("quality", "report-quality", _ => true, QualitySection.Write),
        ("decide", "report-deciding-section", ThresholdSection.Applies, ThresholdSection.Write),
        ("performance", "report-performance", d => d.Performance.Any(p => p.Value is not null), PerformanceSection.Write),
        ("backtests", "report-backtests", d => d.RollingBacktest is not null, BacktestSection.Write),
        ("scores", "report-scores", d => d.Rows > 0, ScoresSection.Write),
        ("pictures", "report-pictures", d => d.Pictures is not null, PicturesSection.Write),
        ("explanation", "report-explanation", d => d.Explanation.Columns.Count > 0, ExplanationSection.Write),
        ("drift", "report-drift", d => d.Monitor is not null, DriftSection.Write),
        ("fairness", "report-fairness", d => d.Monitor is { Fairness.Count: > 0 }, FairnessSection.Write),
        ("leaderboard", "report-leaderboard", d => d.Leaderboard is { Entries.Count: > 0 }, LeaderboardSection.Write),
        ("trials", "report-trials", d => d.Trials.Count > 0, TrialsSection.Write),
        ("data", "report-data", _ => true, DataSection.Write),
        ("card", "report-card", _ => true, ModelCardSection.Write),
        ("lineage", "report-lineage", _ => true, LineageSection.Write),
    ];

    public static string Html(ReportData data)
    {
        var page = new HtmlWriter(data.Language);
        page.Add($"<!doctype html>\n<html lang=\"{page.Language}\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width,initial-scale=1\"><meta name=\"color-scheme\" content=\"light dark\">");
        page.Add($"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'{new Markup(data.Pictures is null ? "" : "; img-src data:")}\">");
        page.Add($"<title>{page.Say("report-title", ("pipeline", data.Pipeline), ("period", page.Period(data.Period)))}</title>\n<style>{new Markup(Style.Sheet)}{new Markup(data.Pictures is null ? "" : PicturesSection.Sheet)}</style></head>\n<body><div class=\"page\">\n");
        Headline.Write(page, data);
        var shown = Sections.Where(s => s.Applies(data)).ToArray();
        page.Add($"<nav aria-label=\"{page.Say("report-sections")}\"><ul>");
        foreach (var section in shown)
        {
            page.Add($"<li><a href=\"#{section.Id}\">{page.Say(section.Code)}</a></li>");
        }

        page.Add($"</ul></nav>\n<main>\n");
        foreach (var section in shown)
        {
            page.Add($"<section id=\"{section.Id}\" aria-labelledby=\"{section.Id}-title\"><h2 id=\"{section.Id}-title\">{page.Say(section.Code)}</h2>\n");
            section.Write(page, data);
            page.Add($"</section>\n");
        }

        page.Add($"{new Markup(RunMark)}\n</main>\n<footer>{page.Say("report-footer")}</footer>\n</div></body></html>\n");
        return page.ToString();
    }
}
