using MlOps.Pipeline.Artifacts;

namespace MlOps.Pipeline.Arrival;

/// <summary>A period that is late.</summary>
/// <param name="Period">The period.</param>
/// <param name="ExpectedBy">When it should have been there, a day's grace included.</param>
public sealed record OverduePeriod(Period Period, DateTimeOffset ExpectedBy);

/// <summary>
/// When the next period is due. The names of the latest periods give the distance (months where the days of the month agree, else
/// days; the longest of the last three), the arrival of the newest gives the start. So files of years ago that are loaded
/// today are not late, and a pipeline with fewer than two periods expects nothing.
/// </summary>
public static class ExpectedPeriod
{
    private const int DistancesMax = 3;

    private static readonly TimeSpan Grace = TimeSpan.FromDays(1);

    /// <summary>The next period, if it is more than a day late.</summary>
    /// <param name="ledger">Ledger of the pipeline.</param>
    /// <param name="now">The time.</param>
    public static OverduePeriod? Overdue(Ledger ledger, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(ledger);
        var arrivals = ledger.Drops
            .Where(d => Period.TryParse(d.Period, out var period) && !period.IsInitial)
            .GroupBy(d => Period.Parse(d.Period).Date!.Value)
            .Select(g => (Date: g.Key, Arrived: g.Min(d => d.AdmittedAt)))
            .OrderBy(a => a.Date).TakeLast(DistancesMax + 1).ToArray();
        if (arrivals.Length < 2)
        {
            return null;
        }

        var (last, arrived) = arrivals[^1];
        var next = Next([.. arrivals.Select(a => a.Date)]);
        var by = arrived + TimeSpan.FromDays(next.DayNumber - last.DayNumber) + Grace;
        return now > by ? new OverduePeriod(Period.Parse(next.ToString("yyyyMMdd")), by) : null;
    }

    private static DateOnly Next(DateOnly[] dates)
    {
        var last = dates[^1];
        var pairs = dates.Zip(dates.Skip(1));
        if (dates.All(IsLastOfMonth))
        {
            var month = new DateOnly(last.Year, last.Month, 1).AddMonths(pairs.Max(p => Months(p.First, p.Second)) + 1);
            return month.AddDays(-1);
        }

        return dates.All(d => d.Day == last.Day)
            ? last.AddMonths(pairs.Max(p => Months(p.First, p.Second)))
            : last.AddDays(pairs.Max(p => p.Second.DayNumber - p.First.DayNumber));
    }

    private static int Months(DateOnly from, DateOnly to) => ((to.Year - from.Year) * 12) + to.Month - from.Month;

    private static bool IsLastOfMonth(DateOnly date) => date.AddDays(1).Day == 1;
}
