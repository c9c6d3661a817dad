using System.Globalization;
using MlOps.Tabular;

namespace MlOps.Pipeline.Steps.Validate;

/// <summary>Numbers outside the range that the history has: a warning, one a column.</summary>
internal static class RangeCheck
{
    public static void Check(Table table, FileSchema history, Func<string, int> columnOf, FindingList warnings)
    {
        foreach (var column in history.Columns)
        {
            if (column is { Role: ColumnRole.Feature, Minimum: { } least, Maximum: { } most }
                && table.Find(column.Name) is NumberColumn numbers)
            {
                var outside = 0;
                var first = -1;
                for (var row = 0; row < numbers.Values.Length; row++)
                {
                    if (numbers.Values[row] < least || numbers.Values[row] > most)
                    {
                        outside++;
                        first = first < 0 ? row : first;
                    }
                }

                if (outside > 0)
                {
                    warnings.Add(
                        "out-of-range",
                        string.Create(CultureInfo.InvariantCulture, $"{outside} values of '{column.Name}' are outside the history's range {least} to {most}, the first in this line."),
                        column.Name, columnOf(column.Name), table.LineNumbers[first], numbers.Text(first));
                }
            }
        }
    }

    /// <summary>Least and greatest number that is not missing; both <see langword="null"/> where all are.</summary>
    public static (double? Least, double? Most) Range(double[] values)
    {
        double least = double.PositiveInfinity, most = double.NegativeInfinity;
        foreach (var value in values)
        {
            if (double.IsFinite(value))
            {
                least = Math.Min(least, value);
                most = Math.Max(most, value);
            }
        }

        return least <= most ? (least, most) : (null, null);
    }
}
