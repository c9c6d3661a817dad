using System.Text.Json.Serialization;
using MlOps.Pipeline.Wording;
using MlOps.Tabular;

namespace MlOps.Pipeline.Definitions;

/// <summary>What a column means, as the definition says it.</summary>
/// <param name="Column">Name of the column.</param>
/// <param name="Meaning">For people; <see langword="null"/> where only the unit is said.</param>
/// <param name="Unit">Unit of its numbers; <see langword="null"/> for none.</param>
public sealed record ColumnDescription(
    string Column,
    string? Meaning,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Unit = null)
{
    private const int Longest = 2000;

    /// <summary>Reads <c>describe</c>; <see langword="null"/> where the definition has none. Columns that no file has are no error: files come later.</summary>
    internal static IReadOnlyList<ColumnDescription>? Read(YamlMap map)
    {
        if (map.Map("describe") is not { } inner)
        {
            return null;
        }

        var described = new List<ColumnDescription>();
        foreach (var (name, node) in inner.Entries().ToList())
        {
            var settings = node is YamlDotNet.RepresentationModel.YamlMappingNode ? inner.Map(name) : null;
            var one = new ColumnDescription(name.Composed(), settings is null ? inner.Text(name) : settings.Text("meaning"), settings?.Text("unit"));
            settings?.Finish();
            if ((one.Meaning?.Length ?? 0) + (one.Unit?.Length ?? 0) > Longest)
            {
                inner.Error(node, Sentence.Of("definition-describe-long", ("column", one.Column), ("most", Longest)));
            }

            described.Add(one);
        }

        return described.Count == 0 ? null : described;
    }
}
