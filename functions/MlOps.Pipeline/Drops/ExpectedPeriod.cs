using MlOps.Storage;

namespace MlOps.Pipeline.Drops;

/// <summary>A period that is late.</summary>
/// <param name="Period">The period.</param>
/// <param name="ExpectedBy">When it should have been there, a day's grace included.</param>
public sealed record OverduePeriod(Period Period, DateTimeOffset ExpectedBy);

/// <summary>
/// When the next period is due. The names of the latest periods give the distance (months where the days of the month agree, else
/// days; the longest of the last three), the arrival of the newest gives the start. So files of years ago that are loaded
/// today are not late, a day that lies years ahead (an open end, such as 9999-12-31) is no measure, and a pipeline with fewer than two
/// periods expects nothing.
/// </summary>
public static class ExpectedPeriod
{
    private const int DistancesMax = 3;

    private static readonly TimeSpan Grace = TimeSpan.FromDays(1);

    // What comes further ahead of its day than this does not come by a calendar.
    private static readonly TimeSpan LongestAhead = TimeSpan.FromDays(366);

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
            .Where(a => new DateTimeOffset(a.Date, TimeOnly.MinValue, TimeSpan.Zero) - a.Arrived <= LongestAhead)
            .OrderBy(a => a.Date).TakeLast(DistancesMax + 1).ToArray();
        if (arrivals.Length < 2)
        {
            return null;
        }

        var (last, arrived) = arrivals[^1];
        if (Next([.. arrivals.Select(a => a.Date)]) is not { } next)
        {
            return null;
        }

        var by = arrived + TimeSpan.FromDays(next.DayNumber - last.DayNumber) + Grace;
        return now > by ? new OverduePeriod(Period.Parse(next.ToString("yyyyMMdd")), by) : null;
    }

    // None where it would lie beyond the last day that there is.
    private static DateOnly? Next(DateOnly[] dates)
    {
        var last = dates[^1];
        var pairs = dates.Zip(dates.Skip(1));
        var months = pairs.Max(p => Months(p.First, p.Second));
        var byMonth = dates.All(IsLastOfMonth);
        if (byMonth || dates.All(d => d.Day == last.Day))
        {
            var month = (last.Year * 12) + last.Month - 1 + months;
            if (month / 12 > DateOnly.MaxValue.Year)
            {
                return null;
            }

            var (year, number) = (month / 12, (month % 12) + 1);
            var length = DateTime.DaysInMonth(year, number);
            return new DateOnly(year, number, byMonth ? length : Math.Min(last.Day, length));
        }

        var next = last.DayNumber + pairs.Max(p => p.Second.DayNumber - p.First.DayNumber);
        return next > DateOnly.MaxValue.DayNumber ? null : DateOnly.FromDayNumber(next);
    }

    private static int Months(DateOnly from, DateOnly to) => ((to.Year - from.Year) * 12) + to.Month - from.Month;

    private static bool IsLastOfMonth(DateOnly date) => date.Day == DateTime.DaysInMonth(date.Year, date.Month);
}
