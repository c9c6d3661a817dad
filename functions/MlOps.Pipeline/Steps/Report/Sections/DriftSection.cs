using System.Globalization;
using MlOps.Pipeline.Steps.Monitor;
using MlOps.Pipeline.Steps.Report.Charts;
using MlOps.Pipeline.Steps.Report.Data;
using MlOps.Pipeline.Steps.Report.Html;
using MlOps.Pipeline.Wording;

namespace MlOps.Pipeline.Steps.Report.Sections;

/// <summary>How the period differs from what the model learned from: faults of the data, drift of the scores and of each column.</summary>
internal static class DriftSection
{
    private const int TableMax = 200;
    private const int PlotsMax = 7;
    private const int OpenRows = 15;

    public static void Write(HtmlWriter page, ReportData data)
    {
        var watched = data.Monitor!;
        var drifted = watched.Columns.Count(c => c.Drifted);
        page.Add($"<p class=\"lead\">{page.Word(DriftVerdict.Of(watched).Said, "")}</p>\n");
        page.Add($"<p class=\"note\">{page.Say("report-drift-note", ("now", Figures.Whole(watched.CurrentRows)), ("before", Figures.Whole(watched.ReferenceRows)), ("tests", Figures.Whole(watched.Tests)), ("level", Figures.Percent(watched.Level)), ("correction", Sentence.Of("drift-correction")), ("drifted", drifted == 0 ? Sentence.Of("report-drifted-none") : Sentence.Of("report-drifted", ("count", drifted))), ("psi", Limit(data.Definition.Monitor.Psi)), ("js", Limit(data.Definition.Monitor.JensenShannon)), ("missing", Figures.Percent(data.Definition.Monitor.Missing)))}</p>\n");
        if (watched.EarlierYears is { Count: > 0 } years)
        {
            page.Add($"<p class=\"note\">{page.Say("report-drift-months", ("years", string.Join(", ", years)))}</p>\n");
        }

        foreach (var incident in watched.Incidents)
        {
            page.Add($"<div class=\"do bad\"><p><b>{page.Code(incident.Kind)}</b>: {page.Word(incident.Said, incident.Message)}</p></div>\n");
        }

        page.Add($"<div class=\"grid small\">\n");
        foreach (var column in watched.Scores.Take(2).Concat(watched.Columns.OrderByDescending(c => c.Drifted).Take(PlotsMax)).Where(c => c.Bins.Count > 0).Take(8))
        {
            Multiple(page, column);
        }

        page.Add($"</div>\n");
        Table(page, [.. watched.Scores, .. watched.Columns.OrderByDescending(c => c.Drifted).Take(TableMax)]);
        Estimate(page, watched.Estimated);
    }

    private static void Multiple(HtmlWriter page, ColumnDrift column)
    {
        double reference = Math.Max(1, column.Bins.Sum(b => b.Reference)), current = Math.Max(1, column.Bins.Sum(b => b.Current));
        var top = column.Bins.Max(b => Math.Max(b.Reference / reference, b.Current / current));
        page.Add($"<div class=\"card\"><h3>{Figures.Short(Name(page, column), 60)} {Tag(page, column)}</h3>");
        var plot = new Plot(
            page.Say("report-drift-plot", ("column", Figures.Short(Name(page, column), 60))), new Scale(0, column.Bins.Count, 0, 1), new Scale(0, Math.Max(top, 1e-9) * 1.06, 0, 1),
            $"{Figures.Short(page.Word(column.Bins[0].Told), 24)}  …  {Figures.Short(page.Word(column.Bins[^1].Told), 24)}", "", 170, Plot.Quarter, xText: _ => "", yText: Figures.Percent);
        for (var i = 0; i < column.Bins.Count; i++)
        {
            var bin = column.Bins[i];
            var (then, now) = (bin.Reference / reference, bin.Current / current);
            plot.Bar("ff", i + 0.06, i + 0.5, then, page.Say("report-bin-then", ("bin", bin.Told), ("share", Figures.Share(then))));
            plot.Bar("fa", i + 0.5, i + 0.94, now, page.Say("report-bin-now", ("bin", bin.Told), ("share", Figures.Share(now))));
        }

        page.Add($"{plot.Close()}<ul class=\"key\"><li><i class=\"f\"></i>{page.Say("report-training")}</li><li><i></i>{page.Say("report-this-period")}</li></ul></div>\n");
    }

