using System.Globalization;
using MlOps.Pipeline.Definitions;
using MlOps.Tabular;

namespace MlOps.Pipeline.Steps.Accumulate;

/// <summary>Rows of the history that are of one period, one after the other.</summary>
/// <param name="Name">What the period is called: that of a file, or a time inside the first file.</param>
/// <param name="Rows">Number of rows.</param>
/// <param name="IsInside">Whether it is a time inside the first file.</param>
public sealed record TimePeriod(string Name, int Rows, bool IsInside);

/// <summary>The rows of a file in the order of its time column, and the periods that they make. Rows without a time come first: nothing is predicted by what may be later.</summary>
/// <param name="Rows">Rows in that order; of one time in the file's order.</param>
/// <param name="Names">Name of each period.</param>
/// <param name="PeriodOfRow">Period of each row of the file.</param>
/// <param name="Unit">How much time is one period, where that was left open.</param>
internal sealed record TimeOrder(int[] Rows, IReadOnlyList<string> Names, int[] PeriodOfRow, TimeUnit Unit)
{
    // Fewer say nothing of how periods differ, once the first has been learned from.
    private const int Enough = 6;

    // Of more values each is no period but a moment.
    private const int MostValues = 60;
    private const int Blocks = 12;
    private const double SecondsOfDay = 86_400;

    /// <summary>Orders rows.</summary>
    /// <param name="column">The time column.</param>
    /// <param name="settings">How much of it is one period.</param>
    public static TimeOrder Of(Column column, TimeSettings settings)
    {
        var times = Times(column);
        int[] order = [.. Enumerable.Range(0, times.Length).OrderBy(row => double.IsNaN(times[row]) ? double.NegativeInfinity : times[row]).ThenBy(row => row)];
        var starts = Starts(column, times, settings.Unit);
        double[] distinct = [.. starts.Where(s => !double.IsNaN(s)).Distinct().Order()];
        if (distinct.Length == 0)
        {
            return new TimeOrder(order, [""], new int[times.Length], settings.Unit);
        }

        var unit = column is NumberColumn { Kind: ColumnKind.Date } ? UnitOf(times, settings.Unit) : settings.Unit;
        var place = distinct.Index().ToDictionary(d => d.Item, d => d.Index);
        return new TimeOrder(order, [.. distinct.Select(start => Name(column, start, unit))], Array.ConvertAll(starts, s => double.IsNaN(s) ? 0 : place[s]), unit);
    }

    // Texts are in the order of their characters, as 2011-Q4 and 2012-Q1 are.
    private static double[] Times(Column column)
    {
        if (column is NumberColumn numbers)
        {
            return numbers.Values;
        }

        var text = (TextColumn)column;
        var place = text.Categories.Order(StringComparer.Ordinal).Index().ToDictionary(c => c.Item, c => (double)c.Index, StringComparer.Ordinal);
        return [.. Enumerable.Range(0, column.RowCount).Select(row => column.Text(row) is { } value ? place[value] : double.NaN)];
    }

    // Where the period of each row begins.
    private static double[] Starts(Column column, double[] times, TimeUnit unit)
    {
        if (column is NumberColumn { Kind: ColumnKind.Date } && unit != TimeUnit.Value)
        {
            var chosen = UnitOf(times, unit);
            return Array.ConvertAll(times, t => Start(t, chosen));
        }

        double[] distinct = [.. times.Where(t => !double.IsNaN(t)).Distinct().Order()];
        if (unit != TimeUnit.Auto || distinct.Length <= MostValues)
        {
            return times;
        }

        // Rows of one value stay together.
        double[] sorted = [.. times.Where(t => !double.IsNaN(t)).Order()];
        double[] cuts = [.. Enumerable.Range(0, Blocks).Select(block => sorted[(int)((long)sorted.Length * block / Blocks)]).Distinct()];
        return Array.ConvertAll(times, t => double.IsNaN(t) ? t : cuts[Array.FindLastIndex(cuts, c => c <= t)]);
    }

    private static TimeUnit UnitOf(double[] times, TimeUnit unit)
    {
        if (unit != TimeUnit.Auto)
        {
            return unit;
        }

        TimeUnit[] units = [TimeUnit.Month, TimeUnit.Week, TimeUnit.Day];
        return units.Cast<TimeUnit?>().FirstOrDefault(u => times.Where(t => !double.IsNaN(t)).Select(t => Start(t, u!.Value)).Distinct().Take(Enough).Count() == Enough) ?? TimeUnit.Day;
    }

    private static double Start(double seconds, TimeUnit unit)
    {
        if (double.IsNaN(seconds))
        {
            return seconds;
        }

        var day = DateTime.UnixEpoch.AddDays(Math.Floor(seconds / SecondsOfDay));
        var start = unit switch
        {
            TimeUnit.Year => new DateTime(day.Year, 1, 1, 0, 0, 0, DateTimeKind.Utc),
            TimeUnit.Quarter => new DateTime(day.Year, (((day.Month - 1) / 3) * 3) + 1, 1, 0, 0, 0, DateTimeKind.Utc),
            TimeUnit.Month => new DateTime(day.Year, day.Month, 1, 0, 0, 0, DateTimeKind.Utc),
            // Monday is the first day of a week, as ISO has it; the calendar itself begins with one.
            TimeUnit.Week => day.AddDays(-(((int)day.DayOfWeek + 6) % 7)),
            _ => day,
        };
        return (start - DateTime.UnixEpoch).TotalSeconds;
    }

    private static string Name(Column column, double start, TimeUnit unit)
    {
        if (column is TextColumn text)
        {
            return text.Categories.Order(StringComparer.Ordinal).ElementAt((int)start);
        }

        if (column.Kind != ColumnKind.Date)
        {
            return start.ToString(CultureInfo.InvariantCulture);
        }

        var day = DateTime.UnixEpoch.AddSeconds(start);
        return unit switch
        {
            TimeUnit.Year => day.ToString("yyyy", CultureInfo.InvariantCulture),
            TimeUnit.Quarter => string.Create(CultureInfo.InvariantCulture, $"{day.Year}-Q{((day.Month - 1) / 3) + 1}"),
            TimeUnit.Month => day.ToString("yyyy-MM", CultureInfo.InvariantCulture),
            TimeUnit.Value when day.TimeOfDay != TimeSpan.Zero => day.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture),
            _ => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        };
    }
}
