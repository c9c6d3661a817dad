using System.Globalization;
using System.Text;
using MlOps.Pipeline.Artifacts;
using MlOps.Pipeline.Steps.Report.Html;
using MlOps.Pipeline.Wording;

namespace MlOps.Pipeline.Steps.Report;

/// <summary>What a run adds to its report when it is published; everything else on the page depends on the data alone.</summary>
/// <param name="RunId">The run.</param>
/// <param name="Revision">Revision of the predictions.</param>
/// <param name="AsOf">When they took their turn to be published.</param>
/// <param name="PredictionsSha256">SHA-256 of the prediction file.</param>
/// <param name="CodeVersion">Version of this program.</param>
/// <param name="Steps">How each step came to its result.</param>
internal sealed record RunFacts(
    string RunId, int Revision, DateTimeOffset AsOf, string PredictionsSha256, string CodeVersion, IReadOnlyList<StepOutcome> Steps)
{
    /// <summary>The page with the run's section in its place.</summary>
    /// <param name="page">The report as its step made it.</param>
    /// <exception cref="InvalidDataException">The page has no place for it.</exception>
    public byte[] PutInto(byte[] page)
    {
        var mark = Encoding.UTF8.GetBytes(ReportPage.RunMark);
        var at = page.AsSpan().IndexOf(mark);
        return at < 0
            ? throw new InvalidDataException("This is no report: it has no place for the run.")
            : [.. page.AsSpan(0, at), .. Encoding.UTF8.GetBytes(Section(page)), .. page.AsSpan(at + mark.Length)];
    }

    private string Section(byte[] report)
    {
        var page = new HtmlWriter(LanguageOf(report));
        page.Add($"<section id=\"run\" aria-labelledby=\"run-title\"><h2 id=\"run-title\">{page.Say("report-run")}</h2>\n<dl class=\"card\"><dt>{page.Say("report-run")}</dt><dd class=\"mono\">{RunId}</dd><dt>{page.Say("report-revision")}</dt><dd>{Revision}</dd><dt>{page.Say("report-as-of")}</dt><dd>{AsOf.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture)}</dd>");
        page.Add($"<dt>{page.Say("report-predictions")}</dt><dd class=\"mono\">{PredictionsSha256}</dd><dt>{page.Say("report-program")}</dt><dd>mlops {CodeVersion}</dd></dl>\n");
        page.Add($"<div class=\"card wide mt\" tabindex=\"0\"><table><caption>{page.Say("report-steps")}</caption><thead><tr><th class=\"l\" scope=\"col\">{page.Say("report-step")}</th><th class=\"l\" scope=\"col\">{page.Say("report-step-why")}</th><th scope=\"col\">{page.Say("report-seconds")}</th><th class=\"l\" scope=\"col\">{page.Say("report-key")}</th></tr></thead><tbody>\n");
        foreach (var step in Steps)
        {
            page.Add($"<tr><th scope=\"row\">{step.Name}</th><td class=\"w\">{page.Word(step.Said, step.Reason)}</td><td>{step.Seconds.ToString("0.00", CultureInfo.InvariantCulture)}</td><td class=\"l mono\">{step.Key}</td></tr>\n");
        }

        page.Add($"</tbody></table></div></section>");
        return page.ToString();
    }

    // The page says itself what language it is in.
    private static string LanguageOf(byte[] report) =>
        report.AsSpan().IndexOf(Encoding.UTF8.GetBytes($"<html lang=\"{Sentences.Japanese}\">")) >= 0 ? Sentences.Japanese : Sentences.English;
}
