using MlOps.Pipeline.Wording;
using MlOps.Storage;
using MlOps.Tabular;

namespace MlOps.Pipeline.Steps.Monitor;

/// <summary>
/// Columns that move on by themselves, as dates do: a part of the calendar written as a number, and a counter. Each period has values of its own there, whatever
/// happens in the world, so that a comparison would call every period drifted. Where it cannot be told from the values, the column is compared.
/// </summary>
internal static class MovesByItself
{
    // By chance a value that stands still in a period agrees with a part of the calendar in fewer, and rises as often where it changes by the month.
    private const int FewestPeriods = 3;
    private const int FewestRises = 3;
    private const int FewestRisesOfOneValue = 8;

    private static readonly (string Part, Func<DateOnly, double> Of, int Wraps)[] Calendar =
    [
        ("month", d => d.Month, 12), ("quarter", d => (d.Month + 2) / 3, 4), ("year", d => d.Year, 0), ("months", d => (12 * d.Year) + d.Month, 0),
        ("yyyymm", d => (100 * d.Year) + d.Month, 0), ("yyyymmdd", d => (10_000 * d.Year) + (100 * d.Month) + d.Day, 0), ("day", d => d.DayOfYear, 0), ("days", d => d.DayNumber, 0),
    ];

    /// <summary>Why a column is not compared; <see langword="null"/> where it is.</summary>
    /// <param name="reference">The column in what the model learned from, periods one after the other.</param>
    /// <param name="places">Where each of these periods lies.</param>
    /// <param name="current">The column in the period.</param>
    /// <param name="period">The period.</param>
    public static Sentence? Of(Column? reference, IReadOnlyDictionary<string, Range> places, Column? current, string period)
    {
        if (reference is not NumberColumn { Kind: ColumnKind.Number } past || current is not NumberColumn { Kind: ColumnKind.Number } now || places.Count < FewestPeriods - 1)
        {
            return null;
        }

        var ends = places.OrderBy(p => p.Value.Start.Value).Select(p => (Period.Parse(p.Key).Date, Ends: Ends(past.Values.AsSpan(p.Value))))
            .Append((Period.Parse(period).Date, Ends: Ends(now.Values))).ToArray();
        return ends.Any(e => double.IsNaN(e.Ends.Low)) ? null
            : IsCalendar([.. ends.Where(e => e.Date is not null).Select(e => (e.Date!.Value, e.Ends.Low, e.Ends.High))]) ? Sentence.Of("drift-calendar")
            : IsCounter([.. ends.Select(e => e.Ends)]) ? Sentence.Of("drift-counter")
            : null;
    }

    private static bool IsCalendar((DateOnly Date, double Low, double High)[] periods) =>
        periods.Length >= FewestPeriods && periods.All(p => p.Low == p.High) && periods.Select(p => p.Low).Distinct().Skip(1).Any()
        && Calendar.Any(c => periods.Select(p => Offset(p.Low - c.Of(p.Date), c.Wraps)).Distinct().Count() == 1);

    // Months may be counted from 0, and rows of a month may lie in the file of the next one.
    private static double Offset(double difference, int wraps) => wraps == 0 ? difference : ((difference % wraps) + wraps) % wraps;

    private static bool IsCounter((double Low, double High)[] periods)
    {
        var rises = 0;
        for (var i = 1; i < periods.Length; i++)
        {
            if (periods[i].Low < periods[i - 1].High)
            {
                return false;
            }

            rises += periods[i].Low > periods[i - 1].High ? 1 : 0;
        }

        return periods[^1].Low > periods[^2].High && rises >= (periods.All(p => p.Low == p.High) ? FewestRisesOfOneValue : FewestRises);
    }

    private static (double Low, double High) Ends(ReadOnlySpan<double> values)
    {
        var (low, high) = (double.NaN, double.NaN);
        foreach (var value in values)
        {
            if (double.IsFinite(value))
            {
                low = low <= value ? low : value;
                high = high >= value ? high : value;
            }
        }

        return (low, high);
    }
}
