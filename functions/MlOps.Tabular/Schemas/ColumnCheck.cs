using System.Globalization;
using System.Text;

namespace MlOps.Tabular;

/// <summary>One column of a file as its rows pass: its type, and values unlike the schema's.</summary>
/// <param name="name">Its name.</param>
/// <param name="expected">What the schema says of it; <see langword="null"/> for a column that is new.</param>
/// <param name="schema">The schema.</param>
internal sealed class ColumnCheck(string name, ColumnSchema? expected, TableSchema schema)
{
    private const int Examples = 5;
    private const int MostCategories = 10_000;

    private readonly HashSet<string>? _known = expected?.Categories?.ToHashSet(StringComparer.Ordinal);
    private readonly HashSet<string> _categories = new(StringComparer.Ordinal);
    private readonly List<string> _unseenExamples = [];
    private readonly double _low = Bound(expected, schema, -1);
    private readonly double _high = Bound(expected, schema, 1);
    private long _rows;
    private long _missing;
    private long _missingLine;
    private long _outside;
    private long _outsideLine;
    private string? _outsideText;
    private long _unseen;
    private long _unseenLine;
    private long _misfitLine = 1;
    private string? _misfit;
    private object? _first;
    private bool _varies;

    public string Name => name;

    /// <summary>integer, number, boolean, date or text, over all rows so far; <see langword="null"/> without a value.</summary>
    public string? Type { get; private set; }

    public double Min { get; private set; } = double.PositiveInfinity;

    public double Max { get; private set; } = double.NegativeInfinity;

    /// <summary>Texts so far, where there are not too many.</summary>
    public IReadOnlySet<string> Categories => _categories;

    /// <summary>The first cell that is no number where numbers were expected, and its line; line 1 where none is.</summary>
    public (long Line, string? Text) Misfit => (_misfitLine, _misfit);

    public void Add(Column column, long[] lines)
    {
        if (column.MissingCount > 0 && _missing == 0)
        {
            _missingLine = lines[Enumerable.Range(0, column.RowCount).First(column.IsMissing)];
        }

        _missing += column.MissingCount;
        _rows += column.RowCount;
        switch (column)
        {
            case NumberColumn numbers:
                AddNumbers(numbers, lines);
                break;
            case TextColumn texts:
                AddTexts(texts, lines);
                break;
        }

        if (column.MissingCount < column.RowCount)
        {
            var found = column is TextColumn text && expected?.Type == "text" ? TypeOfTexts(text) : ColumnTypes.Name(column);
            Type = Type is null || Type == found ? found : (Type, found) is ("integer", "number") or ("number", "integer") ? "number" : "text";
        }
    }

    public void Report(FindingCollector findings)
    {
        ReportMissing(findings);
        if (_outside > 0 && Type != "text")
        {
            findings.Add(SchemaRules.OutOfRange, name, _outsideLine, _outside, Remark.Of(
                "schema-out-of-range", "{count} {count|value|values} of '{column}' {count|lies|lie} outside the range of history ({low} to {high}), {count|it|the first} is {first}.",
                ("count", _outside), ("column", name), ("low", Spell(expected!.Min)), ("high", Spell(expected.Max)), ("first", _outsideText!)));
        }

        if (_unseen > 0 && Type == "text")
        {
            findings.Add(SchemaRules.UnseenCategory, name, _unseenLine, _unseen, Remark.Of(
                "schema-unseen", "{count} {count|cell|cells} of '{column}' {count|has a value|have values} that history does not know: {values}.",
                ("count", _unseen), ("column", name), ("values", string.Join(", ", _unseenExamples.Select(c => $"'{(c.Length > 40 ? c[..40] : c)}'")))));
        }

        if (_rows > 1 && _missing == 0 && !_varies && !(expected!.Min is { } low && low == expected.Max) && expected.Categories?.Count != 1)
        {
            findings.Add(SchemaRules.ConstantColumn, name, 1, _rows, Remark.Of("schema-constant", "The column '{column}' has the same value in every row. Is its source stuck?", ("column", name)));
        }
    }

    private static double Bound(ColumnSchema? expected, TableSchema schema, int side) =>
        expected is not { Min: { } min, Max: { } max } || expected.Name == schema.Id ? side * double.PositiveInfinity
        : side < 0 ? min - (schema.RangeMargin * (max - min))
        : max + (schema.RangeMargin * (max - min));

