using System.Globalization;
using System.Text.Json.Serialization;
using MlOps.Evaluation.Intervals;
using MlOps.Pipeline.Definitions;
using MlOps.Pipeline.Registry;
using MlOps.Pipeline.Steps.Accumulate;
using MlOps.Pipeline.Steps.Evaluate;
using MlOps.Pipeline.Steps.Performance;
using MlOps.Pipeline.Wording;

namespace MlOps.Pipeline.Steps.Backtest;

/// <summary>A figure of the period to come.</summary>
/// <param name="Name">Metric.</param>
/// <param name="Point">What to expect; with fewer than two measured periods what the random test says, <see langword="null"/> where it says nothing.</param>
/// <param name="Low">Lower end of the 90 % interval; <see langword="null"/> with fewer than two measured periods.</param>
/// <param name="High">Upper end.</param>
/// <param name="RandomTest">The same metric on random rows of the past, which the model has not learned from; <see langword="null"/> where there is none.</param>
/// <param name="RandomRows">Number of these rows; <see langword="null"/> in documents of before they were counted.</param>
public sealed record ExpectedMetric(string Name, double? Point, double? Low, double? High, double? RandomTest, long? RandomRows = null);

/// <summary>How good the predictions of a period can be expected to be, before any of its labels is known.</summary>
/// <param name="Metrics">The task's leading metrics, the first first.</param>
/// <param name="Periods">Earlier periods that it is drawn from, in order; fewer than two where the random test stands in.</param>
/// <param name="Said">What to expect, in words.</param>
/// <param name="Gap">How the random test differs and why; <see langword="null"/> where there is nothing to compare.</param>
/// <param name="Inside">How many of the periods are times inside the history, by its time column.</param>
/// <param name="Column">That column; <see langword="null"/> where there are none.</param>
/// <param name="Outcome">How the period came out beside it by its labels, or is estimated to by its scores alone; <see langword="null"/> while neither is known.</param>
public sealed record ExpectedQuality(
    IReadOnlyList<ExpectedMetric> Metrics, IReadOnlyList<string> Periods, Sentence Said, Sentence? Gap, int Inside = 0, string? Column = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] Sentence? Outcome = null)
{
    /// <summary>Whether periods speak, and not only random rows.</summary>
    public bool IsMeasured => Periods.Count >= Fewest;

    /// <summary>The ranges that are told; none where only random rows speak.</summary>
    internal IReadOnlyList<ToldRange> Ranges =>
        [.. Metrics.SelectMany(m => m is { Low: { } low, High: { } high } ? [new ToldRange(m.Name, low, high, Periods.Count)] : Array.Empty<ToldRange>())];

    // One period says nothing of how periods differ.
    private const int Fewest = 2;

    /// <summary>Draws it from the periods that have been measured.</summary>
    /// <param name="task">Task.</param>
    /// <param name="version">Version of the model that predicts.</param>
    /// <param name="known">Records of earlier periods, in order.</param>
    /// <param name="randomTest">Metrics of that model on its test rows; <see langword="null"/> where they are not known.</param>
    /// <param name="rolling">Periods inside the history that were predicted from what came before them; <see langword="null"/> where there are none.</param>
    /// <param name="column">The history's time column.</param>
    internal static ExpectedQuality Of(
        TaskKind task, string version, IReadOnlyList<BacktestRecord> known, IReadOnlyDictionary<string, double>? randomTest, RollingBacktest? rolling = null, string? column = null)
    {
        // A model that has been there before is known by its own figures; before its time, and of a model that is new, by those of the models that were new then.
        (string Period, IReadOnlyDictionary<string, double> Metrics, bool Inside)[] all =
        [
            .. (rolling?.Periods.Where(p => p.IsInside) ?? []).Select(p => (p.Period, rolling!.MetricsOf(p), true)),
            .. known.GroupBy(r => r.Period)
                .Select(g => g.FirstOrDefault(r => r.ModelVersion == version) ?? g.FirstOrDefault(r => r.Way == BacktestRecord.New) ?? g.First())
                .Select(r => (r.Period, r.Metrics, false)),
        ];
        var series = all[^Math.Min(all.Length, NextPeriod.Most)..];
        var inside = series.Count(r => r.Inside);
        var metrics = LeadingMetrics.Of(task).Select(leading =>
        {
            double[] values = [.. all.Where(r => r.Metrics.ContainsKey(leading.Name)).Select(r => r.Metrics[leading.Name])];
            var random = randomTest is not null && randomTest.TryGetValue(leading.Name, out var value) ? value : (double?)null;
            if (values.Length < Fewest)
            {
                return new ExpectedMetric(leading.Name, random, null, null, random, Rows(randomTest));
            }

            var (point, low, high) = NextPeriod.Expect(values, leading.Scale);
            return new ExpectedMetric(leading.Name, point, low, high, random, Rows(randomTest));
        }).ToArray();
        return new ExpectedQuality(
            metrics, [.. series.Select(r => r.Period)], Expect(metrics[0], series.Length, inside, column), Compare(metrics[0]), inside, inside > 0 ? column : null);
    }

    /// <summary>The same beside how the period came out, or is estimated to.</summary>
    /// <param name="measured">Metrics by its labels; <see langword="null"/> where they are not known.</param>
    /// <param name="estimated">Metrics by its scores alone; <see langword="null"/> where there is no estimate.</param>
    internal ExpectedQuality Against(IReadOnlyDictionary<string, double>? measured, IReadOnlyDictionary<string, double>? estimated)
    {
        if (Metrics[0] is not { Name: { } name, Low: { } low, High: { } high } || (measured ?? estimated)?.TryGetValue(name, out var value) != true)
        {
            return this;
        }

        if (measured is not null && measured.TryGetValue("rows", out var rows) && rows < PerformanceAlerts.FewestRows)
        {
            return this with { Outcome = Sentence.Of("came-out-few", ("metric", LeadingMetrics.Words(name)), ("value", LeadingMetrics.Spell(value)), ("rows", (long)rows)) };
        }

        var isWorse = LeadingMetrics.IsHigherBetter(name) ? value < low : value > high;
        string[] codes = measured is null ? ["estimated-within", "estimated-worse", "estimated-better"] : ["came-out-within", "came-out-worse", "came-out-better"];
        return this with
        {
            Outcome = Sentence.Of(codes[value >= low && value <= high ? 0 : isWorse ? 1 : 2], ("metric", LeadingMetrics.Words(name)), ("value", LeadingMetrics.Spell(value))),
        };
    }

    /// <summary>The same beside what the random test says of other rows.</summary>
    /// <param name="randomTest">Metrics of the model on them.</param>
    internal ExpectedQuality Beside(IReadOnlyDictionary<string, double> randomTest)
    {
        ExpectedMetric[] metrics =
        [
            .. Metrics.Select(m => (randomTest.TryGetValue(m.Name, out var value) ? value : (double?)null) is var random && m.Low is null
                ? m with { Point = random, RandomTest = random, RandomRows = Rows(randomTest) } : m with { RandomTest = random, RandomRows = Rows(randomTest) }),
        ];
        return this with { Metrics = metrics, Said = Expect(metrics[0], Periods.Count, Inside, Column), Gap = Compare(metrics[0]) };
    }

    private static long? Rows(IReadOnlyDictionary<string, double>? metrics) => metrics is not null && metrics.TryGetValue("rows", out var rows) ? (long)rows : null;

    private static Sentence Expect(ExpectedMetric metric, int periods, int inside, string? column) => metric switch
    {
        { Point: { } point, Low: { } low, High: { } high } when inside > 0 => Sentence.Of(
            "expected-backtested", ("metric", LeadingMetrics.Words(metric.Name)), ("point", LeadingMetrics.Spell(point)), ("low", LeadingMetrics.Spell(low)), ("high", LeadingMetrics.Spell(high)),
            ("periods", periods), ("inside", inside), ("column", column ?? "")),
        { Point: { } point, Low: { } low, High: { } high } => Sentence.Of(
            "expected-measured", ("metric", LeadingMetrics.Words(metric.Name)), ("point", LeadingMetrics.Spell(point)), ("low", LeadingMetrics.Spell(low)), ("high", LeadingMetrics.Spell(high)), ("periods", periods)),
        { Point: { } random } => Sentence.Of("expected-random", ("metric", LeadingMetrics.Words(metric.Name)), ("point", LeadingMetrics.Spell(random)), ("rows", (metric.RandomRows ?? 0).ToString("#,##0", CultureInfo.InvariantCulture)), ("periods", periods)),
        _ => Sentence.Of("expected-unknown", ("periods", periods)),
    };

    private static Sentence? Compare(ExpectedMetric metric)
    {
        if (metric is not { RandomTest: { } random, Low: { } low, High: { } high })
        {
            return null;
        }

        (string, object)[] facts = [("metric", LeadingMetrics.Words(metric.Name)), ("random", LeadingMetrics.Spell(random)), ("rows", (metric.RandomRows ?? 0).ToString("#,##0", CultureInfo.InvariantCulture))];
        var flatters = LeadingMetrics.IsHigherBetter(metric.Name) ? random > high : random < low;
        return flatters ? Sentence.Of("expected-gap-flatters", facts)
            : random >= low && random <= high ? Sentence.Of("expected-gap-within", facts)
            : Sentence.Of("expected-gap-harder", facts);
    }
}
