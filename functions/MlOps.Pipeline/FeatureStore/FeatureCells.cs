using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using MlOps.Pipeline.Steps.FeatureFile;
using MlOps.Tabular;

namespace MlOps.Pipeline.FeatureStore;

/// <summary>
/// The cells of a row as a JSON list, which any client of the table can read: numbers in the shortest form that reads back to the same bits (what JSON has no
/// number for as text), texts, null where missing.
/// </summary>
internal static class FeatureCells
{
    /// <summary>The feature columns of a file, in order.</summary>
    public static IReadOnlyList<Column> Features(Table table, ParquetDetails details) =>
        [.. table.Columns.Where(c => details.Find(c.Name)?.Role == FeatureFileStep.FeatureRole)];

    /// <summary>The id column of a file.</summary>
    public static Column Ids(Table table, ParquetDetails details) =>
        table.Columns.First(c => details.Find(c.Name)?.Role == FeatureFileStep.IdRole);

    public static string Write(IReadOnlyList<Column> columns, int row)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            writer.WriteStartArray();
            foreach (var column in columns)
            {
                if (column.IsMissing(row))
                {
                    writer.WriteNullValue();
                }
                else if (column is NumberColumn numbers)
                {
                    var text = numbers.Values[row].ToString("R", CultureInfo.InvariantCulture);
                    if (double.IsFinite(numbers.Values[row]))
                    {
                        writer.WriteRawValue(text, skipInputValidation: true);
                    }
                    else
                    {
                        writer.WriteStringValue(text);
                    }
                }
                else
                {
                    writer.WriteStringValue(column.Text(row));
                }
            }

            writer.WriteEndArray();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <exception cref="InvalidDataException">It does not fit the columns: somebody has changed it.</exception>
    public static IReadOnlyList<object?> Read(string json, IReadOnlyList<FeatureColumn> columns)
    {
        using var document = JsonDocument.Parse(json);
        if (document.RootElement.ValueKind != JsonValueKind.Array || document.RootElement.GetArrayLength() != columns.Count)
        {
            throw new InvalidDataException($"A stored row has not the {columns.Count} cells that its columns ask for.");
        }

        return
        [
            .. document.RootElement.EnumerateArray().Select((cell, at) => (cell.ValueKind, columns[at].Kind) switch
            {
                (JsonValueKind.Null, _) => (object?)null,
                (JsonValueKind.Number, not ColumnKind.Text) => double.Parse(cell.GetRawText(), CultureInfo.InvariantCulture),
                (JsonValueKind.String, ColumnKind.Text) => cell.GetString(),
                (JsonValueKind.String, _) => double.Parse(cell.GetString()!, CultureInfo.InvariantCulture),
                _ => throw new InvalidDataException($"The stored cell of '{columns[at].Name}' is a {cell.ValueKind}."),
            }),
        ];
    }
}