    private static void Table(HtmlWriter page, IReadOnlyList<ColumnDrift> columns)
    {
        var methods = columns.Where(c => c.Bins.Count > 0).DistinctBy(c => c.Method, StringComparer.Ordinal).ToList();
        page.Add($"<div class=\"card wide mt\" tabindex=\"0\">");
        Part(columns.Take(OpenRows));
        page.Add($"</div>\n<p class=\"note\">");
        for (var i = 0; i < methods.Count; i++)
        {
            page.Add($"{page.Say("report-method", ("number", i + 1), ("method", page.Word(methods[i].MethodSaid, methods[i].Method)))}");
        }

        page.Add($"</p>\n");
        if (columns.Count > OpenRows)
        {
            page.Add($"<details class=\"all\"><summary>{page.Say("report-more-columns", ("count", Figures.Whole(columns.Count - OpenRows)))}</summary><div class=\"card wide\" tabindex=\"0\">");
            Part(columns.Skip(OpenRows));
            page.Add($"</div></details>\n");
        }

        void Part(IEnumerable<ColumnDrift> rows)
        {
            page.Add($"<table><thead><tr><th class=\"l\" scope=\"col\">{page.Say("report-column")}</th><th class=\"l\" scope=\"col\">{page.Say("report-verdict")}</th><th class=\"l\" scope=\"col\">{page.Say("report-because")}</th><th scope=\"col\">PSI</th><th scope=\"col\">{page.Say("report-js")}</th><th scope=\"col\">{page.Say("report-p-values")}</th><th scope=\"col\">{page.Say("report-p-missing")}</th><th scope=\"col\">{page.Say("report-missing-before")}</th><th scope=\"col\">{page.Say("report-missing-now")}</th><th scope=\"col\">{page.Say("report-importance")}</th><th scope=\"col\">{page.Say("report-method-head")}</th></tr></thead><tbody>\n");
            foreach (var c in rows)
            {
                page.Add($"<tr><th scope=\"row\">{Name(page, c)}</th><td class=\"l\">{Tag(page, c)}</td><td class=\"w\">{page.Word(c.Because ?? c.ProblemSaid, c.Problem)}</td><td>{Figures.Metric(c.Psi)}</td><td>{Figures.Metric(c.JensenShannon)}</td><td class=\"n\">{Probability(c.AdjustedPValue)}</td><td class=\"n\">{Probability(c.MissingPValue)}</td><td>{Figures.Share(c.ReferenceMissing)}</td><td>{Figures.Share(c.CurrentMissing)}</td><td>{(c.Kind == "score" ? "–" : Figures.Share(c.Importance))}</td><td>{(methods.FindIndex(m => m.Method == c.Method) is >= 0 and var at ? Figures.Whole(at + 1) : "–")}</td></tr>\n");
            }

            page.Add($"</tbody></table>");
        }
    }

    private static void Estimate(HtmlWriter page, EstimatedQuality? estimated)
    {
        if (estimated is null)
        {
            return;
        }

        page.Add($"<div class=\"card mt\"><h3>{page.Say("report-estimate")}</h3><p class=\"note\">{page.Word(estimated.Said, estimated.Reason)}</p>");
        if (estimated.Metrics.Count > 0)
        {
            page.Add($"<div class=\"wide\"><table><tbody>");
            foreach (var (name, value) in estimated.Metrics.OrderBy(m => m.Key, StringComparer.Ordinal))
            {
                page.Add($"<tr><th scope=\"row\">{page.Code(name)}</th><td>{Figures.Metric(value)}</td></tr>");
            }

            page.Add($"</tbody></table></div>");
        }

        page.Add($"</div>\n");
    }

    private static string Limit(double limit) => limit.ToString("0.####", System.Globalization.CultureInfo.InvariantCulture);

    private static string Probability(double? p) => p is null ? "–" : p < 1e-300 ? "< 1e-300" : p < 1e-4 ? p.Value.ToString("0.#e+0", CultureInfo.InvariantCulture) : Figures.Number(p.Value);

    private static string Name(HtmlWriter page, ColumnDrift column) => page.Word(column.Named);

    private static Markup Tag(HtmlWriter page, ColumnDrift column)
    {
        var tag = new HtmlWriter();
        tag.Add($"<span class=\"tag{(column.Drifted ? " warn" : "")}\">{(column.Drifted ? page.Say("report-tag-drifted") : column.Season is not null ? page.Say("report-tag-season") : column.Problem is null ? page.Say("report-tag-stable") : page.Say("report-tag-untested"))}</span>");
        return tag;
    }
}
