using MlOps.Pipeline.Artifacts;
using MlOps.Pipeline.Definitions;
using MlOps.Pipeline.Wording;
using MlOps.Tabular;

namespace MlOps.Pipeline.Steps.Validate;

/// <summary>Holds the values of a file against the schema that was learned from the history (or edited by a person), at the definition's levels.</summary>
internal static class SchemaCheck
{
    // Said of the header, before the columns are chosen.
    private static readonly string[] OfTheHeader =
        [SchemaRules.MissingColumn, SchemaRules.AddedColumn, SchemaRules.RenamedColumn, SchemaRules.RetypedColumn, SchemaRules.ReorderedColumns];

    /// <summary>Learns what a history looks like. Ranges have no margin: what lies outside is only a warning, unless the definition says otherwise.</summary>
    public static TableSchema Learn(Table table, PipelineDefinition definition) =>
        WithoutDates(TableSchema.Learn(WithoutTime(WithoutGroup(table, definition), definition), definition.Id, definition.Label) with { RangeMargin = 0 });

    // Time goes on: later dates are what every period has.
    private static TableSchema WithoutDates(TableSchema schema) =>
        schema with { Columns = [.. schema.Columns.Select(c => c.Type == "date" ? c with { Min = null, Max = null } : c)] };

    // Names of groups are new in every file.
    private static Table WithoutGroup(Table table, PipelineDefinition definition) =>
        definition.Split.Group is { } group && definition.Features?.Contains(group, StringComparer.Ordinal) != true
            ? new Table([.. table.Columns.Where(c => c.Name != group)], table.LineNumbers, table.RowCount)
            : table;

    // Nor is what says of when a row is ever the same again.
    private static Table WithoutTime(Table table, PipelineDefinition definition) =>
        definition.TimeIsNoFeature ? new Table([.. table.Columns.Where(c => c.Name != definition.Time!.Column)], table.LineNumbers, table.RowCount) : table;

    /// <summary>The history's ranges alone, which is all that single requests are held against: a few rows say nothing of shares or constant columns.</summary>
    public static TableSchema RangesOf(FileSchema schema) => new(
        schema.Rows, null, null,
        [.. schema.Columns.Where(c => c.Minimum is not null).Select(c => new ColumnSchema(c.Name, "number") { Min = c.Minimum, Max = c.Maximum })])
    {
        RangeMargin = 0,
        Levels = new[] { SchemaRules.MissingRate, SchemaRules.MissingValue, SchemaRules.ConstantColumn, SchemaRules.DuplicateRow }
            .ToDictionary(rule => rule, _ => FindingLevel.Ignore, StringComparer.Ordinal),
    };

    /// <summary>Adds the findings.</summary>
    /// <param name="table">The used columns.</param>
    /// <param name="schema">Schema of the history, or of the file itself.</param>
    /// <param name="definition">Levels.</param>
    /// <param name="otherIds">Ids of the history with the name of their file; <see langword="null"/> for the history itself.</param>
    /// <param name="columnOf">Place of a column in the file, from 1.</param>
    /// <param name="errors">Receives errors.</param>
    /// <param name="warnings">Receives warnings.</param>
    public static void Check(
        Table table, TableSchema schema, PipelineDefinition definition, IReadOnlyDictionary<string, string>? otherIds, Func<string, int> columnOf,
        FindingList errors, FindingList warnings)
    {
        // The schema's own levels are those that its editor wrote; the definition's come first.
        var findings = (schema with { Levels = Levels(schema, definition) }).Validate(table, otherIds);
        foreach (var finding in findings.Where(f => !OfTheHeader.Contains(f.Rule, StringComparer.Ordinal)))
        {
            (finding.Level == FindingLevel.Error ? errors : warnings).Add(new Finding(
                finding.Rule, finding.Line, finding.Column is null ? 0 : columnOf(finding.Column), finding.Column, finding.Message, null,
                finding.Remark is { } remark ? Sentence.Of(remark) : null));
        }
    }

    private static Dictionary<string, FindingLevel> Levels(TableSchema schema, PipelineDefinition definition)
    {
        var levels = new Dictionary<string, FindingLevel>(StringComparer.Ordinal)
        {
            // Late labels and corrections bring ids again; which row counts is decided when the history is joined.
            [SchemaRules.DuplicateId] = FindingLevel.Warning,
        };
        foreach (var (rule, level) in schema.Levels.Concat(definition.Schema.Levels))
        {
            levels[rule] = level;
        }

        return levels;
    }
}
