using MlOps.Pipeline.Artifacts;
using MlOps.Pipeline.Definitions;
using MlOps.Pipeline.Steps.Validate;
using MlOps.Pipeline.Wording;
using MlOps.Tabular;

namespace MlOps.Pipeline.Steps.Join;

/// <summary>What a file of a side table turned out to be.</summary>
/// <param name="Table">Its used columns; <see langword="null"/> where it is refused.</param>
/// <param name="Rows">Rows that are used; of a refused file, rows that were read.</param>
/// <param name="Errors">Why it is refused.</param>
/// <param name="Warnings">What is odd about it.</param>
/// <param name="SetAside">Rows that could not be used.</param>
/// <param name="HeaderText">The header as it stands there.</param>
internal sealed record ReadSide(Table? Table, long Rows, FindingList Errors, FindingList Warnings, IReadOnlyList<RejectedRow> SetAside, string HeaderText);

/// <summary>Reads a file of a side table by what the definition says of its columns, never by what the file happens to hold: each file is taken alike.</summary>
internal static class SideReading
{
    public static ReadSide Read(Stream stream, SourceSettings source, double quarantine, int threads, CancellationToken cancellation = default)
    {
        var (errors, warnings) = (new FindingList(), new FindingList());
        var refused = new ReadSide(null, 0, errors, warnings, [], "");
        var head = new byte[(int)Math.Min(4096, stream.Length)];
        stream.ReadExactly(head);
        stream.Position = 0;
        if (ByteCheck.Find(head, stream.Length, new CsvFormat()) is { } finding)
        {
            errors.Add(finding);
            return refused;
        }

        CsvTable file;
        try
        {
            file = CsvFile.ReadTable(stream, Options(source, threads), cancellation);
        }
        catch (CsvException e)
        {
            foreach (var error in e.Errors)
            {
                errors.Add(FileValidator.ToFinding(error));
            }

            return refused;
        }

        CheckHeader(file, source, errors);
        var mayBeSetAside = errors.Count == 0 && file.Rejected.Count > 0 && file.Table.RowCount > 0 && file.Rejected.Count <= quarantine * file.RecordCount;
        foreach (var error in file.Errors)
        {
            var told = FileValidator.ToFinding(error);
            (mayBeSetAside ? warnings : errors).Add(
                error.ColumnName == source.Time && string.IsNullOrWhiteSpace(error.Text)
                    ? Finding.Of(Sentence.Of("side-without-time", ("column", source.Time)), told.ColumnName, told.Column, told.Line, told.Text, told.Code)
                    : told);
        }

        (mayBeSetAside ? warnings : errors).AddUncounted(file.ErrorCount - file.Errors.Count);
        if (errors.Count > 0)
        {
            return refused with { Rows = file.RecordCount };
        }

        var table = file.Table.Select(Used(source));
        if (table[source.Key].MissingCount is > 0 and var without)
        {
            warnings.Add(Sentence.Of("side-without-key", ("rows", without), ("column", source.Key)), source.Key);
        }

        return new ReadSide(table, table.RowCount, errors, warnings, mayBeSetAside ? file.Rejected : [], file.HeaderText);
    }

    /// <summary>The columns that are read: key, event time, arrival where there is one, and what is aggregated.</summary>
    public static IReadOnlyList<string> Used(SourceSettings source) =>
        [.. new[] { source.Key, source.Time }.Concat(source.Arrival is { } arrival ? [arrival] : []).Concat(source.Columns).Distinct(StringComparer.Ordinal)];

    private static CsvReadOptions Options(SourceSettings source, int threads)
    {
        var kinds = Used(source).ToDictionary(name => name, name => source.IsText(name) ? ColumnKind.Text : ColumnKind.Number, StringComparer.Ordinal);
        var formats = new Dictionary<string, ColumnFormat>(StringComparer.Ordinal)
        {
            // As the ids of the main table are read.
            [source.Key] = new ColumnFormat { Missing = [""] },
            // A row that does not say when it took place cannot be placed in time: it is as unusable as one with half a date.
            [source.Time] = new ColumnFormat { Missing = [], Dates = source.Dates },
        };
        kinds[source.Time] = ColumnKind.Date;
        if (source.Arrival is { } arrival)
        {
            kinds[arrival] = ColumnKind.Date;
            formats.TryAdd(arrival, new ColumnFormat { Dates = source.Dates });
        }

        return new CsvReadOptions
        {
            Columns = [.. kinds.Keys],
            Kinds = kinds,
            Formats = formats,
            ComposeNames = true,
            MaxErrors = FindingList.Kept,
            KeepRejectedRows = true,
            Threads = threads,
        };
    }

    private static void CheckHeader(CsvTable file, SourceSettings source, FindingList errors)
    {
        string[] header = [.. file.Header.Select(h => h.Composed())];
        foreach (var name in Used(source).Where(name => !header.Contains(name, StringComparer.Ordinal)))
        {
            var hint = NearestName.Find(name, header.Where(h => h.Length > 0).Distinct(StringComparer.Ordinal)) is { } nearest
                ? Sentence.Of("hint-meant", ("column", nearest), ("like", Lookalikes.Explain(nearest, [name])))
                : Sentence.Of("hint-header", ("columns", $"{string.Join(", ", header.Take(10).Select(h => FindingList.Shorten(h, 60)))}{(header.Length > 10 ? ", …" : "")}"));
            errors.Add(Sentence.Of("side-missing-column", ("column", name), ("source", source.Name), ("hint", hint)), name, 0, 1, code: "missing-column");
        }
    }
}
