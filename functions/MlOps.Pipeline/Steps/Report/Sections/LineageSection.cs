using MlOps.Pipeline.Artifacts;
using MlOps.Pipeline.Steps.Report.Data;
using MlOps.Pipeline.Steps.Report.Html;

namespace MlOps.Pipeline.Steps.Report.Sections;

/// <summary>Where the predictions came from: files with revisions and hashes, model, definition.</summary>
internal static class LineageSection
{
    public static void Write(HtmlWriter page, ReportData data)
    {
        page.Add($"<div class=\"card wide mt\" tabindex=\"0\"><table><thead><tr><th class=\"l\" scope=\"col\">{page.Say("report-file")}</th><th class=\"l\" scope=\"col\">{page.Say("report-part")}</th><th scope=\"col\">{page.Say("report-revision")}</th><th class=\"l\" scope=\"col\">SHA-256</th></tr></thead><tbody>\n");
        foreach (var drop in data.Model.History)
        {
            Row(drop, page.Say("report-part-learned"));
        }

        Row(data.Drop, page.Say("report-part-predicted"));
        page.Add($"</tbody></table></div>\n<dl class=\"card\"><dt>{page.Say("report-model")}</dt><dd class=\"mono\">{data.Model.ModelSha256}</dd><dt>{page.Say("report-transform")}</dt><dd class=\"mono\">{data.Model.TransformSha256}</dd><dt>{page.Say("report-definition")}</dt><dd class=\"mono\">{data.Definition.Hash}</dd>");
        if (data.Model.Version != data.Challenger.Version)
        {
            page.Add($"<dt>{page.Say("report-not-promoted")}</dt><dd><span class=\"mono\">{data.Challenger.Version}</span>{page.Say("report-learned-list", ("files", page.List(data.Challenger.History.Select(h => h.BlobName))))}</dd>");
        }

        page.Add($"</dl>\n");

        void Row(PinnedDrop drop, string part) =>
            page.Add($"<tr><th scope=\"row\">{drop.BlobName}</th><td class=\"l\">{part}</td><td>{drop.Revision}</td><td class=\"l mono\">{drop.Sha256}</td></tr>\n");
    }
}
