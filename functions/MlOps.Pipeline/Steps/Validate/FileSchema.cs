using System.Text.Json;
using MlOps.Pipeline.Artifacts;
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
}

/// <summary>One column that the pipeline uses.</summary>
/// <param name="Name">Name as the history's header spells it.</param>
/// <param name="Kind">Kind of its cells.</param>
/// <param name="Role">What it is for.</param>
/// <param name="Minimum">Least number in the history, for numbers.</param>
/// <param name="Maximum">Greatest number in the history, for numbers.</param>
public sealed record SchemaColumn(string Name, ColumnKind Kind, ColumnRole Role, double? Minimum = null, double? Maximum = null);

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
    public static FileSchema Load(Stream stream) => JsonSerializer.Deserialize<FileSchema>(stream, ArtifactJson.Compact)!;
}
