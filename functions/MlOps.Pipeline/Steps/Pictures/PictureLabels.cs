using System.IO.Compression;
using MlOps.Learning.Images;
using MlOps.Pipeline.Artifacts;
using MlOps.Pipeline.Definitions;
using MlOps.Pipeline.Wording;
using MlOps.Tabular;

namespace MlOps.Pipeline.Steps.Pictures;

/// <summary>The labels of a drop of pictures: <c>labels.csv</c> with a column of file names and one of labels; others are not used.</summary>
internal static class PictureLabels
{
    /// <summary>Reads them.</summary>
    /// <param name="entry">The entry of the zip.</param>
    /// <param name="definition">Names of the two columns, and how the file is written.</param>
    /// <param name="pictures">Names of the pictures.</param>
    /// <param name="warnings">Gets what is odd.</param>
    /// <returns>Label by name of the picture.</returns>
    /// <exception cref="RefusedZipException">It is not readable as CSV, or a column is missing, or a picture stands there twice with two labels.</exception>
    public static IReadOnlyDictionary<string, string> Read(
        ZipArchiveEntry entry, PipelineDefinition definition, IReadOnlyCollection<string> pictures, List<Finding> warnings)
    {
        List<string[]> records;
        try
        {
            using var csv = new MemoryStream(PictureZip.Read(entry, PictureZip.LabelsMax), writable: false);
            records = [.. CsvFile.ReadRecords(csv, new CsvReadOptions { Delimiter = definition.Csv.Delimiter, Quote = definition.Csv.Quote, Encoding = definition.Csv.Encoding })];
        }
        catch (CsvException e)
        {
            throw new RefusedZipException(Sentence.Of("labels-unreadable", ("problem", e.Errors is [{ Remark: { } remark }, ..] ? Sentence.Of(remark) : e.Message)));
        }
        catch (PictureException e)
        {
            throw new RefusedZipException(Sentence.Of("labels-unreadable", ("problem", Sentence.Of(e.Remark))));
        }

        string[] header = records.Count == 0 ? [] : [.. records[0].Select(h => h.Trim().Composed())];
        var (file, label) = (Array.IndexOf(header, definition.Id!), Array.IndexOf(header, definition.Label));
        if (file < 0 || label < 0)
        {
            throw new RefusedZipException(Sentence.Of(
                "labels-columns", ("column", file < 0 ? definition.Id! : definition.Label), ("header", FindingList(header)), ("file", definition.Id!), ("label", definition.Label)));
        }

        var labels = new Dictionary<string, string>(StringComparer.Ordinal);
        var unknown = new List<string>();
        var known = new HashSet<string>(pictures, StringComparer.Ordinal);
        foreach (var (record, line) in records.Select((r, i) => (r, i + 1)).Skip(1))
        {
            if (record.Length <= Math.Max(file, label))
            {
                throw new RefusedZipException(Sentence.Of("labels-short", ("line", line), ("cells", record.Length)));
            }

            var name = record[file].Trim().Composed();
            if (!known.Contains(name))
            {
                unknown.Add(name);
            }
            else if (!labels.TryAdd(name, record[label]) && labels[name] != record[label])
            {
                throw new RefusedZipException(Sentence.Of("labels-twice", ("file", name), ("line", line), ("first", labels[name]), ("second", record[label])));
            }
        }

        Tell(unknown, "labels-without-picture", warnings);
        Tell([.. known.Where(name => !labels.ContainsKey(name)).Order(StringComparer.Ordinal)], "pictures-without-label", warnings);
        return labels;
    }

    private static void Tell(List<string> names, string code, List<Finding> warnings)
    {
        if (names.Count > 0)
        {
            warnings.Add(Finding.Of(Sentence.Of(code, ("count", names.Count), ("first", names[0].Length <= 80 ? names[0] : names[0][..80] + "…"))));
        }
    }

    private static string FindingList(string[] header) => header.Length == 0 ? "-" : string.Join(", ", header.Take(10).Select(h => h.Length <= 40 ? h : h[..40] + "…"));
}
