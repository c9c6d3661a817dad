using System.Globalization;
using MlOps.Pipeline.Wording;
using MlOps.Tabular;

namespace MlOps.Pipeline.Steps.Validate;

/// <summary>
/// A period whose first line is not its header: a comment or a title stands above the names, or there are none. Said once, instead of every column that is
/// missing from a line that names none.
/// </summary>
internal static class HeaderPlace
{
    private const int LinesMax = 20;

    /// <summary>What is wrong; <see langword="null"/> where the first line names a column of the history, or nothing better is known.</summary>
    /// <param name="stream">The file, from its beginning; left there.</param>
    /// <param name="file">The file as it was read.</param>
    /// <param name="history">The history's schema.</param>
    public static Sentence? Find(Stream stream, CsvTable file, FileSchema history)
    {
        var names = history.Columns.Select(c => c.Name).ToHashSet(StringComparer.Ordinal);
        if (file.Header.Any(h => names.Contains(h)))
        {
            return null;
        }

        stream.Position = 0;
        var records = CsvFile.ReadRecords(stream, new CsvReadOptions { Delimiter = file.Dialect.Delimiter }).Take(LinesMax).ToArray();
        stream.Position = 0;
        if (records.Length == 0)
        {
            return null;
        }

        var first = FindingList.Shorten(string.Join(file.Dialect.Delimiter, records[0]), 60)!;
        var below = Array.FindIndex(records, r => r.Count(c => names.Contains(c.Composed())) * 2 > names.Count);
        return below > 0 ? Sentence.Of("header-below", ("line", below + 1), ("first", first))
            : records[0].Length >= names.Count - 1 && records[0].Length <= names.Count && records[0].Any(c => double.TryParse(c, NumberStyles.Float, CultureInfo.InvariantCulture, out _))
                ? Sentence.Of("no-header", ("first", first), ("columns", FindingList.Shorten(string.Join(file.Dialect.Delimiter, history.Columns.Select(c => c.Name)), 200)!))
            : null;
    }
}
