using System.Text.Json;
using System.Text.Json.Serialization;

namespace MlOps.Tabular;

/// <summary>What files of a kind look like: learned from history, kept as JSON that a person may edit.</summary>
/// <param name="Rows">Rows that it was learned from.</param>
/// <param name="Id">Name of the id column, whose values may not repeat; if there is one.</param>
/// <param name="Label">Name of the label column, which a file may lack; if there is one.</param>
/// <param name="Columns">The columns in their usual order.</param>
public sealed record TableSchema(long Rows, string? Id, string? Label, IReadOnlyList<ColumnSchema> Columns)
{
    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        WriteIndented = true,
        NewLine = "\n",
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        ReadCommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
    };

    /// <summary>How far beyond the learned range a number may lie before it is reported, as a share of the range's width; default 0.25.</summary>
    public double RangeMargin { get; init; } = 0.25;

    /// <summary>By how much the share of missing cells of a column may change before it is reported; default 0.1.</summary>
    public double MissingRateMargin { get; init; } = 0.1;

    /// <summary>Levels of findings by rule where they differ from <see cref="SchemaRules.DefaultLevel"/>.</summary>
    public IReadOnlyDictionary<string, FindingLevel> Levels { get; init; } = new Dictionary<string, FindingLevel>(StringComparer.Ordinal);

    /// <summary>Learns from the rows of history.</summary>
    /// <param name="history">One row at least.</param>
    /// <param name="id">Name of the id column.</param>
    /// <param name="label">Name of the label column.</param>
    public static TableSchema Learn(Table history, string? id = null, string? label = null)
    {
        ArgumentNullException.ThrowIfNull(history);
        return new TableSchema(history.RowCount, id, label, [.. history.Columns.Select(ColumnSchema.Learn)]);
    }

    /// <summary>As indented JSON; the same schema gives the same bytes.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, Json) + "\n";

    /// <summary>Reads what <see cref="ToJson"/> wrote, perhaps edited.</summary>
    /// <param name="json">The text; comments and trailing commas are allowed.</param>
    /// <exception cref="FormatException">Not a schema; the message names the line and the member.</exception>
    public static TableSchema Parse(string json)
    {
        try
        {
            var schema = JsonSerializer.Deserialize<TableSchema>(json, Json);
            if (schema?.Columns is null || schema.Columns.Any(c => c?.Name is null || c.Type is null))
            {
                throw new FormatException("The schema lacks 'columns', or a column lacks its 'name' or 'type'.");
            }

            return schema;
        }
        catch (JsonException problem)
        {
            throw new FormatException($"The schema cannot be read at line {problem.LineNumber + 1}, {problem.Path}: {problem.Message}", problem);
        }
    }
}
