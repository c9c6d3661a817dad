namespace MlOps.Pipeline.Wording;

/// <summary>
/// Something that people are told, as a code with arguments: whoever shows it words it in the reader's language by <c>sentences.json</c>.
/// Artifacts keep code and arguments beside the English text.
/// </summary>
/// <param name="Code">Code of a sentence in <c>sentences.json</c>.</param>
/// <param name="Arguments">What stands in its places, by name; numbers as people without a language write them.</param>
public sealed record Sentence(string Code, IReadOnlyDictionary<string, string> Arguments)
{
    /// <summary>Makes a sentence.</summary>
    /// <param name="code">Its code.</param>
    /// <param name="arguments">Name and value of each argument.</param>
    /// <exception cref="ArgumentException">There is no such sentence, or an argument is missing.</exception>
    public static Sentence Of(string code, params ReadOnlySpan<(string Name, object Value)> arguments)
    {
        var values = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in arguments)
        {
            values[name] = value as string ?? FormattableString.Invariant($"{value}");
        }

        var sentence = new Sentence(code, values);
        _ = Sentences.Word(sentence, Sentences.English);
        return sentence;
    }

    /// <summary>The sentence in English.</summary>
    public override string ToString() => Sentences.Word(this, Sentences.English);
}
