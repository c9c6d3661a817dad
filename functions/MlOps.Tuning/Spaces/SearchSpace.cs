using System.Text.Json;
using System.Text.Json.Serialization;

namespace MlOps.Tuning;

/// <summary>The parameters to search, in the order in which they are suggested. In JSON it is the list of them.</summary>
[JsonConverter(typeof(SearchSpaceConverter))]
public sealed class SearchSpace : IEquatable<SearchSpace>
{
    /// <summary>A space of one or more parameters.</summary>
    /// <param name="parameters">The dimensions; each name once.</param>
    /// <exception cref="ArgumentException">There is none, or a name is given twice.</exception>
    public SearchSpace(params IReadOnlyList<SearchParameter> parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        if (parameters.Count == 0)
        {
            throw new ArgumentException("A search space needs at least one parameter.", nameof(parameters));
        }

        var twice = parameters.GroupBy(p => p.Name).FirstOrDefault(g => g.Count() > 1);
        if (twice is not null)
        {
            throw new ArgumentException($"The parameter {twice.Key} is in the search space twice; name each parameter once.", nameof(parameters));
        }

        Parameters = [.. parameters];
    }

    /// <summary>The dimensions, in order of suggestion.</summary>
    public IReadOnlyList<SearchParameter> Parameters { get; }

    /// <summary>The dimension of this name, or null.</summary>
    public SearchParameter? Find(string name) => Parameters.FirstOrDefault(p => p.Name == name);

    /// <summary>Whether the set has a value within every dimension.</summary>
    public bool Contains(ParameterSet parameters) =>
        Parameters.All(p => parameters.TryGet(p.Name, out var value) && p.Contains(value));

    /// <summary>Same dimensions in the same order.</summary>
    public bool Equals(SearchSpace? other) => other is not null && Parameters.SequenceEqual(other.Parameters);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as SearchSpace);

    /// <inheritdoc/>
    public override int GetHashCode() => Parameters.Aggregate(0, HashCode.Combine);
}

internal sealed class SearchSpaceConverter : JsonConverter<SearchSpace>
{
    public override SearchSpace Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        new(JsonSerializer.Deserialize<List<SearchParameter>>(ref reader, options) ?? throw new JsonException("A search space is a list of parameters."));

    public override void Write(Utf8JsonWriter writer, SearchSpace value, JsonSerializerOptions options) =>
        JsonSerializer.Serialize(writer, value.Parameters, options);
}
