using System.Globalization;
using MlOps.Pipeline.Wording;
using MlOps.Tabular;

namespace MlOps.Pipeline.Steps.Labels;

/// <summary>
/// The label's texts as classes. For a binary task: exactly two, the negative first. Texts that are the same number
/// (<c>1</c>, <c>1.0</c>) are the same class, but where the column holds codes (<c>007</c>, <c>+1</c>, or <c>1.1</c> beside <c>1.10</c>) each
/// text is its own.
/// </summary>
/// <param name="Classes">Text of each class as the history writes it; the index is the class.</param>
public sealed record LabelValues(IReadOnlyList<string> Classes)
{
    private static readonly string[] UsualPositives = ["1", "yes", "true", "y", "t"];

    // Classes that were kept apart although they are one number say that they are codes.
    private readonly bool _codes = LabelText.AreCodes([.. Classes]);

    private Dictionary<string, int>? _index;

    /// <summary>Learns the classes of a label: their texts as they are written, in a fixed order.</summary>
    /// <param name="texts">Distinct texts of the label column, in order of appearance.</param>
    public static LabelValues Learn(IEnumerable<string> texts)
    {
        ArgumentNullException.ThrowIfNull(texts);
        var all = texts.ToArray();
        var codes = LabelText.AreCodes(all);
        var classes = all.GroupBy(t => LabelText.Key(t, codes), StringComparer.Ordinal).OrderBy(g => g.Key, StringComparer.Ordinal)
            .Select(g => (g.Key, Texts: g.Select(LabelText.Trimmed).Distinct(StringComparer.Ordinal).ToArray())).ToArray();
        // No and yes as numbers are 0 and 1 however they are written; of several spellings of one number the shortest stands for all.
        var zeroOne = classes.Select(c => c.Key).SequenceEqual(["0", "1"]);
        return new LabelValues([.. classes.Select(c => zeroOne || (c.Texts.Length > 1 && LabelText.IsNumber(c.Key, out _)) ? c.Key : c.Texts[0])]);
    }

    /// <summary>Learns the two classes of a binary label from the history.</summary>
    /// <param name="texts">Distinct texts of the label column.</param>
    /// <param name="positive">The definition's positive value, if it names one.</param>
    /// <param name="labels">The classes, where the texts are two and one of them is positive.</param>
    /// <param name="problem">Otherwise what is wrong and what to do.</param>
    public static bool TryBinary(IEnumerable<string> texts, string? positive, out LabelValues? labels, out Sentence? problem)
    {
        ArgumentNullException.ThrowIfNull(texts);
        (labels, problem) = (null, null);
        var learned = Learn(texts);
        var values = learned.Classes;
        if (values.Count != 2)
        {
            object shown = values.Count == 0 ? Sentence.Of("no-values") : string.Join(", ", values.Take(5).Select(v => $"'{v}'"));
            problem = Sentence.Of(values.Count > 2 ? "binary-more-than-two" : "binary-needs-two", ("count", values.Count), ("values", shown));
            return false;
        }

        var positives = positive is not null ? learned.Matching(positive) : [.. values.Where(v => UsualPositives.Contains(Usual(v), StringComparer.Ordinal))];
        if (positives.Length != 1)
        {
            problem = positive is not null
                ? Sentence.Of("positive-not-there", ("positive", positive), ("first", values[0]), ("second", values[1]))
                : Sentence.Of("positive-unsaid", ("first", values[0]), ("second", values[1]));
            return false;
        }

        labels = new LabelValues([values.First(v => v != positives[0]), positives[0]]);
        return true;
    }

    /// <summary>Whether the classes are 0 and 1, which prediction files write as numbers.</summary>
    public bool AreZeroAndOne => Classes.Count == 2 && Classes[0] == "0" && Classes[1] == "1";

    /// <summary>The class of a text, -1 where it is none of them.</summary>
    /// <param name="text">Label text.</param>
    public int ClassOf(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (_index is null)
        {
            var index = new Dictionary<string, int>(StringComparer.Ordinal);
            for (var i = 0; i < Classes.Count; i++)
            {
                index.TryAdd(LabelText.Key(Classes[i], _codes), i);
            }

            _index = index;
        }

        // A code is no number: 007 is not the class 7, whatever the others are.
        return _index.GetValueOrDefault(LabelText.Key(text, _codes), -1);
    }

    /// <summary>Classes of a column's rows: NaN where the label is missing or none of the classes.</summary>
    /// <param name="column">Label column, texts.</param>
    public double[] Read(Column column)
    {
        ArgumentNullException.ThrowIfNull(column);
        var result = new double[column.RowCount];
        if (column is TextColumn text)
        {
            var classes = text.Categories.Select(c => ClassOf(c) is var k and >= 0 ? k : double.NaN).ToArray();
            for (var i = 0; i < result.Length; i++)
            {
                result[i] = text.Codes[i] < 0 ? double.NaN : classes[text.Codes[i]];
            }

            return result;
        }

        for (var i = 0; i < result.Length; i++)
        {
            result[i] = column.Text(i) is { } cell && ClassOf(cell) is var k and >= 0 ? k : double.NaN;
        }

        return result;
    }

    // As it is written; else, where that is none of them, as a number: 'positive: 1' may stand for +1.
    private string[] Matching(string positive)
    {
        if (ClassOf(positive) is var k and >= 0)
        {
            return [Classes[k]];
        }

        return double.TryParse(positive, NumberStyles.Float, CultureInfo.InvariantCulture, out var wanted)
            ? [.. Classes.Where(c => double.TryParse(c, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && number.Equals(wanted))]
            : [];
    }

    private static string Usual(string text) => text == "+1" ? "1" : LabelText.Key(text, codes: false).ToLowerInvariant();
}
