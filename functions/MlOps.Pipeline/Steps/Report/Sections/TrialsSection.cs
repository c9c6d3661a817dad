using System.Globalization;
using MlOps.Pipeline.Steps.Report.Charts;
using MlOps.Pipeline.Steps.Report.Data;
using MlOps.Pipeline.Steps.Report.Html;
using MlOps.Tuning;

namespace MlOps.Pipeline.Steps.Report.Sections;

/// <summary>The search for parameters: its history, its trials side by side, and all their figures.</summary>
internal static class TrialsSection
{
    public static void Write(HtmlWriter page, ReportData data)
    {
        var metric = data.Definition.Model.TryGetValue("metric", out var names) ? names.Split(',')[0].Trim() : page.Say("report-the-metric");
        var done = data.Trials.Where(t => t.Value is { } v && double.IsFinite(v)).ToArray();
        var best = Best(data, done);
        page.Add($"<p class=\"note\">{page.Say("report-trials-note", ("trials", Figures.Whole(data.Trials.Count)), ("waves", data.Trials.Max(t => t.Wave) + 1), ("metric", metric))}{(best is null ? "" : page.Say("report-trials-best", ("trial", best.Number), ("value", Figures.Metric(best.Value))))}</p>\n");
        if (best is not null)
        {
            page.Add($"<div class=\"grid two\">\n");
            History(page, data, done, best, metric);
            Table(page, data, best, metric);
            page.Add($"</div>\n");
            Parallel(page, data, done, best, metric);
        }
    }

    private static TrialRecord? Best(ReportData data, TrialRecord[] done)
    {
        // The challenger was trained with the best trial's parameters: the direction of the metric follows from that.
        var chosen = data.Challenger.Parameters;
        return done.FirstOrDefault(t => t.Parameters.All(p => chosen.TryGetValue(p.Key, out var value) && value == p.Value.ToString()))
            ?? done.MinBy(t => t.Value);
    }

    private static void History(HtmlWriter page, ReportData data, TrialRecord[] done, TrialRecord best, string metric)
    {
        var ascending = done.All(t => t.Value <= best.Value);
        var plot = new Plot(
            page.Say("report-trials-label"), new Scale(-0.5, Math.Max(1, data.Trials.Count) - 0.5, 0, 1), Scale.Around(done.Select(t => t.Value!.Value), 0, 1, 0.1), page.Say("report-trial-axis"), metric, 280, Plot.Half,
            xText: x => x == Math.Floor(x) ? Figures.Whole(x) : "", yText: Figures.Metric4);
        var so = ascending ? double.NegativeInfinity : double.PositiveInfinity;
        var steps = new List<(double, double)>();
        foreach (var trial in done)
        {
            var next = ascending ? Math.Max(so, trial.Value!.Value) : Math.Min(so, trial.Value!.Value);
            if (double.IsFinite(so))
            {
                steps.Add((trial.Number, so));
            }

            steps.Add((trial.Number, next));
            so = next;
        }

        plot.Line("la", steps);
        foreach (var trial in done)
        {
            plot.Mark(trial == best ? "fb" : "fa", trial.Number, trial.Value!.Value, trial == best ? 5.5 : 3.5, page.Say("report-trial", ("trial", trial.Number), ("value", Figures.Metric(trial.Value))));
        }

        page.Add($"<div class=\"card\"><h3>{page.Say("report-trials-history")}</h3><ul class=\"key\"><li><i></i>{page.Say("report-best-so-far")}</li><li><i class=\"b\"></i>{page.Say("report-best-trial")}</li></ul>{plot.Close()}</div>\n");
    }

