using System.Security.Cryptography;
using System.Text.Json;

namespace MlOps.Storage;

/// <summary>SHA-256 as this product writes it: 64 lower-case hexadecimal digits.</summary>
public static class ContentHash
{
    /// <summary>Hash of bytes.</summary>
    /// <param name="bytes">The bytes.</param>
    public static string Of(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    /// <summary>Hash of a stream from its position to its end.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="cancellation">Stops the reading.</param>
    public static async Task<string> OfAsync(Stream stream, CancellationToken cancellation = default) =>
        Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, cancellation));

    /// <summary>Hash of a value's JSON text (compact, members in order of declaration).</summary>
    /// <typeparam name="T">Type whose members are written.</typeparam>
    /// <param name="value">The value.</param>
    public static string OfJson<T>(T value) => Of(JsonSerializer.SerializeToUtf8Bytes(value, ArtifactJson.Compact));

    /// <summary>Whether a text has the form of a hash.</summary>
    /// <param name="text">The text.</param>
    public static bool IsHash(string? text) => text is { Length: 64 } && text.All(char.IsAsciiHexDigitLower);
}
