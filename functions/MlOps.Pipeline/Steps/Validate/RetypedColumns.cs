using System.Globalization;
using System.Text.Json;
using MlOps.Tabular;

namespace MlOps.Pipeline.Steps.Validate;

/// <summary>Columns of numbers that come as texts as a whole, which is another thing than a few bad cells; and what is rescued of a file.</summary>
internal static class RetypedColumns
{
    // Below it the column is still one of numbers, and the rows with the other cells are bad.
    private const double ShareOfTexts = 0.5;

    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Number columns of the history of which most cells are no numbers in this file.</summary>
    /// <param name="read">Reads the file with the given options.</param>
    /// <param name="options">As the file was read.</param>
    /// <param name="file">What that gave.</param>
    public static IReadOnlyList<string> Find(Func<CsvReadOptions, CsvTable> read, CsvReadOptions options, CsvTable file)
    {
        var suspects = file.Errors.Where(e => e.Code == CsvErrorCodes.WrongKind && e.ColumnName is not null)
            .GroupBy(e => e.ColumnName!, StringComparer.Ordinal)
            .Where(g => g.LongCount() >= ShareOfTexts * Math.Min(file.RecordCount, options.MaxErrors) / 2)
            .Select(g => g.Key).ToHashSet(StringComparer.Ordinal);
        if (suspects.Count == 0)
        {
            return [];
        }

        var probe = read(options with { Columns = suspects, Kinds = null, KeepRejectedRows = false }).Table;
        return [.. probe.Columns.OfType<TextColumn>().Where(c => TextShare(c) > ShareOfTexts).Select(c => c.Name)];
    }

    /// <summary>The column as numbers; cells that are none are missing.</summary>
    public static NumberColumn ToNumbers(TextColumn column)
    {
        var byCode = column.Categories.Select(Number).ToArray();
        return new NumberColumn(column.Name, Array.ConvertAll(column.Codes, c => c < 0 ? double.NaN : byCode[c]));
    }

    /// <summary>
    /// Writes what is left out of the table: for each row its line, its id and the cells by column as JSON, as Auto Loader's rescued data column holds them.
    /// </summary>
    public static void WriteRescued(Stream stream, Table file, string? id, IReadOnlyList<string> added, IReadOnlyList<string> retyped)
    {
        using var writer = new CsvWriter(stream, new CsvWriteOptions { GuardFormulas = false });
        foreach (var name in (string[])["line", "id", "rescued"])
        {
            writer.Write(name);
        }

        writer.EndRecord();
        var columns = added.Select(n => file[n]).Concat(retyped.Select(n => file[n])).Cast<TextColumn>().ToArray();
        var kept = columns.Select((c, i) => c.Categories.Select(t => i < added.Count || double.IsNaN(Number(t))).ToArray()).ToArray();
        for (var row = 0; row < file.RowCount; row++)
        {
            var cells = new SortedDictionary<string, string>(StringComparer.Ordinal);
            for (var c = 0; c < columns.Length; c++)
            {
                if (columns[c].Codes[row] is var code and >= 0 && kept[c][code])
                {
                    cells[columns[c].Name] = columns[c].Categories[code];
                }
            }

            if (cells.Count > 0)
            {
                writer.Write(file.LineNumbers[row]);
                writer.Write(id is null ? "" : file[id].Text(row) ?? "");
                writer.Write(JsonSerializer.Serialize(cells, Relaxed));
                writer.EndRecord();
            }
        }

        writer.Flush();
    }

    private static double TextShare(TextColumn column)
    {
        var isText = column.Categories.Select(t => double.IsNaN(Number(t))).ToArray();
        long texts = 0, all = 0;
        foreach (var code in column.Codes)
        {
            if (code >= 0)
            {
                all++;
                texts += isText[code] ? 1 : 0;
            }
        }

        return all == 0 ? 0 : (double)texts / all;
    }

    private static double Number(string text) =>
        double.TryParse(text.Trim(), NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value) ? value : double.NaN;
}
