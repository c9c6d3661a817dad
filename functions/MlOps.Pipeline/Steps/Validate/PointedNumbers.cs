using MlOps.Pipeline.Definitions;
using MlOps.Pipeline.Wording;
using MlOps.Tabular;

namespace MlOps.Pipeline.Steps.Validate;

/// <summary>
/// Numbers such as <c>12.345</c> in a file whose other numbers have a decimal comma: there the point mostly divides thousands, and to the
/// reader it is a decimal point. They are read as ever, so that a model meets what it learned from, and it is said.
/// </summary>
internal static class PointedNumbers
{
    /// <summary>Adds a warning for each column that has such numbers.</summary>
    /// <param name="read">Reads the file again.</param>
    /// <param name="options">How it was read.</param>
    /// <param name="file">The file as it was read.</param>
    /// <param name="definition">The definition; what it says of a column is not asked again.</param>
    /// <param name="forms">Columns whose numbers turned out to be written in a form of their own.</param>
    /// <param name="warnings">Receives the warnings.</param>
    public static void Tell(
        Func<CsvReadOptions, CsvTable> read, CsvReadOptions options, CsvTable file, PipelineDefinition definition, IReadOnlyDictionary<string, WrittenForm> forms, FindingList warnings)
    {
        if (Comma(options, file, forms) is not { } evidence)
        {
            return;
        }

        var (other, comma) = evidence;
        var suspects = file.Table.Columns.OfType<NumberColumn>()
            .Where(c => c.Kind == ColumnKind.Number && c.Name != definition.Id && !forms.ContainsKey(c.Name) && !definition.Csv.Of(c.Name).IsNumber && MayBeGrouped(c.Values))
            .Select(c => c.Name).ToHashSet(StringComparer.Ordinal);
        if (suspects.Count == 0)
        {
            return;
        }

        var header = file.Header.ToList();
        var kinds = suspects.ToDictionary(n => n, _ => ColumnKind.Text, StringComparer.Ordinal);
        foreach (var column in read(options with { Columns = suspects, Kinds = kinds, KeepRejectedRows = false }).Table.Columns.OfType<TextColumn>())
        {
            if (Array.Find([.. column.Categories], t => t.Contains('.', StringComparison.Ordinal)) is { } example && column.Categories.All(IsGroupedOrWhole))
            {
                warnings.Add(
                    Sentence.Of(
                        "pointed-numbers", ("column", FindingList.Shorten(column.Name, 60)!), ("example", example), ("other", FindingList.Shorten(other, 60)!), ("comma", comma),
                        ("setting", FormSettings.Of(column.Name, new WrittenForm(new NumberNotation(',', '.'), null, true, null, null, example, 0)))),
                    column.Name, header.IndexOf(column.Name) + 1, 0, example);
            }
        }
    }

    // A column with a decimal comma, found in this file or known from the history, and a number of it.
    private static (string Column, string Example)? Comma(CsvReadOptions options, CsvTable file, IReadOnlyDictionary<string, WrittenForm> forms)
    {
        if (forms.FirstOrDefault(f => f.Value is { Certain: true, Numbers.Decimal: ',' }) is { Key: { } found } form)
        {
            return (found, form.Value.Example);
        }

        return options.Formats?.FirstOrDefault(f => f.Value.Numbers is { Decimal: ',' } && file.Table.Find(f.Key) is not null).Key is { } known ? (known, ",") : null;
    }

    // Three digits behind the point, or none: most columns of fractions are seen by their values not to be these.
    private static bool MayBeGrouped(double[] values)
    {
        var fractions = false;
        foreach (var value in values)
        {
            if (!double.IsNaN(value) && value != Math.Truncate(value))
            {
                if (Math.Abs(value) is < 1 or >= 1000 || Math.Abs((value * 1000) - Math.Round(value * 1000)) > 1e-6)
                {
                    return false;
                }

                fractions = true;
            }
        }

        return fractions;
    }

    private static bool IsGroupedOrWhole(string text)
    {
        var digits = text.Trim().TrimStart('-', '+').Split('.');
        return digits.Length <= 2 && digits.All(d => d.Length > 0 && d.All(char.IsAsciiDigit)) && (digits.Length == 1 || (digits[0].Length <= 3 && digits[0][0] != '0' && digits[1].Length == 3));
    }
}
