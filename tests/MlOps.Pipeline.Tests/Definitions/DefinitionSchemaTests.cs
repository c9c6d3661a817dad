using System.Text.Json;
using System.Text.RegularExpressions;
using MlOps.Pipeline.Definitions;
using MlOps.Testing;

namespace MlOps.Pipeline.Tests.Definitions;

/// <summary>The schema that editors use must know exactly the settings that the reader knows.</summary>
public sealed class DefinitionSchemaTests
{
    [Fact]
    public void The_schema_has_every_setting_of_the_reader_and_no_other() =>
        Assert.Equal(Known("zzzzzzzzzzzzzzzzzzzz: 1"), Properties(Schema()));

    [Theory]
    [InlineData("csv")]
    [InlineData("split")]
    [InlineData("validation")]
    [InlineData("output")]
    [InlineData("notify")]
    [InlineData("missing")]
    [InlineData("tune")]
    [InlineData("promote")]
    public void So_has_each_part(string part)
    {
        var schema = Schema().GetProperty("properties").GetProperty(part);
        if (schema.TryGetProperty("oneOf", out var choices))
        {
            schema = choices.EnumerateArray().Single(c => c.TryGetProperty("properties", out _));
        }

        Assert.Equal(Known(part + ": {zzzzzzzzzzzzzzzzzzzz: 1}"), Properties(schema));
    }

    [Fact]
    public void The_readme_s_table_has_a_row_for_every_key_of_the_schema_and_for_no_other()
    {
        var rows = Regex.Matches(File.ReadAllText(Path.Combine(Shared.Repository, "functions", "MlOps.Pipeline", "Definitions", "README.md")), @"(?m)^\| `(?<key>[a-z_.]+)` \|")
            .Select(row => row.Groups["key"].Value);
        Assert.Equal(Keys(Schema(), Schema(), "").Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal), rows.Order(StringComparer.Ordinal));
    }

    // Names of all settings with those above them, whichever of several forms has them.
    private static IEnumerable<string> Keys(JsonElement root, JsonElement schema, string above)
    {
        if (schema.ValueKind != JsonValueKind.Object)
        {
            yield break;
        }

        if (schema.TryGetProperty("$ref", out var reference))
        {
            var target = reference.GetString()!.TrimStart('#', '/').Split('/').Aggregate(root, (at, name) => at.GetProperty(name));
            foreach (var key in Keys(root, target, above))
            {
                yield return key;
            }
        }

        if (schema.TryGetProperty("properties", out var properties))
        {
            foreach (var property in properties.EnumerateObject())
            {
                yield return above + property.Name;
                foreach (var key in Keys(root, property.Value, above + property.Name + "."))
                {
                    yield return key;
                }
            }
        }

        foreach (var form in new[] { "oneOf", "anyOf" }.Where(name => schema.TryGetProperty(name, out _)).SelectMany(name => schema.GetProperty(name).EnumerateArray()))
        {
            foreach (var key in Keys(root, form, above))
            {
                yield return key;
            }
        }
    }

    // The message for an unknown setting lists those that are known.
    private static string[] Known(string yaml)
    {
        var error = Assert.Throws<DefinitionException>(() => PipelineDefinition.Parse("label: y\n" + yaml, "p.yaml"));
        var list = Regex.Match(error.Message, "Known here: (?<names>.*)\\.", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1)).Groups["names"].Value;
        return [.. list.Split(", ").Order(StringComparer.Ordinal)];
    }

    private static string[] Properties(JsonElement schema) =>
        [.. schema.GetProperty("properties").EnumerateObject().Select(p => p.Name).Order(StringComparer.Ordinal)];

    private static JsonElement Schema() => JsonDocument.Parse(File.ReadAllText(
        Path.Combine(Shared.Repository, "functions", "MlOps.Pipeline", "Definitions", "definition.schema.json"))).RootElement;
}
