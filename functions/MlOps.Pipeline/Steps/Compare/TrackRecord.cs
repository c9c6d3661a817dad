using MlOps.Evaluation.Intervals;
using MlOps.Pipeline.Registry;

namespace MlOps.Pipeline.Steps.Compare;

/// <summary>
/// How challengers of earlier periods turned out. The test rows share their periods with rows that the challenger has learned from,
/// so a shock of one month looks like a gain. A period that came after a challenger was trained had no part in it nor in the champion
/// that it met: there its gain is the one that a promotion brought, or would have brought (the prequential principle, Dawid 1984).
/// </summary>
internal static class TrackRecord
{
    /// <summary>Decisions that a comparison looks back on.</summary>
    public const int Longest = ClusterBootstrap.MostClusters;

    // One period alone says nothing about how periods differ.
    private const int Fewest = 2;

    /// <summary>The latest decision of each earlier period in which a challenger met a champion, the last ones, in period order.</summary>
    /// <param name="releases">Every decision, in the order in which it was recorded; for a decision that is asked for again those before it.</param>
    /// <param name="period">Period of the challenger.</param>
    public static IReadOnlyList<PastDecision> Of(IEnumerable<Release> releases, string period) =>
    [
        .. releases
            .Where(r => r is { VerdictKey: not null, Challenger: not null, Previous: not null } && r.Challenger != r.Previous && string.CompareOrdinal(r.Period, period) < 0)
            .GroupBy(r => r.Period)
            .Select(g => new PastDecision(g.Key, g.Last().Challenger!, g.Last().Previous!))
            .OrderBy(d => d.Period, StringComparer.Ordinal)
            .TakeLast(Longest),
    ];

    /// <summary>What the decisions say together; a decision counts half as much as the one some decisions later.</summary>
    /// <param name="gains">Gains in period order, of any weight.</param>
    /// <param name="halfLife">Decisions after which one counts half, above 0.</param>
    /// <param name="confidence">Share of the resamples from which on harm keeps the champion.</param>
    /// <returns><see langword="null"/> with fewer than two gains.</returns>
    public static RecordFinding? Judge(IReadOnlyList<PastGain> gains, double halfLife, double confidence)
    {
        if (gains.Count < Fewest)
        {
            return null;
        }

        PastGain[] weighted = [.. gains.Select((g, i) => g with { Weight = Math.Pow(0.5, (gains.Count - 1 - i) / halfLife) })];
        var harm = ClusterBootstrap.ShareBelow([.. weighted.Select(g => g.Improvement)], [.. weighted.Select(g => g.Weight)], 0);
        return new RecordFinding(
            weighted, weighted.Sum(g => g.Weight * g.Improvement) / weighted.Sum(g => g.Weight), harm, confidence, harm < confidence);
    }
}
