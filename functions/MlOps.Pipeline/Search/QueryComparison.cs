using System.Globalization;

namespace MlOps.Pipeline.Search;

/// <summary>What the comparisons of a search mean: of numbers where both sides are, else of texts without regard to case.</summary>
internal static class QueryComparison
{
    /// <summary>Whether a thing has such a number or text under a name.</summary>
    public static bool Fits(Findable thing, string name, string operation, string value)
    {
        if (operation != "~" && thing.TryNumber(name, out var number) && double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var wanted))
        {
            return Holds(number.CompareTo(wanted), operation);
        }

        var texts = thing.Texts(name);
        return operation switch
        {
            "~" => texts.Any(t => t.Contains(value, StringComparison.OrdinalIgnoreCase)),
            // None of several is it.
            "!=" => texts.Count > 0 && texts.All(t => !t.Equals(value, StringComparison.OrdinalIgnoreCase)),
            _ => texts.Any(t => Holds(string.Compare(t, value, StringComparison.OrdinalIgnoreCase), operation)),
        };
    }

    private static bool Holds(int order, string operation) => operation switch
    {
        "=" => order == 0,
        "!=" => order != 0,
        "<" => order < 0,
        "<=" => order <= 0,
        ">" => order > 0,
        _ => order >= 0,
    };
}
