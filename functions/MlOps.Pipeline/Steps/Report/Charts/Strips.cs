using MlOps.Pipeline.Steps.Explain;
using MlOps.Pipeline.Steps.Report.Html;

namespace MlOps.Pipeline.Steps.Report.Charts;

/// <summary>SHAP as a beeswarm: one strip a column, one dot a row, coloured from the column's low to its high values.</summary>
internal static class Strips
{
    private const double Width = 600;
    private const double Height = 34;
    private const int Shades = 7;

    public static void Write(HtmlWriter page, IReadOnlyList<ColumnEffect> columns)
    {
        var scale = Scale.Around(columns.SelectMany(c => c.Points).Select(p => p.Contribution).Append(0), 6, Width - 6, 0.02);
        page.Add($"<div class=\"swarm\">\n");
        foreach (var column in columns)
        {
            page.Add($"<div class=\"name\" title=\"{column.Column}\">{Figures.Short(column.Column, 40)}</div><svg viewBox=\"0 0 {Width} {Height}\" role=\"img\" aria-label=\"{page.Say("report-contributions-of", ("column", Figures.Short(column.Column, 60)))}\">");
            page.Add($"<path class=\"g\" d=\"M{scale.At(0)} 0V{Height}M0 {Height / 2}H{Width}\"/>");
            Dots(page, column, scale);
            page.Add($"</svg>\n");
        }

        page.Add($"<div></div><svg viewBox=\"0 0 {Width} 30\" aria-hidden=\"true\">");
        foreach (var tick in scale.Ticks(6))
        {
            page.Add($"<text x=\"{scale.At(tick)}\" y=\"11\" text-anchor=\"middle\">{Figures.Number(tick)}</text>");
        }

        page.Add($"<text x=\"{Width / 2}\" y=\"27\" text-anchor=\"middle\">{page.Say("report-contribution-raw")}</text></svg></div>\n");
    }

    /// <summary>Shade of each point: the rank of its number among the column's, or of its category by mean contribution; -1 for missing.</summary>
    public static int[] ShadesOf(ColumnEffect column)
    {
        var points = column.Points;
        var keys = column.IsNumber
            ? [.. points.Select(p => p.Number ?? double.NaN)]
            : CategoryRanks(points);
        var sorted = keys.Where(k => !double.IsNaN(k)).Order().ToArray();
        var shades = new int[keys.Length];
        for (var i = 0; i < keys.Length; i++)
        {
            shades[i] = double.IsNaN(keys[i]) ? -1 : Math.Min(Shades - 1, (int)(MiddleRank(sorted, keys[i]) * Shades));
        }

        return shades;
    }

    private static void Dots(HtmlWriter page, ColumnEffect column, Scale scale)
    {
        var shades = ShadesOf(column);
        var paths = Enumerable.Range(0, Shades + 1).Select(_ => new HtmlWriter()).ToArray();
        var taken = new Dictionary<int, int>();
        for (var i = 0; i < shades.Length; i++)
        {
            // Dots that would lie on each other move up and down in turn.
            var x = scale.At(column.Points[i].Contribution);
            var slot = (int)(x / 3);
            taken[slot] = taken.TryGetValue(slot, out var before) ? before + 1 : 0;
            var step = (taken[slot] + 1) / 2 * (taken[slot] % 2 == 0 ? 1 : -1);
            var y = (Height / 2) + Math.Clamp(step * 2.2, -14, 14);
            paths[shades[i] + 1].Add($"M{x} {y}h0");
        }

        for (var k = 0; k < paths.Length; k++)
        {
            var d = paths[k].ToMarkup();
            if (d.Text.Length > 0)
            {
                page.Add($"<path class=\"dot {(k == 0 ? "pn" : $"p{k - 1}")}\" d=\"{d}\"/>");
            }
        }
    }

    private static double[] CategoryRanks(IReadOnlyList<EffectPoint> points)
    {
        var means = points.Where(p => p.Text is not null).GroupBy(p => p.Text!, StringComparer.Ordinal)
            .ToDictionary(g => g.Key, g => g.Average(p => p.Contribution), StringComparer.Ordinal);
        return [.. points.Select(p => p.Text is null ? double.NaN : means[p.Text])];
    }

    private static double MiddleRank(double[] sorted, double value)
    {
        var first = LowerBound(sorted, value);
        var last = first;
        while (last < sorted.Length && sorted[last] == value)
        {
            last++;
        }

        return (first + last) / 2.0 / sorted.Length;
    }

    private static int LowerBound(double[] sorted, double value)
    {
        var (low, high) = (0, sorted.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = sorted[middle] < value ? (middle + 1, high) : (low, middle);
        }

        return low;
    }
}
