using MlOps.Pipeline.Steps.Labels;
using MlOps.Pipeline.Wording;
using MlOps.Tabular;

namespace MlOps.Pipeline.Steps.Validate;

/// <summary>Says which label texts of a history became one class, and which nearly equal ones did not.</summary>
internal static class LabelSpellings
{
    private const string Code = "label-spelling";

    // What follows says the same again.
    private const int MostTold = 3;

    /// <summary>Adds a warning for each kind of spelling that a person may have meant otherwise.</summary>
    /// <param name="label">The label column.</param>
    /// <param name="texts">Its different texts.</param>
    /// <param name="classes">The classes that they became.</param>
    /// <param name="column">Place of the column in the file.</param>
    /// <param name="warnings">Receives the warnings.</param>
    public static void Tell(TextColumn label, IReadOnlyList<string> texts, IReadOnlyList<string> classes, int column, FindingList warnings)
    {
        var codes = LabelText.AreCodes(texts);
        var joined = texts.GroupBy(t => LabelText.Key(t, codes), StringComparer.Ordinal)
            .Select(g => (Class: g.Key, Texts: g.Select(LabelText.Trimmed).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToArray()))
            .Where(g => g.Texts.Length > 1 && LabelText.IsNumber(g.Class, out _));
        foreach (var (known, spellings) in joined.Take(MostTold))
        {
            warnings.Add(
                Sentence.Of("label-one-number", ("column", label.Name), ("texts", string.Join(", ", spellings.Select(s => $"'{s}'"))), ("class", known)), label.Name, column, code: Code);
        }

        var clash = NumberSpelling.Clash(texts);
        if (clash is { } two)
        {
            warnings.Add(Sentence.Of("label-two-texts", ("column", label.Name), ("first", two.First), ("second", two.Second)), label.Name, column, code: Code);
        }

        for (int i = 1, told = 0; i < classes.Count && told < MostTold; i++)
        {
            if (Lookalikes.Explain(classes[i], classes.Take(i)) is Sentence like && (clash is null || like.Code != "same-number"))
            {
                warnings.Add(Sentence.Of("label-alike", ("column", label.Name), ("text", FindingList.Shorten(classes[i], 60)!), ("like", like)), label.Name, column, code: Code);
                told++;
            }
        }
    }
}
