using MlOps.Pipeline.Wording;
using MlOps.Tabular;

namespace MlOps.Pipeline.Definitions;

/// <summary>Reads <c>csv</c>: how files are written, as a whole and in single columns.</summary>
internal static class CsvFormatReader
{
    public static CsvFormat Read(YamlMap map)
    {
        var inner = map.Map("csv");
        if (inner is null)
        {
            return new CsvFormat();
        }

        var delimiter = inner.Text("delimiter");
        if (delimiter is "tab" or "\\t")
        {
            delimiter = "\t";
        }

        if (delimiter is { Length: not 1 })
        {
            inner.Error("delimiter", Sentence.Of("definition-delimiter"));
        }

        var quote = inner.Text("quote");
        if (quote is { Length: not 1 } and not "none")
        {
            inner.Error("quote", Sentence.Of("definition-quote"));
        }

        var format = new CsvFormat(
            delimiter is { Length: 1 } ? delimiter[0] : null,
            quote switch { "none" => '\0', { Length: 1 } => quote[0], _ => null },
            inner.Text("encoding"),
            inner.Texts("missing"),
            Decimal(inner),
            Thousands(inner),
            Columns(inner));
        Check(inner, format.Decimal, format.Thousands);
        inner.Finish();
        return format;
    }

    private static SortedDictionary<string, ColumnSettings>? Columns(YamlMap csv)
    {
        var inner = csv.Map("columns");
        if (inner is null)
        {
            return null;
        }

        var columns = new SortedDictionary<string, ColumnSettings>(StringComparer.Ordinal);
        foreach (var name in inner.Entries().Select(e => e.Key).ToList())
        {
            if (inner.Map(name) is { } one)
            {
                var settings = new ColumnSettings(
                    one.Texts("missing"), Decimal(one), Thousands(one),
                    one.Choice<DateOrder?>("date", null, ("y/m/d", DateOrder.YearFirst), ("d/m/y", DateOrder.DayFirst), ("m/d/y", DateOrder.MonthFirst)),
                    one.Choice<bool?>("time", null, ("h:m", true)));
                Check(one, settings.Decimal, settings.Thousands);
                if (settings is { Time: not null } and ({ Decimal: not null } or { Thousands: not null }))
                {
                    one.Error("time", Sentence.Of("definition-times-or-numbers"));
                }
                else if (settings is { Date: not null, IsNumber: true })
                {
                    one.Error("date", Sentence.Of("definition-dates-or-numbers"));
                }

                one.Finish();
                columns[name.Composed()] = settings;
            }
        }

        inner.Finish();
        return columns;
    }

    private static char? Decimal(YamlMap map) => map.Choice<char?>("decimal", null, (".", '.'), (",", ','));

    private static char? Thousands(YamlMap map) => map.Choice<char?>("thousands", null, (",", ','), (".", '.'), (" ", ' '), ("space", ' '), ("'", '\''));

    private static void Check(YamlMap map, char? point, char? thousands)
    {
        if (thousands is not null && thousands == (point ?? '.'))
        {
            map.Error("thousands", Sentence.Of("definition-two-marks", ("mark", thousands.Value)));
        }
    }
}
