using System.Globalization;
using System.Net;
using System.Text;

namespace MlOps.Tabular;

/// <summary>A profile as one HTML file that opens without network: no script, no remote part; every text that comes from the data is encoded.</summary>
public static class ProfilePage
{
    private const string Style = """
        :root{--ink:#1c2430;--soft:#5d6b7c;--line:#dde3ea;--paper:#fff;--ground:#f4f6f9;--bar:#3f7cc4;--bar2:#8db4e2;--warn:#b3541e}
        @media (prefers-color-scheme:dark){:root{--ink:#e6ebf2;--soft:#9aa8ba;--line:#333d4b;--paper:#1b222c;--ground:#12171e;--bar:#6ea6e8;--bar2:#3c618f;--warn:#e79a63}}
        *{box-sizing:border-box}body{margin:0;background:var(--ground);color:var(--ink);font:15px/1.45 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","Noto Sans JP",sans-serif}
        header,main{max-width:1200px;margin:0 auto;padding:1.25rem}h1{font-size:1.5rem;margin:0 0 .25rem;overflow-wrap:anywhere}h2{font-size:1rem;margin:0;overflow-wrap:anywhere}
        p{margin:.2rem 0;color:var(--soft)}.facts{display:flex;flex-wrap:wrap;gap:.5rem 2rem;margin:1rem 0 0;padding:0}.facts div{min-width:6rem}.facts dt{color:var(--soft);font-size:.8rem}.facts dd{margin:0;font-size:1.25rem;font-variant-numeric:tabular-nums}
        .wide{overflow-x:auto;background:var(--paper);border:1px solid var(--line);border-radius:.5rem;margin-bottom:1.5rem}table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums;font-size:.85rem}
        th,td{padding:.35rem .7rem;text-align:right;border-bottom:1px solid var(--line);white-space:nowrap}th:first-child,td:first-child,th:nth-child(2),td:nth-child(2){text-align:left}td:first-child{max-width:22rem;overflow:hidden;text-overflow:ellipsis}
        tr:last-child td{border-bottom:0}th{color:var(--soft);font-weight:600;position:sticky;top:0;background:var(--paper)}a{color:inherit}
        .cards{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,22rem),1fr));gap:1rem;align-items:start}article p{font-size:.8rem}
        article{background:var(--paper);border:1px solid var(--line);border-radius:.5rem;padding:1rem;break-inside:avoid;min-width:0}.head{display:flex;justify-content:space-between;gap:1rem;align-items:baseline}.type{color:var(--soft);font-size:.8rem;white-space:nowrap}
        .nums{display:grid;grid-template-columns:repeat(3,1fr);gap:.15rem .8rem;font-size:.8rem;margin:.6rem 0}.nums span{color:var(--soft)}.nums div{display:flex;justify-content:space-between;gap:.4rem;font-variant-numeric:tabular-nums;min-width:0;flex-wrap:wrap}
        svg{display:block;width:100%;height:auto}.bars{font-size:.8rem;display:grid;grid-template-columns:minmax(0,9rem) 1fr auto;gap:.2rem .6rem;align-items:center;margin-top:.6rem}.bars .name{overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
        .track{height:.7rem}.fill{height:100%;background:var(--bar);border-radius:2px;min-width:1px}.num{text-align:right;font-variant-numeric:tabular-nums;color:var(--soft)}.missing{color:var(--warn)}.axis{display:flex;justify-content:space-between;font-size:.75rem;color:var(--soft);font-variant-numeric:tabular-nums}
        footer{max-width:1200px;margin:0 auto;padding:0 1.25rem 2rem;color:var(--soft);font-size:.8rem}@media print{body{background:#fff}th{position:static}.wide{overflow:visible}}
        """;

