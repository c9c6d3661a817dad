using MlOps.Pipeline.Definitions;
using MlOps.Pipeline.Steps.Labels;
using MlOps.Pipeline.Wording;
using MlOps.Tabular;

namespace MlOps.Pipeline.Steps.Validate;

/// <summary>The label's values: two classes for a binary task, numbers for a regression, those of the history for a period.</summary>
internal static class LabelCheck
{
    private const int MaxClasses = 1000;

    // Prices have more different values than any scale of marks.
    private const int MostNumbers = 20;

    /// <summary>Learns (from the history) or checks (a period's) label values.</summary>
    /// <returns>The classes, or <see langword="null"/> for a regression and where the label cannot be used.</returns>
    public static IReadOnlyList<string>? Check(
        Table table, PipelineDefinition definition, FileSchema? history, int column, FindingList errors, FindingList warnings)
    {
        var label = table[definition.Label];
        Missing(table, label, history is null, column, errors, warnings);
        if (definition.Task == TaskKind.Regression)
        {
            if (history is null && label is NumberColumn numbers && Constant(numbers))
            {
                errors.Add(Sentence.Of("label-constant"), label.Name, column, code: "label-values");
            }

            return null;
        }

        var text = (TextColumn)label;
        if (history is not null)
        {
            Known(table, text, new LabelValues(history.LabelClasses ?? []), column, errors);
            return history.LabelClasses;
        }

        string[] used = [.. Used(text)];
        if (definition.Task == TaskKind.Multiclass)
        {
            return Told(Classes(text, column, errors));
        }

        if (LabelValues.TryBinary(used, definition.Positive, out var labels, out var problem))
        {
            return Told(labels!.Classes);
        }

        errors.Add(Sentence.Of("label-not-binary", ("column", label.Name), ("problem", problem!)), label.Name, column, code: "label-values");
        Odd(table, text, definition.Positive, column, errors);
        return Told(null);

        IReadOnlyList<string>? Told(IReadOnlyList<string>? classes)
        {
            LabelSpellings.Tell(text, used, classes ?? LabelValues.Learn(used).Classes, column, warnings);
            return classes;
        }
    }

    private static void Missing(Table table, Column label, bool initial, int column, FindingList errors, FindingList warnings)
    {
        if (label.MissingCount == 0)
        {
            return;
        }

        if (initial && label.MissingCount == table.RowCount)
        {
            errors.Add(Sentence.Of("label-empty", ("column", label.Name)), label.Name, column, code: "label-values");
            return;
        }

        for (var row = 0; row < table.RowCount; row++)
        {
            if (label.IsMissing(row))
            {
                warnings.Add(Sentence.Of("missing-label", ("rows", label.MissingCount)), label.Name, column, table.LineNumbers[row]);
                return;
            }
        }
    }

    private static void Known(Table table, TextColumn label, LabelValues known, int column, FindingList errors)
    {
        var bad = label.Categories.Select(c => known.ClassOf(c) < 0).ToArray();
        if (!bad.Contains(true))
        {
            return;
        }

        var allowed = string.Join(", ", known.Classes.Take(20).Select(c => $"'{c}'"));
        for (var row = 0; row < table.RowCount; row++)
        {
            if (label.Codes[row] is var code and >= 0 && bad[code])
            {
                var text = FindingList.Shorten(label.Categories[code], 60);
                errors.Add(
                    Sentence.Of("label-value", ("text", text!), ("allowed", allowed), ("like", Lookalikes.Explain(label.Categories[code], known.Classes))),
                    label.Name, column, table.LineNumbers[row], text);
            }
        }
    }

    // With two classes that stand out, the rows that have a third value are what the sender wants to see.
    private static void Odd(Table table, TextColumn label, string? positive, int column, FindingList errors)
    {
        var counts = new Dictionary<string, long>(StringComparer.Ordinal);
        var learned = LabelValues.Learn(Used(label));
        foreach (var code in label.Codes)
        {
            if (code >= 0)
            {
                var text = learned.Classes[learned.ClassOf(label.Categories[code])];
                counts[text] = counts.GetValueOrDefault(text) + 1;
            }
        }

        if (counts.Count < 3)
        {
            return;
        }

        var top = counts.OrderByDescending(c => c.Value).ThenBy(c => c.Key, StringComparer.Ordinal).Select(c => c.Key).Take(2).ToArray();
        if (!LabelValues.TryBinary(top, positive, out var labels, out _))
        {
            return;
        }

        Others(table, label, labels!, column, errors);
    }

    private static void Others(Table table, TextColumn label, LabelValues known, int column, FindingList errors)
    {
        for (var row = 0; row < table.RowCount; row++)
        {
            if (label.Codes[row] is var code and >= 0 && known.ClassOf(label.Categories[code]) < 0)
            {
                var text = FindingList.Shorten(label.Categories[code], 60);
                errors.Add(
                    Sentence.Of("label-third-value", ("text", text!), ("first", known.Classes[0]), ("second", known.Classes[1])),
                    label.Name, column, table.LineNumbers[row], text, "label-value");
            }
        }
    }

    private static IReadOnlyList<string>? Classes(TextColumn label, int column, FindingList errors)
    {
        var classes = LabelValues.Learn(Used(label)).Classes;
        if (classes.Count > MostNumbers && NotationSearch.Find(label) is { Numbers: not null } form)
        {
            errors.Add(Sentence.Of("label-quantity", ("count", classes.Count), ("example", form.Example)), label.Name, column, code: "label-values");
            return null;
        }

        if (classes.Count is >= 2 and <= MaxClasses)
        {
            return classes;
        }

        errors.Add(Sentence.Of("label-count", ("count", classes.Count), ("most", MaxClasses)), label.Name, column, code: "label-values");
        return null;
    }

    private static IEnumerable<string> Used(TextColumn label)
    {
        var seen = new bool[label.Categories.Count];
        foreach (var code in label.Codes)
        {
            if (code >= 0)
            {
                seen[code] = true;
            }
        }

        return label.Categories.Where((_, i) => seen[i]);
    }

    private static bool Constant(NumberColumn numbers)
    {
        var values = numbers.Values.Where(v => !double.IsNaN(v)).Take(1).ToArray();
        return values.Length == 0 || numbers.Values.All(v => double.IsNaN(v) || v == values[0]);
    }
}
