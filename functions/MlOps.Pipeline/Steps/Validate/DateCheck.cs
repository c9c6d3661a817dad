using System.Globalization;
using MlOps.Pipeline.Definitions;
using MlOps.Pipeline.Wording;
using MlOps.Storage;
using MlOps.Tabular;

namespace MlOps.Pipeline.Steps.Validate;

/// <summary>Dates that lie after the period: nobody knew them when its rows were to be predicted.</summary>
internal static class DateCheck
{
    private const double SecondsOfADay = 86400;

    /// <summary>Adds a warning for each column that has such dates.</summary>
    /// <param name="table">The period's rows.</param>
    /// <param name="period">The period.</param>
    /// <param name="definition">The definition.</param>
    /// <param name="warnings">Receives the warnings.</param>
    public static void Check(Table table, Period period, PipelineDefinition definition, FindingList warnings)
    {
        var end = End(period);
        var limit = (end.ToDateTime(TimeOnly.MinValue, DateTimeKind.Utc) - DateTime.UnixEpoch).TotalSeconds + SecondsOfADay;
        foreach (var column in table.Columns.OfType<NumberColumn>().Where(c => c.Kind == ColumnKind.Date && c.Name != definition.Label))
        {
            var later = 0;
            var first = -1;
            for (var row = 0; row < table.RowCount; row++)
            {
                if (column.Values[row] >= limit)
                {
                    first = later++ == 0 ? row : first;
                }
            }

            if (later > 0)
            {
                warnings.Add(
                    Sentence.Of(
                        "later-date", ("rows", later), ("column", FindingList.Shorten(column.Name, 60)!), ("end", end.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)), ("first", column.Text(first)!)),
                    column.Name, 0, table.LineNumbers[first], column.Text(first));
            }
        }
    }

    // A period that is named after the first of a month is that month, as monthly files are named. The calendar's last day has no next one.
    private static DateOnly End(Period period)
    {
        var day = DateOnly.ParseExact(period.Value, "yyyyMMdd", CultureInfo.InvariantCulture);
        return day.Day == 1 ? new DateOnly(day.Year, day.Month, DateTime.DaysInMonth(day.Year, day.Month)) : day;
    }
}
