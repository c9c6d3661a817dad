using MlOps.Pipeline.Wording;
using MlOps.Tabular;

namespace MlOps.Pipeline.Steps.Validate;

/// <summary>
/// Numbers of a period that are written with another unit than the history's: grams after kilograms, euros after dollars. The reader takes the number
/// alone, and the model would take it for the same quantity.
/// </summary>
internal static class OtherUnits
{
    /// <summary>Tells of such columns.</summary>
    /// <param name="read">Reads the file again.</param>
    /// <param name="options">How it was read.</param>
    /// <param name="file">The file as it was read.</param>
    /// <param name="history">The history's schema.</param>
    /// <param name="warnings">Receives the warnings.</param>
    public static void Tell(Func<CsvReadOptions, CsvTable> read, CsvReadOptions options, CsvTable file, FileSchema history, FindingList warnings)
    {
        var measured = history.Columns.Where(c => c.Unit is not null && file.Table.Find(c.Name) is NumberColumn).ToDictionary(c => c.Name, StringComparer.Ordinal);
        if (measured.Count == 0)
        {
            return;
        }

        var kinds = measured.Keys.ToDictionary(name => name, _ => ColumnKind.Text, StringComparer.Ordinal);
        var header = file.Header.ToList();
        foreach (var column in read(options with { Columns = [.. measured.Keys], Kinds = kinds, KeepRejectedRows = false }).Table.Columns.OfType<TextColumn>())
        {
            var (usual, notation) = (measured[column.Name].Unit!, options.Formats?.GetValueOrDefault(column.Name)?.Numbers ?? measured[column.Name].Format?.Numbers);
            foreach (var (unit, example) in NotationSearch.Units(column.Categories, notation ?? new NumberNotation()).Where(u => u.Key != usual))
            {
                warnings.Add(
                    Sentence.Of("other-unit", ("column", FindingList.Shorten(column.Name, 60)!), ("example", example), ("unit", unit), ("usual", usual)),
                    column.Name, header.IndexOf(column.Name) + 1, 0, example);
            }
        }
    }
}
