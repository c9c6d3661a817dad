using MlOps.Pipeline.Steps.Accumulate;

namespace MlOps.Pipeline.Steps.Compare;

/// <summary>
/// Which test rows speak for or against a challenger. What is predicted next looks like the newest periods, which the champion
/// meets unprepared: there the models differ. The rows of periods that both have learned from are many, and add noise.
/// </summary>
/// <param name="Places">Places of the rows among all test rows, ascending.</param>
/// <param name="Periods">Their periods, in order; <see langword="null"/> where all test rows speak.</param>
internal sealed record Evidence(int[] Places, IReadOnlyList<string>? Periods)
{
    /// <summary>With fewer rows than these a mean is chance.</summary>
    public const int FewestRows = 30;

    /// <summary>All test rows.</summary>
    public static Evidence All(int rows) => new([.. Enumerable.Range(0, rows)], null);

    /// <summary>The test rows of the periods that the champion has not learned from; all where these are too few.</summary>
    /// <param name="rows">The test rows in the challenger's history.</param>
    /// <param name="history">What is known of that history.</param>
    /// <param name="learned">Periods that the champion has learned from.</param>
    public static Evidence Unlearned(int[] rows, AccumulateResult history, IReadOnlyList<string> learned)
    {
        if (PeriodOfRow(history) is not { } period)
        {
            return All(rows.Length);
        }

        var known = history.Periods.Select(p => learned.Contains(p, StringComparer.Ordinal)).ToArray();
        int[] places = [.. Enumerable.Range(0, rows.Length).Where(i => !known[period[rows[i]]])];
        return places.Length < FewestRows || places.Length == rows.Length
            ? All(rows.Length)
            : new Evidence(places, [.. places.Select(i => period[rows[i]]).Distinct().Order().Select(p => history.Periods[p])]);
    }

    /// <summary>Index of each row's period; <see langword="null"/> where an earlier version of the program has not counted the rows.</summary>
    public static int[]? PeriodOfRow(AccumulateResult history) => history.RowsOfPeriods is { } counts
        ? [.. counts.SelectMany((count, period) => Enumerable.Repeat(period, count))]
        : null;
}
