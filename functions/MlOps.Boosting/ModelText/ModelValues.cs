using System.Globalization;
using MlOps.Boosting.Settings;

namespace MlOps.Boosting.ModelText;

/// <summary>The values of a model's text, read with the line for errors.</summary>
internal static class ModelValues
{
    /// <summary>A whole number within bounds.</summary>
    public static int ParseInteger(string text, int line, int minimum, int maximum) =>
        int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int value) && value >= minimum && value <= maximum
            ? value
            : throw ErrorAt(line, $"'{Cut(text)}' is not a whole number from {minimum} to {maximum}.");

    /// <summary>A number as LightGBM writes it, <c>inf</c> and <c>nan</c> included.</summary>
    public static double ParseNumber(string text, int line) => text switch
    {
        "inf" or "+inf" => double.PositiveInfinity,
        "-inf" => double.NegativeInfinity,
        "nan" or "-nan" => double.NaN,
        _ => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value)
            ? value
            : throw ErrorAt(line, $"'{Cut(text)}' is not a number."),
    };

    /// <summary>An error with its line.</summary>
    public static ModelFormatException ErrorAt(int line, string message) => new(line, message);

    private static string Cut(string text) => text.Length <= 40 ? text : text[..40] + "…";
}
