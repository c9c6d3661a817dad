using MlOps.Tabular;

namespace MlOps.Pipeline.Steps.Transforms;

/// <summary>Numbers that a date is to a learner: parts that come again, and the days since 1970, which go on.</summary>
internal static class DateFeatures
{
    private const double SecondsOfDay = 86_400;

    private static readonly string[] Parts = ["year", "month", "day", "weekday", "days"];

    /// <summary>Names of the parts; the hour only where some row has a time.</summary>
    public static IReadOnlyList<string> Names(NumberColumn column, ReadOnlySpan<int> rows)
    {
        foreach (var row in rows)
        {
            if (column.Values[row] % SecondsOfDay != 0 && !double.IsNaN(column.Values[row]))
            {
                return [.. Parts, "hour"];
            }
        }

        return Parts;
    }

    /// <summary>One array a part.</summary>
    /// <param name="seconds">Seconds since 1970 by row of the table; empty where the column is absent.</param>
    /// <param name="rows">Rows.</param>
    /// <param name="count">How many parts.</param>
    /// <param name="missing">What stands for a missing date.</param>
    public static double[][] Of(double[] seconds, ReadOnlySpan<int> rows, int count, double missing)
    {
        var features = new double[count][];
        for (var f = 0; f < count; f++)
        {
            features[f] = new double[rows.Length];
        }

        for (var i = 0; i < rows.Length; i++)
        {
            var value = seconds.Length == 0 ? double.NaN : seconds[rows[i]];
            for (var f = 0; f < count; f++)
            {
                features[f][i] = double.IsNaN(value) ? missing : Part(DateTime.UnixEpoch.AddSeconds(value), f);
            }
        }

        return features;
    }

    // Monday is 1, as ISO counts.
    private static double Part(DateTime time, int part) => part switch
    {
        0 => time.Year,
        1 => time.Month,
        2 => time.Day,
        3 => time.DayOfWeek == DayOfWeek.Sunday ? 7 : (int)time.DayOfWeek,
        4 => Math.Floor((time - DateTime.UnixEpoch).TotalDays),
        _ => time.Hour + (time.Minute / 60.0),
    };
}
