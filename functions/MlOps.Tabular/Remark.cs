using System.Globalization;
using System.Text.RegularExpressions;

namespace MlOps.Tabular;

/// <summary>
/// Something that is said of a file: English words with places for values, and a code by which others word the same values in another
/// language.
/// </summary>
/// <param name="Code">Short stable code of the wording.</param>
/// <param name="Template">The English words; <c>{name}</c> is the place of a value, <c>{rows|row|rows}</c> that of a word which depends on whether the value is 1.</param>
/// <param name="Values">What stands in the places: texts, or remarks that are worded in the same language.</param>
public sealed partial record Remark(string Code, string Template, IReadOnlyDictionary<string, object> Values)
{
    /// <summary>Makes a remark.</summary>
    /// <param name="code">Its code.</param>
    /// <param name="template">The English words.</param>
    /// <param name="values">Name and value of each place.</param>
    public static Remark Of(string code, string template, params ReadOnlySpan<(string Name, object Value)> values)
    {
        var all = new Dictionary<string, object>(StringComparer.Ordinal);
        foreach (var (name, value) in values)
        {
            all[name] = value is Remark ? value : Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";
        }

        return new Remark(code, template, all);
    }

    /// <summary>The remark in English.</summary>
    public override string ToString() => Places().Replace(Template, place => Values.TryGetValue(place.Groups[1].Value, out var value)
        ? place.Groups[2].Success ? place.Groups[value.ToString() == "1" ? 2 : 3].Value : value.ToString()!
        : place.Value);

    [GeneratedRegex(@"\{([a-z_]+)(?:\|([^{}|]*)\|([^{}|]*))?\}")]
    private static partial Regex Places();
}
