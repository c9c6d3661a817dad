using System.Text.Json;
using MlOps.Tabular;

namespace MlOps.Pipeline.Steps.Validate;

/// <summary>The setting of a definition that says what was recognised.</summary>
public static class FormSettings
{
    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>As in <c>csv: {columns: {PRICE: {decimal: ","}}}</c>.</summary>
    /// <param name="column">Name of the column.</param>
    /// <param name="form">Its form.</param>
    public static string Of(string column, WrittenForm form) => $"csv: {{columns: {{{Name(column)}: {Inner(form)}}}}}";

    /// <summary>What stands under the column's name.</summary>
    /// <param name="form">Its form.</param>
    public static string Inner(WrittenForm form)
    {
        ArgumentNullException.ThrowIfNull(form);
        if (form.Dates is { } order)
        {
            var parts = order switch { DateOrder.DayFirst => "d/m/y", DateOrder.MonthFirst => "m/d/y", _ => "y/m/d" };
            return $"{{date: {parts}}}";
        }

        var notation = form.Numbers ?? NumberNotation.Plain;
        if (notation.Times)
        {
            return "{time: h:m}";
        }

        var thousands = notation.Thousands is { } mark ? $", thousands: {(mark == ' ' ? "space" : $"\"{mark}\"")}" : "";
        return $"{{decimal: \"{notation.Decimal}\"{thousands}}}";
    }

    private static string Name(string column) => column.All(c => char.IsAsciiLetterOrDigit(c) || c == '_') ? column : JsonSerializer.Serialize(column, Relaxed);
}