    private void AddNumbers(NumberColumn numbers, long[] lines)
    {
        var values = numbers.Values;
        for (var r = 0; r < values.Length; r++)
        {
            var value = values[r];
            if (double.IsNaN(value))
            {
                continue;
            }

            Min = Math.Min(Min, value);
            Max = Math.Max(Max, value);
            if (value < _low || value > _high)
            {
                if (_outside++ == 0)
                {
                    (_outsideLine, _outsideText) = (lines[r], numbers.Text(r));
                }
            }
        }

        if (!_varies && values.Length > 0)
        {
            _first ??= values[0];
            _varies = _first is not double first || values.AsSpan().ContainsAnyExcept(first);
        }
    }

    private void AddTexts(TextColumn texts, long[] lines)
    {
        var categories = texts.Categories;
        if (expected is null && _categories.Count < MostCategories)
        {
            _categories.UnionWith(categories);
        }

        if (!_varies && texts.RowCount > 0)
        {
            _first ??= texts.Text(0);
            _varies = categories.Count != 1 || _first is not string first || first != categories[0];
        }

        if (_known is not null)
        {
            Mark(texts, lines, c => !_known.Contains(c), Unseen);
        }

        if (_misfit is null && expected is { IsNumeric: true })
        {
            Mark(texts, lines, c => !NumberParser.TryParse(Encoding.UTF8.GetBytes(c), out _), Misfitting);
        }
    }

    // Each category is judged once; rows only where one of them is marked.
    private static void Mark(TextColumn texts, long[] lines, Func<string, bool> marked, Action<long, string> report)
    {
        var marks = texts.Categories.Select(marked).ToArray();
        if (!marks.Contains(true))
        {
            return;
        }

        for (var r = 0; r < texts.RowCount; r++)
        {
            if (texts.Codes[r] >= 0 && marks[texts.Codes[r]])
            {
                report(lines[r], texts.Categories[texts.Codes[r]]);
            }
        }
    }

    private void Unseen(long line, string text)
    {
        if (_unseen++ == 0)
        {
            _unseenLine = line;
        }

        if (_unseenExamples.Count < Examples && !_unseenExamples.Contains(text))
        {
            _unseenExamples.Add(text);
        }
    }

    private void Misfitting(long line, string text)
    {
        if (_misfit is null)
        {
            (_misfitLine, _misfit) = (line, text.Length > 50 ? text[..50] : text);
        }
    }

    private void ReportMissing(FindingCollector findings)
    {
        if (_missing == 0 && expected!.MissingRate == 0)
        {
            return;
        }

        var line = _missing > 0 ? _missingLine : 1;
        if (!expected!.Nullable)
        {
            findings.Add(SchemaRules.MissingValue, name, line, _missing, Remark.Of("schema-missing", "{count} {count|cell|cells} of '{column}' {count|is|are} missing; it never had missing cells.", ("count", _missing), ("column", name)));
            return;
        }

        var rate = (double)_missing / _rows;
        // Five standard errors keep small files quiet.
        var noise = 5 * Math.Sqrt(expected.MissingRate * (1 - expected.MissingRate) / _rows);
        if (Math.Abs(rate - expected.MissingRate) > Math.Max(schema.MissingRateMargin, noise))
        {
            findings.Add(SchemaRules.MissingRate, name, line, _missing, Remark.Of(
                "schema-missing-rate", "{now} of '{column}' are missing; in history it was {before}.",
                ("now", rate.ToString("P1", CultureInfo.InvariantCulture)), ("column", name), ("before", expected.MissingRate.ToString("P1", CultureInfo.InvariantCulture))));
        }
    }

    private static string Spell(double? value) => value?.ToString("R", CultureInfo.InvariantCulture) ?? "";

    // A column that history knows as text is read as text; numbers in every cell show that it is none any more.
    private static string TypeOfTexts(TextColumn texts)
    {
        var whole = true;
        foreach (var category in texts.Categories)
        {
            if (!NumberParser.TryParse(Encoding.UTF8.GetBytes(category), out var value))
            {
                return "text";
            }

            whole &= value == Math.Truncate(value);
        }

        return whole ? "integer" : "number";
    }
}
