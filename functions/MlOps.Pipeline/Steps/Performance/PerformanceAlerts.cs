using System.Globalization;
using MlOps.Evaluation.Intervals;
using MlOps.Pipeline.Registry;
using MlOps.Pipeline.Steps.Evaluate;
using MlOps.Pipeline.Steps.Monitor;
using MlOps.Pipeline.Wording;

namespace MlOps.Pipeline.Steps.Performance;

/// <summary>Whether a period fell short of what was promised.</summary>
/// <param name="Alerts">The alert, if it did.</param>
/// <param name="Unjudged">Kinds of alerts on which the period says nothing, without labels or an estimate: open ones stay open.</param>
public sealed record PerformanceVerdict(IReadOnlyList<MonitorAlert> Alerts, IReadOnlyList<string> Unjudged);

/// <summary>The range in which a metric of a period was expected nine times in ten.</summary>
/// <param name="Metric">Metric.</param>
/// <param name="Low">Lower end.</param>
/// <param name="High">Upper end.</param>
/// <param name="Periods">Measured periods that it is drawn from.</param>
internal sealed record ToldRange(string Metric, double Low, double High, int Periods);

/// <summary>A period that came out worse than promised, or that will: the alert that matters most.</summary>
internal static class PerformanceAlerts
{
    /// <summary>Kind of the alert on a figure that labels have shown.</summary>
    public const string Measured = "performance";

    /// <summary>Kind of the alert on a figure that is estimated before there are labels.</summary>
    public const string Estimated = "estimated-performance";

    /// <summary>Codes of what is said of a fall.</summary>
    public static readonly IReadOnlyList<string> Codes = ["performance-fell", "estimate-fell", "estimate-left"];

    private const string Auc = "auc";

    /// <summary>Labelled rows below which a period's figure is held against nothing: chance says too much in it.</summary>
    internal const double FewestRows = 30;

    /// <summary>Judges a period; one alert at most: where labels are there, an estimate has nothing to add.</summary>
    /// <param name="own">How the period's predictions turned out; <see langword="null"/> without labels.</param>
    /// <param name="period">Period.</param>
    /// <param name="version">Version of the model that predicts.</param>
    /// <param name="test">Its metrics on its test rows; <see langword="null"/> where they are not known.</param>
    /// <param name="earlier">How the predictions of earlier periods turned out, in order.</param>
    /// <param name="estimated">Metrics to be expected by the scores alone; empty where there is no estimate.</param>
    /// <param name="rows">Rows of the period.</param>
    /// <param name="backtested">Metrics of periods inside the history, each predicted from what came before it, in order; they come before the earlier ones.</param>
    /// <param name="told">Ranges that were told of the period: an estimate that leaves its own is the alert. <see langword="null"/> where none was.</param>
    public static PerformanceVerdict Of(
        RealisedPerformance? own, string period, string version, IReadOnlyDictionary<string, double>? test, IReadOnlyList<RealisedPerformance> earlier,
        IReadOnlyDictionary<string, double> estimated, long rows, IReadOnlyList<IReadOnlyDictionary<string, double>>? backtested = null,
        IReadOnlyList<ToldRange>? told = null) =>
        new(
            Found(own, period, version, test, earlier, estimated, rows, backtested ?? [], told ?? []),
            own is { Value: not null } ? [] : estimated.ContainsKey(Auc) ? [Measured] : [Measured, Estimated]);

