using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace MlOps.Tuning;

/// <summary>
/// The parameters of one trial by name, in the order in which they were suggested. Two sets are equal when they hold the
/// same values under the same names, in any order. In JSON it is one object.
/// </summary>
[JsonConverter(typeof(ParameterSetConverter))]
public sealed class ParameterSet : IReadOnlyList<KeyValuePair<string, ParameterValue>>, IEquatable<ParameterSet>
{
    private readonly KeyValuePair<string, ParameterValue>[] _values;

    /// <summary>A set of named values.</summary>
    /// <param name="values">Names and values; each name once.</param>
    /// <exception cref="ArgumentException">A name is given twice or is empty.</exception>
    public ParameterSet(IEnumerable<KeyValuePair<string, ParameterValue>> values)
    {
        _values = [.. values];
        for (var i = 0; i < _values.Length; i++)
        {
            ArgumentException.ThrowIfNullOrEmpty(_values[i].Key);
            if (Find(_values[i].Key) != i)
            {
                throw new ArgumentException($"The parameter {_values[i].Key} is given twice; name each parameter once.", nameof(values));
            }
        }
    }

    /// <summary>The set without any parameter.</summary>
    public static ParameterSet Empty { get; } = new([]);

    /// <inheritdoc/>
    public int Count => _values.Length;

    /// <inheritdoc/>
    public KeyValuePair<string, ParameterValue> this[int index] => _values[index];

    /// <summary>The value of a parameter.</summary>
    /// <exception cref="KeyNotFoundException">The set has no parameter of this name.</exception>
    public ParameterValue this[string name] =>
        TryGet(name, out var value) ? value : throw new KeyNotFoundException($"There is no parameter {name} in this set; it has {string.Join(", ", _values.Select(v => v.Key))}.");

    /// <summary>The value of a parameter, where the set has it.</summary>
    public bool TryGet(string name, out ParameterValue value)
    {
        var index = Find(name);
        value = index < 0 ? default : _values[index].Value;
        return index >= 0;
    }

    /// <summary>Whether the other set holds the same names with the same values.</summary>
    public bool Equals([NotNullWhen(true)] ParameterSet? other) =>
        other is not null && Count == other.Count && _values.All(v => other.TryGet(v.Key, out var value) && value == v.Value);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as ParameterSet);

    /// <inheritdoc/>
    public override int GetHashCode() => _values.Aggregate(Count, (hash, v) => hash ^ HashCode.Combine(v.Key, v.Value));

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<string, ParameterValue>> GetEnumerator() => ((IEnumerable<KeyValuePair<string, ParameterValue>>)_values).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => _values.GetEnumerator();

    /// <summary>The set as <c>name=value</c> pairs, for a log line.</summary>
    public override string ToString() => string.Join(' ', _values.Select(v => $"{v.Key}={v.Value}"));

    private int Find(string name)
    {
        for (var i = 0; i < _values.Length; i++)
        {
            if (_values[i].Key == name)
            {
                return i;
            }
        }

        return -1;
    }
}

internal sealed class ParameterSetConverter : JsonConverter<ParameterSet>
{
    private static readonly ParameterValueConverter Values = new();

    public override ParameterSet Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw new JsonException($"Parameters are an object of names and values, not {reader.TokenType}.");
        }

        var values = new List<KeyValuePair<string, ParameterValue>>();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString()!;
            reader.Read();
            values.Add(new(name, Values.Read(ref reader, typeof(ParameterValue), options)));
        }

        return new ParameterSet(values);
    }

    public override void Write(Utf8JsonWriter writer, ParameterSet value, JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        foreach (var (name, item) in value)
        {
            writer.WritePropertyName(name);
            Values.Write(writer, item, options);
        }

        writer.WriteEndObject();
    }
}
