using System.Text.Json;
using System.Text.Json.Serialization;
using MlOps.Storage;
using MlOps.Tabular;

namespace MlOps.Pipeline.Steps.Validate;

/// <summary>What a column is for.</summary>
public enum ColumnRole
{
    /// <summary>The row's id.</summary>
    Id,

    /// <summary>What is predicted.</summary>
    Label,

    /// <summary>What it is predicted from.</summary>
    Feature,

    /// <summary>Tells groups apart: those that are to be treated alike, or whose rows are learned from together or not at all. No model sees it.</summary>
    Group,

    /// <summary>Says of when a row is. No model sees it.</summary>
    Time,
}

/// <summary>One column that the pipeline uses.</summary>
/// <param name="Name">Name as the history's header spells it.</param>
/// <param name="Kind">Kind of its cells.</param>
/// <param name="Role">What it is for.</param>
/// <param name="Minimum">Least number in the history, for numbers.</param>
/// <param name="Maximum">Greatest number in the history, for numbers.</param>
/// <param name="Decimal">Decimal mark, where its numbers are not written plainly.</param>
/// <param name="Thousands">Thousands mark, where its numbers have one.</param>
/// <param name="Dates">Order of its dates, for dates.</param>
/// <param name="Truth">How the history writes false and true, for truth values, or no and yes, for answers.</param>
/// <param name="Unit">Unit that the history writes its numbers with; <see langword="null"/> for none.</param>
/// <param name="Times">Whether its numbers are times such as 13:45, in minutes; <see langword="null"/> where they are not.</param>
public sealed record SchemaColumn(
    string Name, ColumnKind Kind, ColumnRole Role, double? Minimum = null, double? Maximum = null,
    char? Decimal = null, char? Thousands = null, DateOrder? Dates = null, IReadOnlyList<string>? Truth = null, string? Unit = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] bool? Times = null)
{
    /// <summary>How the reader is to take its cells; <see langword="null"/> for the plain way.</summary>
    internal ColumnFormat? Format =>
        Times is true ? new ColumnFormat { Numbers = new NumberNotation(Signs: false, Times: true) }
        : Decimal is { } mark ? new ColumnFormat { Numbers = new NumberNotation(mark, Thousands) }
        : Dates is { } order ? new ColumnFormat { Dates = order }
        : null;
}

/// <summary>What later files must look like; learned from <c>initial.csv</c> and stored as <c>schema.json</c>.</summary>
/// <param name="Columns">Used columns in the order of the history's header.</param>
/// <param name="LabelClasses">The label's classes, negative first; <see langword="null"/> for a regression.</param>
/// <param name="Delimiter">Delimiter of the file.</param>
/// <param name="Rows">Rows of the file.</param>
public sealed record FileSchema(IReadOnlyList<SchemaColumn> Columns, IReadOnlyList<string>? LabelClasses, char Delimiter, long Rows)
{
    /// <summary>Names of the feature columns, in order.</summary>
    public IReadOnlyList<string> Features() => [.. Columns.Where(c => c.Role == ColumnRole.Feature).Select(c => c.Name)];

    /// <summary>Writes the schema as JSON.</summary>
    /// <param name="stream">Target.</param>
    public void Save(Stream stream) => JsonSerializer.Serialize(stream, this, ArtifactJson.Indented);

    /// <summary>Reads what <see cref="Save"/> wrote.</summary>
    /// <param name="stream">Source.</param>
    public static FileSchema Load(Stream stream)
    {
        var schema = JsonSerializer.Deserialize<FileSchema>(stream, ArtifactJson.Compact)!;
        // Schemas of before names were composed.
        return schema with { Columns = [.. schema.Columns.Select(c => c with { Name = c.Name.Composed() })] };
    }
}
