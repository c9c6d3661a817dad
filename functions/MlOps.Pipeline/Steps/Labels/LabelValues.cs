using System.Globalization;
using MlOps.Tabular;

namespace MlOps.Pipeline.Steps.Labels;

/// <summary>
/// The label's texts as classes. For a binary task: exactly two, the negative first. Texts that are the same number
/// (<c>1</c>, <c>1.0</c>) are the same class.
/// </summary>
/// <param name="Classes">Canonical text of each class; the index is the class.</param>
public sealed record LabelValues(IReadOnlyList<string> Classes)
{
    private static readonly string[] UsualPositives = ["1", "yes", "true", "y", "t"];

    /// <summary>Learns the two classes of a binary label from the history.</summary>
    /// <param name="texts">Distinct texts of the label column.</param>
    /// <param name="positive">The definition's positive value, if it names one.</param>
    /// <param name="labels">The classes, where the texts are two and one of them is positive.</param>
    /// <param name="problem">Otherwise what is wrong and what to do.</param>
    public static bool TryBinary(IEnumerable<string> texts, string? positive, out LabelValues? labels, out string? problem)
    {
        ArgumentNullException.ThrowIfNull(texts);
        (labels, problem) = (null, null);
        var values = texts.Select(Canonical).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToArray();
        if (values.Length != 2)
        {
            var shown = values.Length == 0 ? "none" : string.Join(", ", values.Take(5).Select(v => $"'{v}'"));
            problem = $"a binary label has exactly two values, and this one has {values.Length}: {shown}";
            return false;
        }

        var wanted = positive is null ? null : Canonical(positive);
        var positives = wanted is not null
            ? values.Where(v => v == wanted).ToArray()
            : values.Where(v => UsualPositives.Contains(v.ToLowerInvariant(), StringComparer.Ordinal)).ToArray();
        if (positives.Length != 1)
        {
            problem = wanted is not null
                ? $"the definition says 'positive: {positive}', but the label's values are '{values[0]}' and '{values[1]}'"
                : $"the label's values are '{values[0]}' and '{values[1]}': say in the definition which one is positive, as in 'positive: \"{values[1]}\"'";
            return false;
        }

        labels = new LabelValues([values.First(v => v != positives[0]), positives[0]]);
        return true;
    }

    /// <summary>The class of a text, -1 where it is none of them.</summary>
    /// <param name="text">Label text.</param>
    public int ClassOf(string text)
    {
        var canonical = Canonical(text);
        for (var i = 0; i < Classes.Count; i++)
        {
            if (Classes[i] == canonical)
            {
                return i;
            }
        }

        return -1;
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

    /// <summary>One spelling for texts that mean the same: trimmed, numbers in their shortest form.</summary>
    /// <param name="text">Label text.</param>
    public static string Canonical(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var trimmed = text.Trim();
        return double.TryParse(trimmed, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number)
            ? (number + 0.0).ToString("R", CultureInfo.InvariantCulture)
            : trimmed;
    }
}
