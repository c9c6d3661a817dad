using System.Text;

namespace MlOps.Tabular.Tests.Csv;

/// <summary>Everything that a read gives, as one text, so that two reads can be compared.</summary>
internal static class Describing
{
    public static string Read(byte[] bytes, CsvReadOptions options, int blockBytes, BlockIndexer kernel)
    {
        try
        {
            return Show(new TableReader(options, blockBytes, kernel).Read(new MemoryStream(bytes), CancellationToken.None));
        }
        catch (CsvException refused)
        {
            return "refused: " + string.Join('\n', refused.Errors.Select(e => e.ToString()));
        }
    }

    public static string Show(CsvTable read)
    {
        var text = new StringBuilder();
        text.AppendLine($"{read.Dialect} records {read.RecordCount} errors {read.ErrorCount} header {string.Join('|', read.Header)}");
        foreach (var error in read.Errors)
        {
            text.AppendLine($"{error.Code} {error} <{error.Text}>");
        }

        text.AppendLine(string.Join(',', read.Table.LineNumbers));
        foreach (var column in read.Table.Columns)
        {
            text.Append(column.Name).Append(' ').Append(column.Kind).Append(':');
            for (var r = 0; r < column.RowCount; r++)
            {
                text.Append(column.Text(r) ?? "∅").Append('|');
            }

            text.AppendLine();
        }

        return text.ToString();
    }
}
