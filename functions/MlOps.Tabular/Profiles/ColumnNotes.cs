using System.Globalization;

namespace MlOps.Tabular;

/// <summary>What is odd about a column's values, in a sentence.</summary>
internal static class ColumnNotes
{
    /// <summary>A number that may stand for a missing value.</summary>
    public static string? OfNumbers(IReadOnlyDictionary<double, long> counts) => SentinelSearch.Find(counts) is { } sentinel
        ? string.Create(CultureInfo.InvariantCulture, $"{sentinel.Value} stands in {sentinel.Count} cells, far from the others ({sentinel.Least} to {sentinel.Most}): does it mean a missing value?")
        : null;

    /// <summary>Numbers or dates that are kept as texts.</summary>
    public static string? OfTexts(IReadOnlyDictionary<string, long> counts)
    {
        string[] texts = [.. counts.Keys.Order(StringComparer.Ordinal)];
        return NotationSearch.Find(texts, [.. texts.Select(t => counts[t])]) switch
        {
            null => null,
            { Certain: false } form => $"{(form.Dates is null ? "numbers" : "dates")} such as '{form.Example}', which can be read in more than one way",
            { Dates: { } order } form => $"dates such as '{form.Example}', {order switch { DateOrder.DayFirst => "day first", DateOrder.MonthFirst => "month first", _ => "year first" }}",
            { Numbers.Times: true } form => $"times such as '{form.Example}', which are kept as texts here",
            { Numbers: { } notation } form => $"numbers such as '{form.Example}'{(notation.Decimal == ',' ? ", with a decimal comma" : "")}{(notation.Thousands is null ? "" : $", with '{notation.Thousands}' between thousands")}, which are kept as texts here",
            _ => null,
        };
    }
}
