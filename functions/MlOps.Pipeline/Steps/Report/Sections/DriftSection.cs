using MlOps.Pipeline.Steps.Monitor;
using MlOps.Pipeline.Steps.Report.Charts;
using MlOps.Pipeline.Steps.Report.Data;
using MlOps.Pipeline.Steps.Report.Html;

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
        page.Add($"<p class=\"note\">{Figures.Whole(watched.CurrentRows)} rows of this period against {Figures.Whole(watched.ReferenceRows)} rows that the model learned from. {Figures.Count(watched.Tests, "test")} share a chance of {Figures.Percent(watched.Level)} of any false alarm ({watched.Correction}). {(drifted == 0 ? "No column has drifted" : $"{Figures.Count(drifted, "column has", "columns have")} drifted")}; a column has drifted where a test says so (p adjusted for the number of tests, at most {Figures.Percent(watched.Level)}) and the difference is not small: a PSI of {Limit(data.Definition.Monitor.Psi)} or a Jensen-Shannon distance of {Limit(data.Definition.Monitor.JensenShannon)} for its values, {Figures.Percent(data.Definition.Monitor.Missing)} of the rows for its missing values. The order follows distance times importance for the model.</p>\n");
        foreach (var incident in watched.Incidents)
        {
            page.Add($"<div class=\"do bad\"><p><b>{incident.Kind.Replace('-', ' ')}</b>: {incident.Message}</p></div>\n");
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
        page.Add($"<div class=\"card\"><h3>{Figures.Short(column.Column, 60)} {Tag(column)}</h3>");
        var plot = new Plot(
            $"Distribution of {Figures.Short(column.Column, 60)} now and in the training data", new Scale(0, column.Bins.Count, 0, 1), new Scale(0, Math.Max(top, 1e-9) * 1.06, 0, 1),
            $"{Figures.Short(column.Bins[0].Label, 24)}  …  {Figures.Short(column.Bins[^1].Label, 24)}", "", 170, Plot.Quarter, xText: _ => "", yText: Figures.Percent);
        for (var i = 0; i < column.Bins.Count; i++)
        {
            var bin = column.Bins[i];
            var (then, now) = (bin.Reference / reference, bin.Current / current);
            plot.Bar("ff", i + 0.06, i + 0.5, then, $"{bin.Label}: {Figures.Share(then)} of the training rows");
            plot.Bar("fa", i + 0.5, i + 0.94, now, $"{bin.Label}: {Figures.Share(now)} of this period");
        }

        page.Add($"{plot.Close()}<ul class=\"key\"><li><i class=\"f\"></i>training</li><li><i></i>this period</li></ul></div>\n");
    }

    private static void Table(HtmlWriter page, IReadOnlyList<ColumnDrift> columns)
    {
        string[] methods = [.. columns.Select(c => c.Method).Distinct(StringComparer.Ordinal)];
        page.Add($"<div class=\"card wide mt\" tabindex=\"0\">");
        Part(columns.Take(OpenRows));
        page.Add($"</div>\n<p class=\"note\">");
        for (var i = 0; i < methods.Length; i++)
        {
            page.Add($"Method {i + 1}: {methods[i]}. ");
        }

        page.Add($"</p>\n");
        if (columns.Count > OpenRows)
        {
            page.Add($"<details class=\"all\"><summary>{Figures.Whole(columns.Count - OpenRows)} more columns</summary><div class=\"card wide\" tabindex=\"0\">");
            Part(columns.Skip(OpenRows));
            page.Add($"</div></details>\n");
        }

        void Part(IEnumerable<ColumnDrift> rows)
        {
            page.Add($"<table><thead><tr><th class=\"l\" scope=\"col\">Column</th><th class=\"l\" scope=\"col\">Verdict</th><th class=\"l\" scope=\"col\">Because of</th><th scope=\"col\">PSI</th><th scope=\"col\">JS distance</th><th scope=\"col\">p of values</th><th scope=\"col\">p of missing</th><th scope=\"col\">Missing before</th><th scope=\"col\">now</th><th scope=\"col\">Importance</th><th scope=\"col\">Method</th></tr></thead><tbody>\n");
            foreach (var c in rows)
            {
                page.Add($"<tr><th scope=\"row\">{c.Column}</th><td class=\"l\">{Tag(c)}</td><td class=\"w\">{c.Because?.ToString() ?? c.Problem}</td><td>{Figures.Metric(c.Psi)}</td><td>{Figures.Metric(c.JensenShannon)}</td><td>{Probability(c.AdjustedPValue)}</td><td>{Probability(c.MissingPValue)}</td><td>{Figures.Share(c.ReferenceMissing)}</td><td>{Figures.Share(c.CurrentMissing)}</td><td>{(c.Kind == "score" ? "–" : Figures.Share(c.Importance))}</td><td title=\"{c.Problem ?? c.Method}\">{Array.IndexOf(methods, c.Method) + 1}</td></tr>\n");
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

        page.Add($"<div class=\"card mt\"><h3>Quality to be expected, before labels are there</h3><p class=\"note\">{estimated.Reason}</p>");
        if (estimated.Metrics.Count > 0)
        {
            page.Add($"<div class=\"wide\"><table><tbody>");
            foreach (var (name, value) in estimated.Metrics.OrderBy(m => m.Key, StringComparer.Ordinal))
            {
                page.Add($"<tr><th scope=\"row\">{name.Replace('_', ' ')}</th><td>{Figures.Metric(value)}</td></tr>");
            }

            page.Add($"</tbody></table></div>");
        }

        page.Add($"</div>\n");
    }

    private static string Limit(double limit) => limit.ToString("0.####", System.Globalization.CultureInfo.InvariantCulture);

    private static string Probability(double? p) => p is null ? "–" : p < 1e-300 ? "< 1e-300" : Figures.Number(p.Value);

    private static Markup Tag(ColumnDrift column) => new(
        column.Drifted ? "<span class=\"tag warn\">drifted</span>" : column.Problem is null ? "<span class=\"tag\">stable</span>" : "<span class=\"tag\">not tested</span>");
}