    private static void Parallel(HtmlWriter page, ReportData data, TrialRecord[] done, TrialRecord best, string metric)
    {
        const double width = 1000, top = 34, bottom = 236;
        var axes = data.Trials.SelectMany(t => t.Parameters.Select(p => p.Key)).Distinct(StringComparer.Ordinal)
            .Where(name => done.All(t => Number(t, name) is not null)).ToList();
        if (axes.Count == 0)
        {
            return;
        }

        page.Add($"<div class=\"card mt\"><h3>{page.Say("report-trials-parameters")}</h3><ul class=\"key\"><li><i></i>{page.Say("report-better-half")}</li><li><i class=\"n\"></i>{page.Say("report-other-trials")}</li><li><i class=\"b\"></i>{page.Say("report-best-trial")}</li></ul><div class=\"scroll\" tabindex=\"0\"><svg viewBox=\"0 0 {width} 262\" role=\"img\" aria-label=\"{page.Say("report-parallel")}\">");
        var scales = new List<Scale>();
        for (var i = 0; i <= axes.Count; i++)
        {
            var values = i == axes.Count ? done.Select(t => t.Value!.Value) : done.Select(t => Number(t, axes[i])!.Value);
            var (min, max) = (values.Min(), values.Max());
            var log = i < axes.Count && data.Definition.Tune.Space.FirstOrDefault(p => p.Name == axes[i]) is FloatParameter { Log: true } or IntParameter { Log: true } && min > 0;
            scales.Add(new Scale(min, max, bottom, top, log));
            var x = At(i, axes.Count);
            var anchor = i == 0 ? "start" : i == axes.Count ? "end" : "middle";
            page.Add($"<path class=\"ax\" d=\"M{x} {top}V{bottom}\"/><text class=\"k\" x=\"{x}\" y=\"12\" text-anchor=\"{anchor}\">{Figures.Short(i == axes.Count ? metric : axes[i], 20)}</text>");
            page.Add($"<text x=\"{x}\" y=\"27\" text-anchor=\"{anchor}\">{Figures.Number(max)}</text><text x=\"{x}\" y=\"{bottom + 16}\" text-anchor=\"{anchor}\">{Figures.Number(min)}</text>");
        }

        var order = done.OrderBy(t => t == best).ThenByDescending(t => Math.Abs(t.Value!.Value - best.Value!.Value)).ThenBy(t => t.Number).ToArray();
        for (var k = 0; k < order.Length; k++)
        {
            var trial = order[k];
            page.Add($"<path class=\"{(trial == best ? "lb" : k >= order.Length / 2 ? "la thin" : "ln")}\" d=\"");
            for (var i = 0; i <= axes.Count; i++)
            {
                page.Add($"{(i == 0 ? "M" : "L")}{At(i, axes.Count)} {scales[i].At(i == axes.Count ? trial.Value!.Value : Number(trial, axes[i])!.Value)}");
            }

            page.Add($"\"><title>{page.Say("report-trial", ("trial", trial.Number), ("value", Figures.Metric(trial.Value)))}</title></path>");
        }

        page.Add($"</svg></div></div>\n");

        static double At(int i, int axes) => 12 + ((width - 24) * i / axes);
    }

    private static void Table(HtmlWriter page, ReportData data, TrialRecord best, string metric)
    {
        var names = data.Trials.SelectMany(t => t.Parameters.Select(p => p.Key)).Distinct(StringComparer.Ordinal).ToArray();
        page.Add($"<div class=\"card\"><h3>{page.Say("report-trials-head")}</h3><div class=\"wide tall\" tabindex=\"0\"><table><thead><tr><th scope=\"col\">{page.Say("report-trial-head")}</th><th scope=\"col\">{HtmlWriter.Breakable(metric)}</th>");
        foreach (var name in names)
        {
            page.Add($"<th scope=\"col\">{HtmlWriter.Breakable(name)}</th>");
        }

        page.Add($"</tr></thead><tbody>\n");
        foreach (var trial in data.Trials)
        {
            page.Add($"<tr><td>{trial.Number}</td><td class=\"{(trial == best ? "best" : "")}\">{(trial.Value is { } value ? Figures.Metric(value) : State(page, trial))}</td>");
            foreach (var name in names)
            {
                page.Add($"<td>{(Number(trial, name) is { } number ? Figures.Number(number) : trial.Parameters.FirstOrDefault(p => p.Key == name).Value.ToString())}</td>");
            }

            page.Add($"</tr>\n");
        }

        page.Add($"</tbody></table></div></div>\n");
    }

    private static string State(HtmlWriter page, TrialRecord trial) => trial.State switch
    {
        TrialState.Pruned => page.Say("report-trial-pruned"),
        TrialState.Fail => page.Say("report-trial-failed"),
        TrialState.Complete => page.Say("report-trial-complete"),
        _ => page.Say("report-trial-open"),
    };

    private static double? Number(TrialRecord trial, string name)
    {
        foreach (var (key, value) in trial.Parameters)
        {
            if (key == name)
            {
                return double.TryParse(value.ToString(), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : null;
            }
        }

        return null;
    }
}
