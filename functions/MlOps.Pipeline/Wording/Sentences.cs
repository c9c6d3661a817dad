using System.Text.Json;
using System.Text.RegularExpressions;

namespace MlOps.Pipeline.Wording;

/// <summary>
/// The wording of every <see cref="Sentence"/> in each language, from the resource <c>sentences.json</c>, which the page has too, and <c>report.json</c>, which
/// holds the fixed texts of the report.
/// </summary>
public static partial class Sentences
{
    /// <summary>The language of the command line, of logs and of artifacts.</summary>
    public const string English = "en";

    /// <summary>The other language of the page.</summary>
    public const string Japanese = "ja";

    /// <summary>Environment variable with the language of what is written for people: <c>en</c> (the default) or <c>ja</c>.</summary>
    public const string LanguageVariable = "MLOPS_NOTICE_LANGUAGE";

    /// <summary>Reads the language of what is written for people.</summary>
    /// <param name="read">Gives a variable's value, as <see cref="Environment.GetEnvironmentVariable(string)"/> does.</param>
    /// <exception cref="FormatException">The variable holds another language.</exception>
    public static string LanguageFrom(Func<string, string?> read)
    {
        ArgumentNullException.ThrowIfNull(read);
        return read(LanguageVariable) switch
        {
            null or "" => English,
            English => English,
            Japanese => Japanese,
            _ => throw new FormatException($"{LanguageVariable} is {English} or {Japanese}."),
        };
    }

    private static readonly Lazy<IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>>> Known = new(Load);

    /// <summary>
    /// Template of each sentence, by code and language; <c>{name}</c> is the place of an argument, <c>{rows|row|rows}</c> that of a word which depends on
    /// whether the argument is 1.
    /// </summary>
    public static IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>> All => Known.Value;

    /// <summary>Words a sentence.</summary>
    /// <param name="sentence">The sentence.</param>
    /// <param name="language"><see cref="English"/> or <see cref="Japanese"/>.</param>
    /// <exception cref="ArgumentException">There is no such sentence, or an argument is missing.</exception>
    public static string Word(Sentence sentence, string language)
    {
        ArgumentNullException.ThrowIfNull(sentence);
        if (!All.TryGetValue(sentence.Code, out var templates) || !templates.TryGetValue(language, out var template))
        {
            throw new ArgumentException($"There is no sentence '{sentence.Code}' in '{language}'.", nameof(sentence));
        }

        return Places().Replace(template, place => sentence.Arguments.TryGetValue(place.Groups[1].Value, out var value) ? place.Groups[2].Success ? place.Groups[value == "1" ? 2 : 3].Value : Fitted(value, template, place)
            : sentence.Parts?.TryGetValue(place.Groups[1].Value, out var part) == true ? Fitted(Word(part, language), template, place)
            : throw new ArgumentException($"The sentence '{sentence.Code}' lacks its argument '{place.Groups[1].Value}'.", nameof(sentence)));
    }

    // A sentence within a sentence leaves its full stop to the outer one, where that goes on with one or closes a bracket.
    private static string Fitted(string text, string template, Match place)
    {
        var end = place.Index + place.Length;
        return end < template.Length && template[end] is '.' or '。' or ')' or '）' && text is [.., not '.', '.' or '。'] ? text[..^1] : text;
    }

    /// <summary>Sentences one after the other, as the argument of another one.</summary>
    /// <param name="all">At least one.</param>
    /// <param name="more">Whether there are more that are not named.</param>
    public static Sentence List(IReadOnlyList<Sentence> all, bool more = false)
    {
        ArgumentNullException.ThrowIfNull(all);
        var list = more ? Sentence.Of("list-more", ("first", all[^1])) : all[^1];
        for (var i = all.Count - 2; i >= 0; i--)
        {
            list = Sentence.Of("list", ("first", all[i]), ("rest", list));
        }

        return list;
    }

    /// <summary>Sentences one behind the other without anything between them, as the argument of another one.</summary>
    /// <param name="all">At least one.</param>
    public static Sentence Join(IReadOnlyList<Sentence> all)
    {
        ArgumentNullException.ThrowIfNull(all);
        var joined = all[^1];
        for (var i = all.Count - 2; i >= 0; i--)
        {
            joined = Sentence.Of("joined", ("first", all[i]), ("rest", joined));
        }

        return joined;
    }

    /// <summary>Places of arguments in a template: the name and, where there are two words to choose from, that for 1 and the other.</summary>
    [GeneratedRegex(@"\{([a-z_]+)(?:\|([^{}|]*)\|([^{}|]*))?\}")]
    public static partial Regex Places();

    private static IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>> Load() =>
        Read("sentences").Concat(Read("report")).ToDictionary(s => s.Key, s => (IReadOnlyDictionary<string, string>)s.Value, StringComparer.Ordinal);

    private static Dictionary<string, Dictionary<string, string>> Read(string name)
    {
        using var json = typeof(Sentences).Assembly.GetManifestResourceStream($"MlOps.Pipeline.Wording.{name}.json")!;
        return JsonSerializer.Deserialize<Dictionary<string, Dictionary<string, string>>>(json)!;
    }
}
