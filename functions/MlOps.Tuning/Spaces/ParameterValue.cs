using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace MlOps.Tuning;

/// <summary>One value of a parameter: a number for float and int parameters, a text for categorical ones. In JSON it is that number or that string.</summary>
[JsonConverter(typeof(ParameterValueConverter))]
public readonly record struct ParameterValue
{
    private readonly double _number;
    private readonly string? _text;

    /// <summary>A numeric value.</summary>
    /// <param name="number">A finite number.</param>
    public ParameterValue(double number) => _number = number;

    /// <summary>A choice of a categorical parameter.</summary>
    /// <param name="text">The choice as the space spells it.</param>
    public ParameterValue(string text) => _text = text ?? throw new ArgumentNullException(nameof(text));

    /// <summary>Whether this is a choice of a categorical parameter.</summary>
    public bool IsText => _text is not null;

    /// <summary>The number.</summary>
    /// <exception cref="InvalidOperationException">The value is a text.</exception>
    public double Number => _text is null ? _number : throw new InvalidOperationException($"The value \"{_text}\" is a choice, not a number.");

    /// <summary>The number, also where a choice spells one; null otherwise.</summary>
    internal double? AsNumber() => _text is null ? _number
        : double.TryParse(_text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) ? number : null;

    /// <summary>The value as a setting is written: the text itself, or the shortest form of the number that reads back to the same bits.</summary>
    public override string ToString() => _text ?? _number.ToString("R", CultureInfo.InvariantCulture);

    /// <summary>A number as a value.</summary>
    public static implicit operator ParameterValue(double number) => new(number);

    /// <summary>A choice as a value.</summary>
    public static implicit operator ParameterValue(string text) => new(text);
}

internal sealed class ParameterValueConverter : JsonConverter<ParameterValue>
{
    public override ParameterValue Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.TokenType switch
    {
        JsonTokenType.Number => new(reader.GetDouble()),
        JsonTokenType.String => new(reader.GetString()!),
        _ => throw new JsonException($"A parameter value is a number or a string, not {reader.TokenType}."),
    };

    public override void Write(Utf8JsonWriter writer, ParameterValue value, JsonSerializerOptions options)
    {
        if (value.IsText)
        {
            writer.WriteStringValue(value.ToString());
        }
        else
        {
            writer.WriteNumberValue(value.Number);
        }
    }
}
