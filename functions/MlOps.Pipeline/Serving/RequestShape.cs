using MlOps.Pipeline.Definitions;
using MlOps.Pipeline.Steps.Validate;
using MlOps.Tabular;

namespace MlOps.Pipeline.Serving;

/// <summary>
/// What is asked of a request's rows, from what is asked of a file: the features as in the schema; the label is never looked at,
/// the id may be absent and may repeat, and no row may be set aside, because each has its answer.
/// </summary>
internal sealed class RequestShape
{
    private readonly string? _id;

    public RequestShape(PipelineDefinition definition, FileSchema schema, ScoringBody body)
    {
        _id = definition.Id is { } id && body.Header(definition.Csv, schema.Delimiter).Contains(id, StringComparer.Ordinal) ? id : null;
        Definition = definition with
        {
            Id = null,
            Quarantine = 0,
            Csv = body.Format(definition.Csv),
            Exclude = [.. definition.Exclude, definition.Label, .. definition.Id is { } unused ? [unused] : Array.Empty<string>()],
        };
        Schema = schema with
        {
            Delimiter = body.Delimiter ?? schema.Delimiter,
            Columns =
            [
                .. _id is null ? [] : new[] { new SchemaColumn(_id, ColumnKind.Text, ColumnRole.Id) },
                .. schema.Columns.Where(c => c.Role == ColumnRole.Feature),
            ],
        };
    }

    public PipelineDefinition Definition { get; }

    public FileSchema Schema { get; }

    /// <summary>Ids as the request gives them; without an id column the number of the row, from 1, as in a file.</summary>
    public Column Ids(Table table) => _id is not null
        ? table[_id]
        : new NumberColumn("row", [.. Enumerable.Range(1, table.RowCount).Select(i => (double)i)]);
}
