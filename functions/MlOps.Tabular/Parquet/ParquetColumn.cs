using System.Text.Json.Serialization;

namespace MlOps.Tabular;

/// <summary>What is told of a column beside its cells.</summary>
/// <param name="Name">The column's name.</param>
public sealed record ParquetColumn(string Name)
{
    /// <summary>What its cells are; filled in by <see cref="ParquetFile.Write"/>.</summary>
    public ColumnKind? Kind { get; init; }

    /// <summary>What the column is for, such as <c>id</c> or <c>feature</c>; <see langword="null"/> where it is not said.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Role { get; init; }

    /// <summary>Unit of its numbers; <see langword="null"/> for none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Unit { get; init; }

    /// <summary>What it means, for people; <see langword="null"/> where nobody said.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Description { get; init; }

    /// <summary>Whether every row has a value: the file's own schema then says <c>required</c>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Required { get; init; }

    /// <summary>Whether its numbers are whole: they are then written as INT64 and not as DOUBLE.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Whole { get; init; }
}

/// <summary>What a file tells beside its cells.</summary>
public sealed record ParquetDetails
{
    /// <summary>What is told of columns, by no particular order; columns that are not named are told by kind alone.</summary>
    public IReadOnlyList<ParquetColumn> Columns { get; init; } = [];

    /// <summary>What is told of the file: the key-value metadata of its footer, but for <c>mlops.columns</c>, which is made of <see cref="Columns"/>.</summary>
    public IReadOnlyDictionary<string, string> Facts { get; init; } = new Dictionary<string, string>();

    /// <summary>What is told of a column; <see langword="null"/> where nothing is.</summary>
    /// <param name="name">Name of the column.</param>
    public ParquetColumn? Find(string name) => Columns.FirstOrDefault(c => c.Name == name);
}
