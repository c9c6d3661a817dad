using MlOps.Tabular;

namespace MlOps.Pipeline.Wording;

/// <summary>
/// Something that people are told, as a code with arguments: whoever shows it words it in the reader's language by <c>sentences.json</c>.
/// Artifacts keep code and arguments beside the English text.
/// </summary>
/// <param name="Code">Code of a sentence in <c>sentences.json</c>.</param>
/// <param name="Arguments">What stands in its places, by name; numbers as people without a language write them.</param>
/// <param name="Parts">Sentences that stand in its places, worded in the same language; <see langword="null"/> where none do.</param>
public sealed record Sentence(string Code, IReadOnlyDictionary<string, string> Arguments, IReadOnlyDictionary<string, Sentence>? Parts = null)
{
    /// <summary>Makes a sentence.</summary>
    /// <param name="code">Its code.</param>
    /// <param name="arguments">Name and value of each argument; a value may be a sentence of its own.</param>
    /// <exception cref="ArgumentException">There is no such sentence, or an argument is missing.</exception>
    public static Sentence Of(string code, params ReadOnlySpan<(string Name, object Value)> arguments)
    {
        var values = new SortedDictionary<string, string>(StringComparer.Ordinal);
        SortedDictionary<string, Sentence>? parts = null;
        foreach (var (name, value) in arguments)
        {
            if (value is Sentence part)
            {
                (parts ??= new SortedDictionary<string, Sentence>(StringComparer.Ordinal))[name] = part;
            }
            else
            {
                values[name] = value as string ?? FormattableString.Invariant($"{value}");
            }
        }

        var sentence = new Sentence(code, values, parts);
        _ = Sentences.Word(sentence, Sentences.English);
        return sentence;
    }

    /// <summary>What a table's reader or schema remarks, as a sentence.</summary>
    /// <param name="remark">The remark; its code is the sentence's.</param>
    public static Sentence Of(Remark remark)
    {
        ArgumentNullException.ThrowIfNull(remark);
        return Of(remark.Code, [.. remark.Values.Select(v => (v.Key, v.Value is Remark part ? (object)Of(part) : v.Value))]);
    }

    /// <inheritdoc/>
    public bool Equals(Sentence? other) => other is not null && ToString() == other.ToString();

    /// <inheritdoc/>
    public override int GetHashCode() => StringComparer.Ordinal.GetHashCode(Code);

    /// <summary>The sentence in English.</summary>
    public override string ToString() => Sentences.Word(this, Sentences.English);
}
