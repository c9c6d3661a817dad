using MlOps.Pipeline.Definitions;
using MlOps.Pipeline.Steps.Labels;
using MlOps.Pipeline.Wording;
using MlOps.Tabular;

namespace MlOps.Pipeline.Drafts;

/// <summary>What a label that can be read in two ways most likely is.</summary>
internal static class LabelDraft
{
    // Marks out of seven or ten are a scale; out of three or four they may as well be names.
    private const int ScaleMin = 5;

    private static readonly HashSet<string> MarkerTexts = [.. CsvReadOptions.DefaultMissingMarkers.Where(m => m.Length > 0)];

    // Written by computers for what they could not compute.
    private static readonly string[] NeverClasses = ["NaN", "nan", "NAN", "-nan", "<NA>", "#N/A"];

    // Two words that answer a question leave no room for a third class.
    private static readonly string[] Answers = ["yes", "no", "true", "false", "y", "n", "t", "f", "0", "1"];

    /// <summary>The label with the texts that are classes beside the other words, and the texts that elsewhere mean a missing value.</summary>
    /// <param name="label">Label as it is read.</param>
    /// <param name="raw">Label in which only empty cells are missing.</param>
    public static (Column Label, IReadOnlyList<(string Text, int Count)> Markers) Markers(Column label, Column raw)
    {
        if (raw is not TextColumn texts || label is not TextColumn words)
        {
            return (label, []);
        }

        (string Text, int Count)[] markers = [.. texts.Categories.Select((c, i) => (Text: c, Count: texts.Codes.Count(k => k == i))).Where(c => MarkerTexts.Contains(c.Text.Trim()))];
        var areClasses = markers.Length > 0 && markers.All(m => !NeverClasses.Contains(m.Text.Trim(), StringComparer.Ordinal))
            && !words.Categories.All(c => Answers.Contains(c.Trim(), StringComparer.OrdinalIgnoreCase));
        return (areClasses ? texts : label, markers);
    }

    /// <summary>The label with each text as it is written, where a run makes more classes of the texts than there are numbers: versions, codes.</summary>
    /// <param name="label">Label as it is read.</param>
    /// <param name="written">Label in which every cell is a text.</param>
    /// <param name="classesMax">With more different texts it is a quantity.</param>
    public static (Column Label, Sentence? Reason) Codes(Column label, TextColumn? written, int classesMax)
    {
        if (label is not NumberColumn numbers || written is null || written.RowCount != label.RowCount || written.Categories.Count > 2 * classesMax)
        {
            return (label, null);
        }

        var labels = LabelValues.Learn(written.Categories);
        var byNumber = new Dictionary<double, string>();
        for (var row = 0; row < numbers.RowCount; row++)
        {
            var number = numbers.Values[row] + 0.0;
            if (written.Text(row) is { } text && !double.IsNaN(number) && !byNumber.TryAdd(number, text) && labels.ClassOf(byNumber[number]) != labels.ClassOf(text))
            {
                return (written, Sentence.Of("draft-two-texts", ("one", byNumber[number]), ("other", text)));
            }
        }

        return (label, null);
    }

    /// <summary>The label's classes as a run makes them, and how often each occurs, most frequent first.</summary>
    /// <param name="label">Label as it is used.</param>
    /// <param name="written">Label in which every cell is a text; <see langword="null"/> where it is not known.</param>
    public static List<(string Text, int Count)> Classes(Column label, TextColumn? written)
    {
        var texts = label is NumberColumn && written?.RowCount == label.RowCount ? written : label;
        string[] rows = [.. Enumerable.Range(0, texts.RowCount).Where(r => label.Text(r) is not null).Select(texts.Text).OfType<string>()];
        var labels = LabelValues.Learn(rows.Distinct(StringComparer.Ordinal));
        return [.. rows.GroupBy(labels.ClassOf).Select(g => (labels.Classes[g.Key], g.Count())).OrderByDescending(c => c.Item2).ThenBy(c => c.Item1, StringComparer.Ordinal)];
    }

    /// <summary>Spellings of classes that a person may have meant otherwise: of one number, which are one class, and of one word, which are not.</summary>
    /// <param name="classes">The label's classes.</param>
    /// <param name="written">Label in which every cell is a text; <see langword="null"/> where it is not known.</param>
    public static IReadOnlyList<Sentence> Spellings(IReadOnlyList<(string Text, int Count)> classes, TextColumn? written)
    {
        if (classes.Count == 0)
        {
            // A quantity has no classes to be mistaken.
            return [];
        }

        var labels = LabelValues.Learn(classes.Select(c => c.Text));
        return
        [
            .. (written?.Categories ?? []).Where(t => NumberSpelling.Canonical(t) is not null).GroupBy(labels.ClassOf).Select(g => g.Select(t => t.Trim()).Distinct(StringComparer.Ordinal).ToArray())
                .Where(g => g.Length > 1).Select(g => Sentence.Of("draft-one-number", ("texts", Listed(g)))),
            .. classes.Select(c => c.Text).GroupBy(Look, StringComparer.Ordinal).Select(g => g.ToArray())
                .Where(g => g.Length > 1).Select(g => Sentence.Of("draft-own-classes", ("texts", Listed(g)))),
        ];

        static Sentence Listed(IEnumerable<string> texts) => texts.Order(StringComparer.Ordinal).Select(t => Sentence.Of("draft-text", ("text", t))).Aggregate((one, other) => Sentence.Of("draft-texts-and", ("one", one), ("other", other)));

        static string Look(string text) => string.Join(' ', text.Composed().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)).ToUpperInvariant();
    }

    /// <summary>Whole numbers are marks on a scale where they follow each other and the middle is most frequent, else classes.</summary>
    public static (TaskKind Task, Sentence? Reason) OfWholeNumbers(NumberColumn label)
    {
        var counts = label.Values.Where(v => !double.IsNaN(v)).GroupBy(v => v).OrderBy(g => g.Key).Select(g => (Value: g.Key, Count: g.Count())).ToArray();
        var peak = Array.FindIndex(counts, c => c.Count == counts.Max(m => m.Count));
        (string, object)[] range = [("count", counts.Length), ("least", counts[0].Value), ("most", counts[^1].Value)];
        var isScale = counts.Length >= ScaleMin && counts[^1].Value - counts[0].Value < 1.5 * counts.Length && peak > 0 && peak < counts.Length - 1
            && Enumerable.Range(1, counts.Length - 1).All(i => i <= peak ? counts[i].Count >= counts[i - 1].Count : counts[i].Count <= counts[i - 1].Count);
        return isScale
            ? (TaskKind.Regression, Sentence.Of("draft-scale", range))
            : (TaskKind.Multiclass, Sentence.Of("draft-whole-numbers", range));
    }
}
