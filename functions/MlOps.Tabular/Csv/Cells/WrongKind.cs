using System.Globalization;

namespace MlOps.Tabular;

/// <summary>What is said of a cell that is not of its column's declared kind: what it should be, and what to do.</summary>
internal static class WrongKind
{
    /// <summary>The sentence about one cell.</summary>
    /// <param name="content">The cell.</param>
    /// <param name="plan">How its column is read.</param>
    public static Remark Of(string content, ColumnPlan plan) => plan switch
    {
        { Declared: ColumnKind.Number, Numbers.Times: true } => Remark.Of(
            "csv-no-time", "'{cell}' is not a time (hours:minutes). Correct it, or leave the cell empty if the value is missing.", ("cell", content)),
        { Declared: ColumnKind.Number } when Narrow(content) is { } plain => Remark.Of(
            "csv-wide-number", "'{cell}' is not a number: it is written in full-width characters. Write {plain}.", ("cell", content), ("plain", plain)),
        { Declared: ColumnKind.Number } when Unquoted(content) is { } bare => Remark.Of(
            "csv-quoted-number", "'{cell}' is not a number: the quotes are part of the cell. Write {plain}.", ("cell", content), ("plain", bare)),
        { Declared: ColumnKind.Number } => Remark.Of(
            "csv-no-number", "'{cell}' is not a number. Correct it, or leave the cell empty if the value is missing.", ("cell", content)),
        { Declared: not ColumnKind.Date } => Remark.Of(
            "csv-no-truth", "'{cell}' is not true or false. Correct it, or leave the cell empty if the value is missing.", ("cell", content)),
        { Dates: DateOrder.DayFirst } => Remark.Of(
            "csv-no-date-day-first", "'{cell}' is not a date (day first). Correct it, or leave the cell empty if the value is missing.", ("cell", content)),
        { Dates: DateOrder.MonthFirst } => Remark.Of(
            "csv-no-date-month-first", "'{cell}' is not a date (month first). Correct it, or leave the cell empty if the value is missing.", ("cell", content)),
        _ => Remark.Of(
            "csv-no-date", "'{cell}' is not a date (year first). Correct it, or leave the cell empty if the value is missing.", ("cell", content)),
    };

    // The full-width forms stand in the order of ASCII (Unicode, block Halfwidth and Fullwidth Forms).
    private static string? Narrow(string content) =>
        content.Length <= 64 && content.AsSpan().ContainsAnyInRange('\uFF01', '\uFF5E')
            ? Plain(string.Concat(content.Select(c => c is >= '\uFF01' and <= '\uFF5E' ? (char)(c - 0xFEE0) : c)))
            : null;

    private static string? Unquoted(string content)
    {
        var trimmed = content.AsSpan().Trim();
        return trimmed.Length is > 2 and <= 64 && trimmed[0] is '"' or '\'' or '“' or '”' or '‘' or '’' or '«' or '„' && !char.IsAsciiLetterOrDigit(trimmed[^1])
            ? Plain(trimmed[1..^1].ToString())
            : null;
    }

    private static string? Plain(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value) ? text.Trim() : null;
}
