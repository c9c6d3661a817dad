using System.Globalization;
using MlOps.Pipeline.Definitions;
using MlOps.Tabular;

namespace MlOps.Cli.Drafts;

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

    /// <summary>Whole numbers are marks on a scale where they follow each other and the middle is most frequent, else classes.</summary>
    public static (TaskKind Task, string? Reason) OfWholeNumbers(NumberColumn label)
    {
        var counts = label.Values.Where(v => !double.IsNaN(v)).GroupBy(v => v).OrderBy(g => g.Key).Select(g => (Value: g.Key, Count: g.Count())).ToArray();
        var peak = Array.FindIndex(counts, c => c.Count == counts.Max(m => m.Count));
        var range = string.Create(CultureInfo.InvariantCulture, $"{counts.Length} whole numbers from {counts[0].Value} to {counts[^1].Value}");
        var isScale = counts.Length >= ScaleMin && counts[^1].Value - counts[0].Value < 1.5 * counts.Length && peak > 0 && peak < counts.Length - 1
            && Enumerable.Range(1, counts.Length - 1).All(i => i <= peak ? counts[i].Count >= counts[i - 1].Count : counts[i].Count <= counts[i - 1].Count);
        return isScale
            ? (TaskKind.Regression, $"{range}, most in the middle: a quantity; write multiclass if they are names of classes")
            : (TaskKind.Multiclass, $"{range}; write regression if they are a quantity");
    }
}
