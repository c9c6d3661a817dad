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
