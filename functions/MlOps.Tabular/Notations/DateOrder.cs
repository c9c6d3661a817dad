using System.Globalization;
using System.Text.RegularExpressions;

namespace MlOps.Tabular;

/// <summary>In which order a date's parts stand.</summary>
public enum DateOrder
{
    /// <summary>2024-01-31, 2024/1/31, 2024年1月31日, with or without a time; 2024-01, Jan 2024; weeks (2024-W05, ISO 8601) and quarters (2024Q1, Q1 2024), which are their first day.</summary>
    YearFirst,

    /// <summary>31/01/2024, 31.1.24, 31 Jan 2024.</summary>
    DayFirst,

    /// <summary>01/31/2024, Jan 31, 2024.</summary>
    MonthFirst,
}

/// <summary>Dates written with separators, in a known order.</summary>
public static partial class DateText
{
    private const int MostLength = 40;

    private static readonly string[] Times = ["", " H:mm", " H:mm:ss", " H:mm:ss.FFFFFFF", " h:mm tt", " h:mm:ss tt"];
    private static readonly string[] DayForms = WithTimes(["d/M/yyyy", "d-M-yyyy", "d.M.yyyy", "d MMM yyyy", "d-MMM-yyyy", "d MMMM yyyy", "d/M/yy", "d-M-yy", "d.M.yy", "d-MMM-yy"]);
    private static readonly string[] MonthForms = WithTimes(["M/d/yyyy", "M-d-yyyy", "M.d.yyyy", "MMM d, yyyy", "MMMM d, yyyy", "M/d/yy", "M-d-yy"]);
    private static readonly string[] YearForms = ["yyyy.M.d", "yyyy年M月d日", "yyyy-M-d H:mm", "yyyy-M-d H:mm:ss", "yyyy/M/d H:mm", "yyyy/M/d H:mm:ss", "yyyy-MMM-d"];

    // A month is its first day. With a sane year only: 1234-05 is a number of something.
    private static readonly string[] Months = ["yyyy-MM", "yyyy/MM", "yyyy年M月", "MMM yyyy", "MMMM yyyy", "MMM-yyyy"];

    /// <summary>Seconds since 1970-01-01T00:00:00Z; NaN where the text is no date in this order. A time without zone counts as UTC.</summary>
    /// <param name="text">The cell.</param>
    /// <param name="order">Order of the parts.</param>
    public static double Seconds(string text, DateOrder order)
    {
        ArgumentNullException.ThrowIfNull(text);
        var trimmed = text.Trim();
        if (trimmed.Length is < 6 or > MostLength || !trimmed.AsSpan().ContainsAnyInRange('0', '9'))
        {
            return double.NaN;
        }

        if (order == DateOrder.YearFirst && TypedCells.Date(trimmed) is var seconds && !double.IsNaN(seconds))
        {
            return seconds;
        }

        if (order == DateOrder.YearFirst && Part(trimmed) is { } first)
        {
            return (first.Ticks - DateTime.UnixEpoch.Ticks) / (double)TimeSpan.TicksPerSecond;
        }

        if (order == DateOrder.YearFirst && DateTime.TryParseExact(trimmed, Months, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var month)
            && month.Year is >= 1900 and <= 2100)
        {
            return (month.Ticks - DateTime.UnixEpoch.Ticks) / (double)TimeSpan.TicksPerSecond;
        }

        var forms = order switch { DateOrder.DayFirst => DayForms, DateOrder.MonthFirst => MonthForms, _ => YearForms };
        return DateTime.TryParseExact(trimmed, forms, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time)
            ? (time.Ticks - DateTime.UnixEpoch.Ticks) / (double)TimeSpan.TicksPerSecond
            : double.NaN;
    }

    // The first day of a week or of a quarter.
    private static DateTime? Part(string text)
    {
        if (Week().Match(text) is { Success: true } week)
        {
            var (year, number) = (Number(week, "year"), Number(week, "number"));
            return number >= 1 && number <= ISOWeek.GetWeeksInYear(year)
                ? ISOWeek.ToDateTime(year, number, week.Groups["day"].Success ? (DayOfWeek)(Number(week, "day") % 7) : DayOfWeek.Monday)
                : null;
        }

        return Quarter().Match(text) is { Success: true } quarter ? new DateTime(Number(quarter, "year"), (3 * Number(quarter, "number")) - 2, 1) : null;

        static int Number(Match match, string group) => int.Parse(match.Groups[group].ValueSpan, CultureInfo.InvariantCulture);
    }

    // With a sane year only, as for months.
    [GeneratedRegex(@"^(?<year>19\d\d|20\d\d|2100)-?W(?<number>\d\d)(?:-?(?<day>[1-7]))?$")]
    private static partial Regex Week();

    [GeneratedRegex(@"^(?:(?<year>19\d\d|20\d\d|2100)[- ]?[Qq](?<number>[1-4])|[Qq](?<number>[1-4])[- /]?(?<year>19\d\d|20\d\d|2100))$")]
    private static partial Regex Quarter();

    private static string[] WithTimes(string[] days) => [.. days.SelectMany(d => Times.Select(t => d + t))];
}