    /// <summary>The page.</summary>
    /// <param name="profile">The profile.</param>
    /// <param name="title">Name of what was profiled, such as the file's.</param>
    public static string Html(TableProfile profile, string title)
    {
        ArgumentNullException.ThrowIfNull(profile);
        var page = new StringBuilder();
        page.Append("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">");
        page.Append("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">");
        page.Append(CultureInfo.InvariantCulture, $"<title>Profile of {E(title)}</title><style>{Style}</style></head>\n<body><header><h1>Profile of {E(title)}</h1>");
        Facts(page, profile);
        page.Append("</header><main>\n");
        Overview(page, profile);
        page.Append("<section class=\"cards\">\n");
        for (var i = 0; i < profile.Columns.Count; i++)
        {
            Card(page, profile.Columns[i], i);
        }

        page.Append("</section></main>\n<footer>");
        page.Append(CultureInfo.InvariantCulture, $"Figures marked ≈ are estimates: distinct counts with a standard error of {profile.DistinctStandardError:P2}, quantiles and histograms with an error in rank of at most {profile.QuantileRankError:P2} (99 % confidence).");
        page.Append("</footer></body></html>\n");
        return page.ToString();
    }

    private static void Facts(StringBuilder page, TableProfile profile)
    {
        var cells = profile.Columns.Sum(c => c.Count);
        var missing = profile.Columns.Sum(c => c.Missing);
        page.Append("<dl class=\"facts\">");
        Fact("Rows", Whole(profile.Rows));
        Fact("Columns", Whole(profile.Columns.Count));
        Fact("Missing cells", cells == 0 ? "0 %" : Share(missing, cells));
        Fact("Rows with errors", Whole(profile.Errors));
        if (profile.Label is not null)
        {
            Fact("Label", profile.Label);
        }

        page.Append("</dl>");

        void Fact(string name, string value) => page.Append(CultureInfo.InvariantCulture, $"<div><dt>{E(name)}</dt><dd>{E(value)}</dd></div>");
    }

    private static void Overview(StringBuilder page, TableProfile profile)
    {
        page.Append("<div class=\"wide\" tabindex=\"0\"><table><thead><tr><th scope=\"col\">Column</th><th scope=\"col\">Type</th><th scope=\"col\">Missing</th><th scope=\"col\">Distinct</th><th scope=\"col\">Min</th><th scope=\"col\">Median</th><th scope=\"col\">Mean</th><th scope=\"col\">Max</th><th scope=\"col\">Label</th></tr></thead><tbody>\n");
        for (var i = 0; i < profile.Columns.Count; i++)
        {
            var c = profile.Columns[i];
            var median = c.Quantiles.FirstOrDefault(q => q.Probability == 0.5);
            page.Append(CultureInfo.InvariantCulture, $"<tr><td><a href=\"#c{i}\">{E(c.Name)}</a></td><td>{E(c.Type)}</td><td>{Share(c.Missing, c.Count)}</td><td>{About(c)}{Whole(c.Distinct)}</td>");
            page.Append(CultureInfo.InvariantCulture, $"<td>{Value(c, c.Min)}</td><td>{Value(c, median?.Value)}</td><td>{Value(c, c.Mean)}</td><td>{Value(c, c.Max)}</td><td>{Association(c)}</td></tr>\n");
        }

        page.Append("</tbody></table></div>\n");
    }

    private static void Card(StringBuilder page, ColumnProfile c, int number)
    {
        page.Append(CultureInfo.InvariantCulture, $"<article id=\"c{number}\"><div class=\"head\"><h2>{E(c.Name)}</h2><span class=\"type\">{E(c.Type)}</span></div>");
        page.Append("<div class=\"nums\">");
        Number("missing", Share(c.Missing, c.Count), c.Missing > 0 ? " class=\"missing\"" : "");
        Number("distinct", About(c) + Whole(c.Distinct));
        if (c.Association is not null)
        {
            Number("label", Association(c));
        }

        if (c.Min is not null)
        {
            Number("mean", Value(c, c.Mean));
            if (c.Type != "date")
            {
                Number("std", Value(c, c.StandardDeviation));
            }

            foreach (var q in c.Quantiles)
            {
                Number($"{q.Probability * 100:0} %", Value(c, q.Value));
            }
        }

        page.Append("</div>");
        if (c.Histogram.Count > 1 && c.Distinct > 12)
        {
            Histogram(page, c);
        }
        else
        {
            Bars(page, c);
        }

        page.Append("</article>\n");

        void Number(string name, string value, string attribute = "") =>
            page.Append(CultureInfo.InvariantCulture, $"<div><span>{E(name)}</span><b{attribute}>{value}</b></div>");
    }

    private static void Histogram(StringBuilder page, ColumnProfile c)
    {
        const int width = 400, height = 110;
        var most = Math.Max(1, c.Histogram.Max(b => b.Count));
        var each = (double)width / c.Histogram.Count;
        page.Append(CultureInfo.InvariantCulture, $"<svg viewBox=\"0 0 {width} {height}\" role=\"img\" aria-label=\"Histogram of {E(c.Name)}\">");
        for (var i = 0; i < c.Histogram.Count; i++)
        {
            var bin = c.Histogram[i];
            var tall = bin.Count == 0 ? 0 : Math.Max(1, (double)bin.Count / most * (height - 4));
            page.Append(CultureInfo.InvariantCulture, $"<rect x=\"{(i * each) + 0.5:0.##}\" y=\"{height - tall:0.##}\" width=\"{each - 1:0.##}\" height=\"{tall:0.##}\" rx=\"1.5\" fill=\"var(--bar)\"><title>{Value(c, bin.From)} to {Value(c, bin.To)}: {Whole(bin.Count)}</title></rect>");
        }

        page.Append(CultureInfo.InvariantCulture, $"<line x1=\"0\" y1=\"{height}\" x2=\"{width}\" y2=\"{height}\" stroke=\"var(--line)\" stroke-width=\"2\"/></svg><div class=\"axis\"><span>{Value(c, c.Min)}</span><span>{Value(c, c.Max)}</span></div>");
    }

    private static void Bars(StringBuilder page, ColumnProfile c)
    {
        var most = Math.Max(1, c.Top.Count == 0 ? 1 : c.Top.Max(t => t.Count));
        page.Append("<div class=\"bars\">");
        foreach (var top in c.Top.Take(12))
        {
            page.Append(CultureInfo.InvariantCulture, $"<div class=\"name\" title=\"{E(Short(top.Value, 300))}\">{E(Short(top.Value, 60))}</div><div class=\"track\"><div class=\"fill\" style=\"width:{100.0 * top.Count / most:0.#}%\"></div></div><div class=\"num\">{Share(top.Count, Math.Max(1, c.Count))}</div>");
        }

        page.Append("</div>");
        if (c.Distinct > Math.Min(12, c.Top.Count))
        {
            page.Append(CultureInfo.InvariantCulture, $"<p>and {About(c)}{Whole(c.Distinct - Math.Min(12, c.Top.Count))} other values</p>");
        }
    }

    private static string About(ColumnProfile c) => c.IsExact ? "" : "≈ ";

    private static string Association(ColumnProfile c) =>
        c.Association is null ? "" : (c.Association.Measure == "correlation" ? "r " : "V ") + c.Association.Value.ToString("0.000", CultureInfo.InvariantCulture);

    private static string Share(long part, long whole) =>
        part == 0 ? "0 %" : part == whole ? "100 %" : (100.0 * part / whole).ToString("0.0", CultureInfo.InvariantCulture) is "0.0" ? "&lt; 0.1 %" : (100.0 * part / whole).ToString("0.0", CultureInfo.InvariantCulture) + " %";

    private static string Whole(long value) => value.ToString("#,0", CultureInfo.InvariantCulture).Replace(',', '\u202F');

    private static string Value(ColumnProfile c, double? value)
    {
        if (value is not { } v)
        {
            return "";
        }

        if (c.Type == "date")
        {
            return E(CellFormat.Text(Math.Round(v), ColumnKind.Date));
        }

        var size = Math.Abs(v);
        return size != 0 && (size >= 1e9 || size < 1e-4)
            ? v.ToString("0.###e0", CultureInfo.InvariantCulture)
            : size >= 1000 ? v.ToString("#,0.#", CultureInfo.InvariantCulture).Replace(',', '\u202F') : v.ToString("G4", CultureInfo.InvariantCulture);
    }

    private static string Short(string text, int most)
    {
        var one = text.ReplaceLineEndings(" ");
        return one.Length > most ? one[..most] + "…" : one.Length == 0 ? "(empty)" : one;
    }

    private static string E(string text) => WebUtility.HtmlEncode(text);
}
