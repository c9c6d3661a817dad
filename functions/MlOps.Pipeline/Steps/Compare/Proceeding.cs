using MlOps.Pipeline.Registry;

namespace MlOps.Pipeline.Steps.Compare;

/// <summary>A champion of before that would have done better than proceeding with the new models.</summary>
/// <param name="ModelVersion">Version of the model.</param>
/// <param name="Periods">Periods that it has been measured on beside a model that was new then, in order.</param>
/// <param name="Gain">By how much it was better, on average; in the metric.</param>
public sealed record BetterKept(string ModelVersion, IReadOnlyList<string> Periods, double Gain);

/// <summary>What the periods so far say of the two ways of proceeding: taking the new model, or keeping one that was there before.</summary>
/// <param name="Periods">Periods of which the model that was new then is measured, in order.</param>
/// <param name="Keep">The model to keep, or to go back to; <see langword="null"/> where the new model is to be taken.</param>
public sealed record ProceedingFinding(IReadOnlyList<string> Periods, BetterKept? Keep);

/// <summary>
/// The gate by evidence from time. What comes next looks most like what came last, so that the new model is taken. A champion of before is kept, or comes back,
/// only where it has done better than the model that was new then in every period measured since it was trained, in four or more of them: no single
/// month can say that, good or bad. The first period that speaks for the new models ends it.
/// </summary>
internal static class Proceeding
{
    /// <summary>Periods that must all say the same. Chance alone makes one of two equal models the better one four times in a row once in sixteen.</summary>
    public const int Fewest = 4;

    /// <summary>Decisions whose champions are looked at.</summary>
    public const int Decisions = 8;

    /// <summary>What the periods say.</summary>
    /// <param name="known">Records of earlier periods, in order.</param>
    /// <param name="champions">Versions of the champions of the last decisions.</param>
    /// <param name="higherIsBetter">Which way the metric is better.</param>
    /// <param name="margin">How much better is better.</param>
    /// <returns><see langword="null"/> where no period has been measured: the rule has nothing to go by.</returns>
    public static ProceedingFinding? Judge(IReadOnlyList<BacktestRecord> known, IEnumerable<string> champions, bool higherIsBetter, double margin)
    {
        string[] periods = [.. known.Where(r => r.Way == BacktestRecord.New).Select(r => r.Period).Distinct()];
        return periods.Length == 0
            ? null
            : new ProceedingFinding(
                periods,
                champions.Distinct().Select(version => (Version: version, Gains: Gains(known, version, higherIsBetter)))
                    .Where(m => m.Gains.Count >= Fewest && m.Gains.All(g => g.Gain > margin))
                    .Select(m => new BetterKept(m.Version, [.. m.Gains.Select(g => g.Period)], m.Gains.Average(g => g.Gain)))
                    .OrderByDescending(m => m.Gain).ThenBy(m => m.ModelVersion, StringComparer.Ordinal).FirstOrDefault());
    }

    /// <summary>Champions of before that no measured period has spoken against yet: those whose scores of the next period are still of use.</summary>
    /// <param name="known">Records of earlier periods, in order.</param>
    /// <param name="champions">Versions of the champions of the last decisions.</param>
    /// <param name="higherIsBetter">Which way the metric is better.</param>
    /// <param name="margin">How much better is better.</param>
    public static IEnumerable<string> Undefeated(IReadOnlyList<BacktestRecord> known, IEnumerable<string> champions, bool higherIsBetter, double margin) =>
        known.Count == 0 ? [] : champions.Distinct().Where(version => Gains(known, version, higherIsBetter).All(g => g.Gain > margin));

    // Against the model that was new in each period; where that is the model itself there is nothing to hold it against.
    private static List<(string Period, double Gain)> Gains(IReadOnlyList<BacktestRecord> known, string version, bool higherIsBetter) =>
    [
        .. from own in known
           where own.ModelVersion == version
           let fresh = known.FirstOrDefault(r => r.Period == own.Period && r.Way == BacktestRecord.New && r.Metric == own.Metric)
           where fresh is not null && fresh.ModelVersion != version
           select (own.Period, higherIsBetter ? own.Value - fresh.Value : fresh.Value - own.Value),
    ];
}
