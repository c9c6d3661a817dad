using System.Globalization;
using System.Text;
using MlOps.Pipeline.Wording;
using MlOps.Tabular;

namespace MlOps.Pipeline.Steps.Validate;

/// <summary>Says how two texts differ that a person takes for the same.</summary>
internal static class Lookalikes
{
    // Letters of other scripts that look like Latin ones, and the Latin ones.
    private const string Foreign = "АВЕКМНОРСТУХаеорсухіјѕԁАΑΒΕΖΗΙΚΜΝΟΡΤΥΧοαν";
    private const string Latin = "ABEKMHOPCTYXaeopcyxijsdAABEZHIKMNOPTYXoav";

    /// <summary>A sentence that begins with a space, or nothing where none of the known texts looks like this one.</summary>
    /// <param name="text">The text that was found.</param>
    /// <param name="known">Texts that would have been right.</param>
    /// <returns>A <see cref="Sentence"/>, or an empty text, as the argument of another sentence.</returns>
    public static object Explain(string text, IEnumerable<string> known)
    {
        string[] others = [.. known.Where(k => k != text)];
        if (Array.Find(others, k => Look(k) == Look(text)) is { } like)
        {
            return Sentence.Of("looks-like", ("like", FindingList.Shorten(like, 60)!), ("difference", Difference(text, like)));
        }

        return IsNumber(text, out var number) && Array.Find(others, k => IsNumber(k, out var other) && other.Equals(number)) is { } same
            ? Sentence.Of("same-number", ("like", same))
            : "";
    }

    /// <summary>As <see cref="Explain(string, IEnumerable{string})"/> for the first of several texts that looks like a known one, which is named.</summary>
    /// <param name="texts">The texts that were found.</param>
    /// <param name="known">Texts that would have been right.</param>
    public static object ExplainFirst(IReadOnlyCollection<string> texts, IReadOnlyCollection<string> known)
    {
        foreach (var text in texts)
        {
            if (Explain(text, known) is Sentence like)
            {
                return texts.Count == 1 ? like : Sentence.Of("of-text", ("text", FindingList.Shorten(text, 60)!), ("said", like));
            }
        }

        return "";
    }

    // Codes too: 007 is read by a person as 7. But of more digits than a double keeps, two numbers would be one.
    private static bool IsNumber(string text, out double number)
    {
        var isNumber = double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out number) && double.IsFinite(number) && text.Count(char.IsAsciiDigit) <= 15;
        number += 0.0;
        return isNumber;
    }

    private static Sentence Difference(string text, string known)
    {
        var at = 0;
        while (at < Math.Min(text.Length, known.Length) && text[at] == known[at])
        {
            at++;
        }

        return at == text.Length ? Sentence.Of("character-missing", ("place", at + 1), ("known", Name(known[at])))
            : at == known.Length ? Sentence.Of("character-too-many", ("place", at + 1), ("found", Name(text[at])))
            : Sentence.Of("character-other", ("place", at + 1), ("found", Name(text[at])), ("known", Name(known[at])));
    }

    private static object Name(char c)
    {
        var code = $"U+{(int)c:X4}";
        return c switch
        {
            ' ' => Sentence.Of("character-space"),
            '\u00A0' => Sentence.Of("character-no-break-space", ("code", code)),
            '\u200B' or '\u200C' or '\u200D' or '\u2060' or '\uFEFF' => Sentence.Of("character-invisible", ("code", code)),
            '\t' => Sentence.Of("character-tab"),
            >= '\u0400' and <= '\u04FF' => Sentence.Of("character-cyrillic", ("letter", c), ("code", code)),
            >= '\u0370' and <= '\u03FF' => Sentence.Of("character-greek", ("letter", c), ("code", code)),
            >= '\uFF00' and <= '\uFF5E' => Sentence.Of("character-full-width", ("letter", c), ("code", code)),
            _ => char.IsControl(c) || char.IsWhiteSpace(c) || char.GetUnicodeCategory(c) == UnicodeCategory.Format ? code : $"{c} ({code})",
        };
    }

    private static char Narrow(char c) => c is >= '\uFF01' and <= '\uFF5E' ? (char)(c - 0xFF01 + '!') : c;

    /// <summary>What a reader sees: without case, width, invisible characters, doubled spaces and spaces at the ends.</summary>
    private static string Look(string text)
    {
        var look = new StringBuilder(text.Length);
        foreach (var c in text.Composed().Select(Narrow))
        {
            if (char.GetUnicodeCategory(c) is UnicodeCategory.Format or UnicodeCategory.Control)
            {
                continue;
            }

            if (char.IsWhiteSpace(c) && look.Length > 0 && look[^1] == ' ')
            {
                continue;
            }

            var latin = Foreign.IndexOf(c, StringComparison.Ordinal);
            look.Append(latin >= 0 ? Latin[latin] : char.IsWhiteSpace(c) ? ' ' : c);
        }

        return look.ToString().Trim().ToUpperInvariant();
    }
}
