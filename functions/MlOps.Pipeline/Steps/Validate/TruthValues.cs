using MlOps.Pipeline.Wording;
using MlOps.Tabular;

namespace MlOps.Pipeline.Steps.Validate;

/// <summary>A column that the history writes as 0 and 1 and another program as true and false: the same values.</summary>
internal static class TruthValues
{
    /// <summary>The file with such columns read as what they are, and told; the file itself where there are none.</summary>
    /// <param name="read">Reads the file again.</param>
    /// <param name="options">How it was read.</param>
    /// <param name="file">The file as it was read.</param>
    /// <param name="history">The history's schema; <see langword="null"/> for the history itself.</param>
    /// <param name="warnings">Receives the warnings.</param>
    public static CsvTable Read(Func<CsvReadOptions, CsvTable> read, CsvReadOptions options, CsvTable file, FileSchema? history, FindingList warnings)
    {
        var flags = (history?.Columns ?? []).Where(c => c is { Kind: ColumnKind.Number, Minimum: >= 0, Maximum: <= 1 }).Select(c => c.Name).ToHashSet(StringComparer.Ordinal);
        var written = file.Errors.Where(e => e.Code == CsvErrorCodes.WrongKind && e.ColumnName is { } name && flags.Contains(name))
            .GroupBy(e => e.ColumnName!, StringComparer.Ordinal)
            .Where(g => g.All(e => CellValues.IsTruth(e.Text ?? "", out _)))
            .ToDictionary(g => g.Key, g => g.First().Text!, StringComparer.Ordinal);
        if (written.Count == 0)
        {
            return file;
        }

        var kinds = new Dictionary<string, ColumnKind>(options.Kinds!, StringComparer.Ordinal);
        foreach (var name in written.Keys)
        {
            kinds[name] = ColumnKind.Boolean;
        }

        var again = read(options with { Kinds = kinds });
        if (again.ErrorCount >= file.ErrorCount)
        {
            return file; // numbers between 0 and 1 stand beside them
        }

        var header = again.Header.ToList();
        foreach (var (name, example) in written)
        {
            warnings.Add(
                Sentence.Of("other-notation", ("column", FindingList.Shorten(name, 60)!), ("example", example)), name, header.IndexOf(name) + 1, 0, example, "other-notation");
        }

        return AsNumbers(again, written.Keys);
    }

    // Steps that come later know numbers, dates and texts.
    private static CsvTable AsNumbers(CsvTable file, IEnumerable<string> names)
    {
        var flags = names.ToHashSet(StringComparer.Ordinal);
        return file.With(new Table(
            [.. file.Table.Columns.Select(c => flags.Contains(c.Name) && c is NumberColumn numbers ? new NumberColumn(c.Name, numbers.Values) : c)], file.Table.LineNumbers, file.Table.RowCount));
    }
}
