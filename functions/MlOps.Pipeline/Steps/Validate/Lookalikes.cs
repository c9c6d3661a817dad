using System.Globalization;
using System.Text;

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
    public static string Explain(string text, IEnumerable<string> known)
    {
        var like = known.FirstOrDefault(k => k != text && Look(k) == Look(text));
        return like is null ? "" : $" It looks like '{FindingList.Shorten(like, 60)}' but differs: {Difference(text, like)}.";
    }

    private static string Difference(string text, string known)
    {
        var at = 0;
        while (at < Math.Min(text.Length, known.Length) && text[at] == known[at])
        {
            at++;
        }

        return at == text.Length ? $"character {at + 1}, {Name(known[at])}, is missing"
            : at == known.Length ? $"character {at + 1}, {Name(text[at])}, is too many"
            : $"character {at + 1} is {Name(text[at])}, not {Name(known[at])}";
    }

    private static string Name(char c)
    {
        var code = $"U+{(int)c:X4}";
        return c switch
        {
            ' ' => "a space",
            '\u00A0' => $"a no-break space ({code})",
            '\u200B' or '\u200C' or '\u200D' or '\u2060' or '\uFEFF' => $"an invisible character ({code})",
            '\t' => "a tab",
            >= '\u0400' and <= '\u04FF' => $"the Cyrillic {c} ({code})",
            >= '\u0370' and <= '\u03FF' => $"the Greek {c} ({code})",
            >= '\uFF00' and <= '\uFF5E' => $"the full-width {c} ({code})",
            _ => char.IsControl(c) || char.IsWhiteSpace(c) || char.GetUnicodeCategory(c) == UnicodeCategory.Format ? code : $"{c} ({code})",
        };
    }

    /// <summary>What a reader sees: without case, width, invisible characters and spaces at the ends.</summary>
    private static string Look(string text)
    {
        var look = new StringBuilder(text.Length);
        foreach (var c in text.Normalize(NormalizationForm.FormKC))
        {
            if (char.GetUnicodeCategory(c) is UnicodeCategory.Format or UnicodeCategory.Control)
            {
                continue;
            }

            var latin = Foreign.IndexOf(c, StringComparison.Ordinal);
            look.Append(latin >= 0 ? Latin[latin] : char.IsWhiteSpace(c) ? ' ' : c);
        }

        return look.ToString().Trim().ToUpperInvariant();
    }
}
