using MlOps.Pipeline.Definitions;
using MlOps.Pipeline.Wording;
using MlOps.Tabular;

namespace MlOps.Pipeline.Steps.Labels;

/// <summary>
/// Label texts that elsewhere mean a missing value (<c>None</c>, <c>NA</c>): classes or missing labels? What the definition says counts. Else, in the
/// history, they are classes beside other words, where that leaves the task what it is; and in a period what they are in the history.
/// </summary>
internal static class LabelMarkers
{
    // Nobody calls a class so: computers write it for the result of a computation.
    private static readonly string[] NeverClasses = ["NaN", "nan", "NAN", "-nan", "<NA>", "#N/A"];

    private static readonly HashSet<string> Markers = [.. CsvReadOptions.DefaultMissingMarkers.Where(m => m.Length > 0)];

    /// <summary>What the reader is to take for a missing label.</summary>
    /// <param name="definition">The definition.</param>
    public static IReadOnlyList<string>? MissingOf(PipelineDefinition definition) =>
        definition.Csv.Of(definition.Label).Missing is { } own ? ["", .. own]
        : definition.Csv.Missing is null && definition.Task != TaskKind.Regression ? [""]
        : null;

    /// <summary>The label with its markers settled.</summary>
    /// <param name="label">Label as it was read.</param>
    /// <param name="definition">The definition.</param>
    /// <param name="known">The history's classes; <see langword="null"/> for the history itself.</param>
    /// <param name="findings">Receives what was decided.</param>
    public static TextColumn Settle(TextColumn label, PipelineDefinition definition, LabelValues? known, Action<Sentence> findings)
    {
        if (definition.Csv.Missing is not null || definition.Csv.Of(definition.Label).Missing is not null)
        {
            return label;
        }

        var counts = new long[label.Categories.Count];
        foreach (var code in label.Codes)
        {
            if (code >= 0)
            {
                counts[code]++;
            }
        }

        var used = Enumerable.Range(0, counts.Length).Where(i => counts[i] > 0).ToArray();
        var markers = used.Where(i => Markers.Contains(label.Categories[i].Trim())).ToArray();
        if (markers.Length == 0)
        {
            return label;
        }

        string[] others = [.. used.Except(markers).Select(i => label.Categories[i])];
        bool IsClass(int i) => known is not null ? known.ClassOf(label.Categories[i]) >= 0 : IsClassOfHistory(label.Categories[i], others, markers.Length, definition);
        var missing = markers.Where(i => !IsClass(i)).ToHashSet();
        if (known is null)
        {
            foreach (var i in markers)
            {
                var text = label.Categories[i];
                var setting = $"csv: {{columns: {{{Quoted(definition.Label)}: {{missing: {(missing.Contains(i) ? "[]" : $"[{Quoted(text)}]")}}}}}}}";
                object task = definition.Task == TaskKind.Binary && others.Length >= 2 ? Sentence.Of("and-multiclass") : "";
                findings(missing.Contains(i)
                    ? Sentence.Of("label-marker-missing", ("text", text), ("rows", counts[i]), ("setting", setting), ("task", task))
                    : Sentence.Of("label-marker-class", ("text", text), ("rows", counts[i]), ("setting", setting)));
            }
        }

        return missing.Count == 0
            ? label
            : new TextColumn(label.Name, Array.ConvertAll(label.Codes, c => c >= 0 && missing.Contains(c) ? -1 : c), [.. label.Categories]);
    }

    private static bool IsClassOfHistory(string text, string[] others, int markers, PipelineDefinition definition)
    {
        if (NeverClasses.Contains(text.Trim(), StringComparer.Ordinal) || others.Length == 0)
        {
            return false;
        }

        if (definition.Task == TaskKind.Binary)
        {
            return LabelValues.Learn(others).Classes.Count == 1 && markers == 1 && !LabelText.IsNumber(others[0].Trim(), out _);
        }

        // Numbers with a hole are numbers with a hole.
        return !Array.TrueForAll(others, o => LabelText.IsNumber(o.Trim(), out _));
    }

    private static string Quoted(string text) => text.All(c => char.IsAsciiLetterOrDigit(c) || c == '_') && !text.Equals("null", StringComparison.OrdinalIgnoreCase) ? text : $"\"{text}\"";
}
