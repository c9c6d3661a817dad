using System.Globalization;
using MlOps.Tabular;

namespace MlOps.Pipeline.Steps.Labels;

/// <summary>When two label texts mean the same class.</summary>
internal static class LabelText
{
    // A double keeps so many digits of any number; with more, two numbers may become one.
    private const int SafeDigits = 15;

    /// <summary>The text without spaces around it, accents composed.</summary>
    public static string Trimmed(string text) => text.Trim().Composed();

    /// <summary>Whether the text looks like a number but is a code: <c>007</c>, <c>+1</c>, <c>12345678901234567</c>. Made a number, it could not be told from another one.</summary>
    public static bool IsCode(string text)
    {
        var trimmed = text.Trim();
        return double.TryParse(trimmed, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number)
            && (trimmed[0] == '+' || !NumberNotation.TryParsePlain(trimmed, out _) || trimmed.Where(char.IsAsciiDigit).SkipWhile(c => c == '0').Count() > SafeDigits);
    }

    /// <summary>Whether a column of these texts holds codes: one of them is a code, or two are one number in spellings that are not one program's.</summary>
    public static bool AreCodes(IReadOnlyCollection<string> texts) => texts.Any(IsCode) || NumberSpelling.Clash(texts) is not null;

    /// <summary>What texts of the same class have in common.</summary>
    /// <param name="text">Label text.</param>
    /// <param name="codes">Whether the column holds codes, so that numbers are texts like any other.</param>
    public static string Key(string text, bool codes)
    {
        var trimmed = Trimmed(text);
        if (!codes && IsNumber(trimmed, out _))
        {
            return NumberSpelling.Canonical(trimmed)!;
        }

        return trimmed.Equals("true", StringComparison.OrdinalIgnoreCase) ? "true" : trimmed.Equals("false", StringComparison.OrdinalIgnoreCase) ? "false" : trimmed;
    }

    /// <summary>Whether the text is a number and no code.</summary>
    public static bool IsNumber(string text, out double number) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out number) && double.IsFinite(number) && !IsCode(text);
}
