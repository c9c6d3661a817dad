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

    private static readonly (string Id, string Title, Func<ReportData, bool> Applies, Action<HtmlWriter, ReportData> Write)[] Sections =
    [
        ("decision", "Decision", _ => true, DecisionSection.Write),
        ("quality", "Quality", _ => true, QualitySection.Write),
        ("performance", "Performance over periods", d => d.Performance.Any(p => p.Value is not null), PerformanceSection.Write),
        ("scores", "Scores of this period", d => d.Rows > 0, ScoresSection.Write),
        ("explanation", "What the model looks at", d => d.Explanation.Columns.Count > 0, ExplanationSection.Write),
        ("drift", "Drift", d => d.Monitor is not null, DriftSection.Write),
        ("fairness", "Fairness", d => d.Monitor is { Fairness.Count: > 0 }, FairnessSection.Write),
        ("leaderboard", "Leaderboard", d => d.Leaderboard is { Entries.Count: > 0 }, LeaderboardSection.Write),
        ("trials", "Search for parameters", d => d.Trials.Count > 0, TrialsSection.Write),
        ("data", "Data findings", _ => true, DataSection.Write),
        ("card", "Model card", _ => true, ModelCardSection.Write),
        ("lineage", "Lineage", _ => true, LineageSection.Write),
    ];

    public static string Html(ReportData data)
    {
        var page = new HtmlWriter();
        page.Add($"<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width,initial-scale=1\"><meta name=\"color-scheme\" content=\"light dark\">");
        page.Add($"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">");
        page.Add($"<title>{data.Pipeline}, {Figures.Period(data.Period)}: report</title>\n<style>{new Markup(Style.Sheet)}</style></head>\n<body><div class=\"page\">\n");
        Headline.Write(page, data);
        var shown = Sections.Where(s => s.Applies(data)).ToArray();
        page.Add($"<nav aria-label=\"Sections\"><ul>");
        foreach (var section in shown)
        {
            page.Add($"<li><a href=\"#{section.Id}\">{section.Title}</a></li>");
        }

        page.Add($"</ul></nav>\n<main>\n");
        foreach (var section in shown)
        {
            page.Add($"<section id=\"{section.Id}\" aria-labelledby=\"{section.Id}-title\"><h2 id=\"{section.Id}-title\">{section.Title}</h2>\n");
            section.Write(page, data);
            page.Add($"</section>\n");
        }

        page.Add($"{new Markup(RunMark)}\n</main>\n<footer>Everything here comes from the files, the definition and the model that the lineage names. The same data give the same page.</footer>\n</div></body></html>\n");
        return page.ToString();
    }
}
