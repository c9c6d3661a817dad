using System.Text.Json;
using Parquet;
using Parquet.Schema;

namespace MlOps.Tabular;

/// <summary>
/// Tables as Apache Parquet, which pandas, DuckDB, Spark and Power BI read. Same table and details, same bytes: row groups of <see cref="RowsInGroup"/> rows,
/// Snappy, no time of writing. The footer's key-value metadata has the details; <c>mlops.columns</c> is a JSON list with kind, role, unit and description of
/// each column.
/// </summary>
public static class ParquetFile
{
    /// <summary>Rows of a row group: what a writer holds at a time beside the table.</summary>
    public const int RowsInGroup = 65_536;

    private const string ColumnsKey = "mlops.columns";

    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Converters = { new System.Text.Json.Serialization.JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    private static readonly ParquetOptions Options = new()
    {
        CompressionMethod = CompressionMethod.Snappy,
        DictionaryEncodingThreshold = 0.5,
        DictionaryEncodingSampleSize = 4096,
    };

    /// <summary>Writes a table.</summary>
    /// <param name="stream">Written forwards from its current position; stays open.</param>
    /// <param name="table">The table; it needs a column.</param>
    /// <param name="details">What is told of it; columns that the table lacks are left out.</param>
    /// <exception cref="ArgumentException">The table has no column, or cells of a required one are missing.</exception>
    public static void Write(Stream stream, Table table, ParquetDetails details)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(table);
        ArgumentNullException.ThrowIfNull(details);
        if (table.Columns.Count == 0)
        {
            throw new ArgumentException("A Parquet file needs a column.", nameof(table));
        }

        // Everything below is done at once: the stream is written without waiting.
        WriteAsync(stream, table, details).GetAwaiter().GetResult();
    }

    /// <summary>Reads a file that <see cref="Write"/> wrote, or another that has plain columns of these types.</summary>
    /// <param name="stream">Seekable; stays open.</param>
    /// <returns>The table, whose rows have no lines, and what is told of it.</returns>
    /// <exception cref="InvalidDataException">It is no Parquet file, it was damaged, or a column has a type that is not understood.</exception>
    public static (Table Table, ParquetDetails Details) Read(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        try
        {
            return ReadAsync(stream).GetAwaiter().GetResult();
        }
        catch (Exception e) when (e is not (InvalidDataException or OutOfMemoryException))
        {
            throw new InvalidDataException($"This is no Parquet file that can be read: {e.Message}", e);
        }
    }

    private static async Task WriteAsync(Stream stream, Table table, ParquetDetails details)
    {
        var told = table.Columns.Select(c => (details.Find(c.Name) ?? new ParquetColumn(c.Name)) with { Kind = c.Kind }).ToList();
        var cells = table.Columns.Select((c, i) => ParquetCells.Of(c, told[i])).ToList();
        var facts = new SortedDictionary<string, string>(details.Facts.ToDictionary(f => f.Key, f => f.Value), StringComparer.Ordinal)
        {
            [ColumnsKey] = JsonSerializer.Serialize(told, Json),
        };
        await using var writer = await ParquetWriter.CreateAsync(new ParquetSchema(cells.Select(c => c.Field)), new ForwardStream(stream), Options);
        writer.CustomMetadata = facts;
        for (var from = 0; from < table.RowCount; from += RowsInGroup)
        {
            using var group = writer.CreateRowGroup();
            foreach (var column in cells)
            {
                await column.WriteAsync(group, from, Math.Min(RowsInGroup, table.RowCount - from));
            }
        }
    }

    private static async Task<(Table Table, ParquetDetails Details)> ReadAsync(Stream stream)
    {
        await using var reader = await ParquetReader.CreateAsync(stream, leaveStreamOpen: true);
        var facts = new SortedDictionary<string, string>(reader.CustomMetadata, StringComparer.Ordinal);
        var told = facts.Remove(ColumnsKey, out var json) ? JsonSerializer.Deserialize<List<ParquetColumn>>(json, Json)! : [];
        var details = new ParquetDetails { Columns = told, Facts = facts };
        var columns = new List<ReadColumn>();
        foreach (var field in reader.Schema.Fields)
        {
            columns.Add(field is DataField { IsArray: false } data
                ? ReadColumn.Of(data, details.Find(data.Name)?.Kind)
                : throw new InvalidDataException($"Column '{field.Name}' is nested; only plain columns are read."));
        }

        for (var number = 0; number < reader.RowGroupCount; number++)
        {
            using var group = reader.OpenRowGroupReader(number);
            foreach (var column in columns)
            {
                await column.ReadAsync(group);
            }
        }

        return (new Table([.. columns.Select(c => c.End())]), details);
    }
}
