namespace MlOps.Tabular;

/// <summary>Dates written as whole numbers, <c>20240131</c>: to a reader they are numbers, of which 20240201 comes seventy after 20240131.</summary>
public static class CompactDates
{
    // Of fewer different numbers each may be a day by chance: about one number of eight digits in three is none.
    private const int FewestDays = 10;

    /// <summary>A number of the column that shows it, where all of its numbers are days of 1900 to 2100; <see langword="null"/> else.</summary>
    /// <param name="column">Column of numbers.</param>
    public static string? Find(NumberColumn column)
    {
        ArgumentNullException.ThrowIfNull(column);
        var days = new HashSet<double>();
        foreach (var value in column.Values)
        {
            if (!double.IsNaN(value) && days.Add(value) && !IsDay(value))
            {
                return null;
            }
        }

        return column.Kind == ColumnKind.Number && days.Count >= FewestDays ? FormattableString.Invariant($"{days.First()}") : null;
    }

    private static bool IsDay(double value)
    {
        if (value is not (>= 19000101 and <= 21001231) || value != Math.Truncate(value))
        {
            return false;
        }

        var (year, month, day) = ((int)value / 10000, (int)value / 100 % 100, (int)value % 100);
        return month is >= 1 and <= 12 && day >= 1 && day <= DateTime.DaysInMonth(year, month);
    }
}
