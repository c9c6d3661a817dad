using System.Text.Json;

namespace MlOps.Durable;

/// <summary>Turns inputs, results, payloads and statuses into text and back.</summary>
public abstract class DataConverter
{
    /// <summary>The text of a value; <see langword="null"/> for <see langword="null"/>.</summary>
    /// <param name="value">The value.</param>
    public abstract string? Serialize(object? value);

    /// <summary>The value of a text.</summary>
    /// <param name="data">The text; absent or empty gives the type's default.</param>
    /// <param name="targetType">The type.</param>
    public abstract object? Deserialize(string? data, Type targetType);

    /// <summary>The value of a text.</summary>
    /// <typeparam name="T">The type.</typeparam>
    /// <param name="data">The text; absent or empty gives the type's default.</param>
    public virtual T? Deserialize<T>(string? data) => (T?)Deserialize(data, typeof(T));
}

/// <summary>JSON by System.Text.Json, fields included: the SDK's default.</summary>
public sealed class JsonDataConverter : DataConverter
{
    private static readonly JsonSerializerOptions Options = new() { IncludeFields = true };

    /// <summary>The one converter.</summary>
    public static JsonDataConverter Default { get; } = new();

    /// <inheritdoc/>
    public override string? Serialize(object? value) => value is null ? null : JsonSerializer.Serialize(value, value.GetType(), Options);

    /// <inheritdoc/>
    public override object? Deserialize(string? data, Type targetType)
    {
        ArgumentNullException.ThrowIfNull(targetType);
        if (string.IsNullOrEmpty(data))
        {
            return targetType.IsValueType ? Activator.CreateInstance(targetType) : null;
        }

        return JsonSerializer.Deserialize(data, targetType, Options);
    }
}
