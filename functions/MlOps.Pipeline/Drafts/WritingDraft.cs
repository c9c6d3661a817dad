using System.Globalization;
using MlOps.Pipeline.Steps.Validate;
using MlOps.Pipeline.Wording;
using MlOps.Tabular;

namespace MlOps.Pipeline.Drafts;

/// <summary>How a file writes numbers, dates and missing values, where a definition should say it.</summary>
internal sealed record WritingDraft
{
    public static WritingDraft None { get; } = new();

    /// <summary>Whether all its numbers have a decimal comma.</summary>
    public bool DecimalComma { get; private init; }

    /// <summary>Columns with a form of their own.</summary>
    public IReadOnlyList<(string Name, WrittenForm Form)> Forms { get; private init; } = [];

    /// <summary>Numbers that may mean a missing value.</summary>
    public IReadOnlyList<(string Name, Sentinel Sentinel)> Sentinels { get; private init; } = [];

    /// <summary>Columns of numbers that all are days, and one of them.</summary>
    public IReadOnlyList<(string Name, string Example)> CompactDays { get; private init; } = [];

    public static WritingDraft Of(Table table)
    {
        var forms = table.Columns.OfType<TextColumn>().Select(c => (c.Name, Form: NotationSearch.Find(c)!)).Where(f => f.Form is not null).ToArray();
        var numbers = forms.Where(f => f.Form is { Numbers: not null }).ToArray();
        var comma = numbers.Length > 0
            && numbers.All(f => f.Form is { Certain: true, Numbers: { Decimal: ',', Thousands: null } } && Array.TrueForAll(Texts(table, f.Name), t => new NumberNotation(',', Signs: false).TryParse(t, out _)))
            && table.Columns.OfType<NumberColumn>().All(c => c.IsInteger);
        return new WritingDraft
        {
            DecimalComma = comma,
            Forms = [.. comma ? forms.Except(numbers) : forms],
            CompactDays = [.. table.Columns.OfType<NumberColumn>().Select(c => (c.Name, Example: CompactDates.Find(c)!)).Where(d => d.Example is not null)],
            Sentinels = [.. Converted(table, forms).Columns.OfType<NumberColumn>().Where(c => c.Kind == ColumnKind.Number).Select(c => (c.Name, Sentinel: SentinelSearch.Find(c)!)).Where(s => s.Sentinel is not null)],
        };
    }

    /// <summary>The table with the numbers and dates as what they are.</summary>
    public Table Read(Table table) => Converted(table, [.. Forms, .. DecimalComma ? table.Columns.OfType<TextColumn>().Select(c => (c.Name, Form: NotationSearch.Find(c)!)).Where(f => f.Form is not null) : []]);

    /// <summary>Without what is no matter of the id, nor of a label's classes, which are texts, and no sentinel of the label.</summary>
    public WritingDraft Without(string label, string? id, bool isQuantity) => this with
    {
        Forms = [.. Forms.Where(f => f.Name != id && (isQuantity || f.Name != label))],
        CompactDays = [.. CompactDays.Where(d => d.Name != id && d.Name != label)],
        Sentinels = [.. Sentinels.Where(s => s.Name != id && s.Name != label)],
    };

    /// <summary>Lines of the definition; nothing where nothing is to be said.</summary>
    /// <param name="scalar">Writes a text as YAML.</param>
    /// <param name="word">Words a comment.</param>
    public IEnumerable<string> Lines(Func<string, string> scalar, Func<Sentence, string> word)
    {
        if (DecimalComma)
        {
            yield return $"  decimal: \",\"    # {word(Sentence.Of("draft-form-numbers", ("example", "69,32")))}";
        }

        if (Forms.Count + Sentinels.Count + CompactDays.Count == 0)
        {
            yield break;
        }

        // Without a line that counts, the key itself has to stay a comment.
        yield return Forms.Any(f => f.Form.Certain) ? "  columns:" : $"#  columns:    # {word(Sentence.Of("draft-form-use"))}";
        foreach (var (name, form) in Forms)
        {
            if (form.Certain)
            {
                yield return $"    {scalar(name)}: {FormSettings.Inner(form)}    # {word(form is { Numbers.Times: true } ? Sentence.Of("draft-form-times", ("example", form.Example)) : form.Dates is null ? Sentence.Of("draft-form-numbers", ("example", form.Example)) : Sentence.Of("draft-form-dates", ("example", form.Example)))}";
                continue;
            }

            yield return $"#    {scalar(name)}: {FormSettings.Inner(form)}    # {word(Sentence.Of("draft-form-two", ("example", form.Example)))}";
            if (form.Other is not null || form.OtherDates is not null)
            {
                yield return $"#    {scalar(name)}: {FormSettings.Inner(form with { Numbers = form.Other, Dates = form.OtherDates })}    # {word(Sentence.Of("draft-form-other"))}";
            }
        }

        foreach (var (name, example) in CompactDays)
        {
            yield return $"#    {scalar(name)}: {{date: y/m/d}}    # {word(Sentence.Of("draft-form-day", ("example", example)))}";
        }

        foreach (var (name, sentinel) in Sentinels)
        {
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"#    {scalar(name)}: {{missing: [{sentinel.Value}]}}    # {word(Sentence.Of("draft-form-sentinel", ("value", sentinel.Value), ("count", sentinel.Count), ("least", sentinel.Least), ("most", sentinel.Most)))}");
        }
    }

    private static string[] Texts(Table table, string name) => [.. ((TextColumn)table[name]).Categories];

    private static Table Converted(Table table, IEnumerable<(string Name, WrittenForm Form)> forms)
    {
        var byName = forms.Where(f => f.Form.Certain).DistinctBy(f => f.Name).ToDictionary(f => f.Name, f => f.Form, StringComparer.Ordinal);
        return new Table([.. table.Columns.Select(c => byName.TryGetValue(c.Name, out var form) ? Converted((TextColumn)c, form) : c)], table.LineNumbers, table.RowCount);
    }

    private static NumberColumn Converted(TextColumn column, WrittenForm form)
    {
        double[] byCode = [.. column.Categories.Select(t => form.Dates is { } order ? DateText.Seconds(t, order) : form.Numbers!.TryParse(t, out var value) ? value : double.NaN)];
        return new NumberColumn(column.Name, Array.ConvertAll(column.Codes, c => c < 0 ? double.NaN : byCode[c]), form.Dates is null ? ColumnKind.Number : ColumnKind.Date);
    }
}