    private static IReadOnlyList<MonitorAlert> Found(
        RealisedPerformance? own, string period, string version, IReadOnlyDictionary<string, double>? test, IReadOnlyList<RealisedPerformance> earlier,
        IReadOnlyDictionary<string, double> estimated, long rows, IReadOnlyList<IReadOnlyDictionary<string, double>> backtested, IReadOnlyList<ToldRange> told)
    {
        if (own is not null)
        {
            return own is { Value: { } value, Low: { } low, High: { } high } && own.Metrics.GetValueOrDefault("rows") is >= FewestRows and var labelled
                ? Judge(Codes[0], Measured, period, version, own.Metric, new PeriodFigure(value, low, high, labelled), test, earlier, backtested, told)
                : [];
        }

        if (rows < FewestRows || !estimated.TryGetValue(Auc, out var auc) || !estimated.TryGetValue("positive_rate", out var share) || !(auc is > 0 and < 1) || !(share is > 0 and < 1))
        {
            return [];
        }

        if (told.FirstOrDefault(t => t.Metric == Auc) is { } range)
        {
            var left = Sentence.Of(
                Codes[2], ("metric", LeadingMetrics.Words(Auc)), ("period", period), ("version", version), ("value", LeadingMetrics.Spell(auc)), ("rows", Count(rows)),
                ("low", LeadingMetrics.Spell(range.Low)), ("high", LeadingMetrics.Spell(range.High)), ("periods", range.Periods));
            return auc < range.Low ? [new MonitorAlert(Estimated, LeadingMetrics.Words(Auc), 1, left.ToString(), left)] : [];
        }

        var (from, to) = PerformanceFall.AucInterval(auc, Math.Max(1, share * rows), Math.Max(1, (1 - share) * rows));
        return Judge(Codes[1], Estimated, period, version, Auc, new PeriodFigure(auc, from, to, rows), test, earlier, backtested, []);
    }

    private static IReadOnlyList<MonitorAlert> Judge(
        string code, string kind, string period, string version, string metric, PeriodFigure now, IReadOnlyDictionary<string, double>? test, IReadOnlyList<RealisedPerformance> earlier,
        IReadOnlyList<IReadOnlyDictionary<string, double>> backtested, IReadOnlyList<ToldRange> told)
    {
        var promised = test is not null && test.TryGetValue(metric, out var onTest) && test.GetValueOrDefault("rows") is > 0 and var testRows ? new TestFigure(onTest, testRows) : null;
        double[] before = [.. backtested.Where(m => m.ContainsKey(metric)).Select(m => m[metric]), .. earlier.Select(e => e.Metric == metric ? e.Value : e.Metrics.TryGetValue(metric, out var figure) ? figure : null).OfType<double>()];
        if (PerformanceFall.Judge(now, promised, before, LeadingMetrics.ScaleOf(metric), LeadingMetrics.IsHigherBetter(metric)) is not { } fall)
        {
            return [];
        }

        var promise = (fall.Test, fall.Periods) switch
        {
            ({ } expected, { } usual) => Sentence.Of(
                "fell-below-both", ("test", LeadingMetrics.Spell(expected)), ("test_rows", Count(promised!.Rows)), ("usual", LeadingMetrics.Spell(usual)), ("periods", Math.Min(before.Length, NextPeriod.Most))),
            ({ } expected, null) => Sentence.Of("fell-below-test", ("test", LeadingMetrics.Spell(expected)), ("test_rows", Count(promised!.Rows))),
            _ => Sentence.Of("fell-below-periods", ("usual", LeadingMetrics.Spell(fall.Periods!.Value)), ("periods", Math.Min(before.Length, NextPeriod.Most))),
        };
        if (told.FirstOrDefault(t => t.Metric == metric) is { } range)
        {
            promise = Sentence.Of("fell-beside-expected", ("promise", promise), ("low", LeadingMetrics.Spell(range.Low)), ("high", LeadingMetrics.Spell(range.High)));
        }

        var said = Sentence.Of(
            code, ("metric", LeadingMetrics.Words(metric)), ("period", period), ("version", version), ("value", LeadingMetrics.Spell(now.Value)), ("rows", Count(now.Rows)),
            ("low", LeadingMetrics.Spell(Math.Min(now.Low, now.High))), ("high", LeadingMetrics.Spell(Math.Max(now.Low, now.High))), ("limit", LeadingMetrics.Spell(fall.Limit)), ("promise", promise));
        return [new MonitorAlert(kind, LeadingMetrics.Words(metric), 1, said.ToString(), said)];
    }

    private static string Count(double rows) => rows.ToString("#,##0", CultureInfo.InvariantCulture);
}
