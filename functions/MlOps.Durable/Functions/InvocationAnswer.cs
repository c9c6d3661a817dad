using System.Text.Encodings.Web;
using System.Text.Json;

namespace MlOps.Durable.Functions;

/// <summary>
/// What goes back to the host. Never empty: an empty body, or <c>null</c>, leaves the invocation hanging until the
/// function's time-out.
/// </summary>
/// <param name="StatusCode">HTTP status: 200, or 500 where the host shall deliver again or record a failure.</param>
/// <param name="Body">JSON, UTF-8.</param>
public sealed record InvocationAnswer(int StatusCode, ReadOnlyMemory<byte> Body)
{
    /// <summary>The media type; any other would fail the invocation.</summary>
    public const string ContentType = "application/json";

    // Base64 and JSON texts as they are: the escapes of the default encoder would be right too, only longer.
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>A success.</summary>
    /// <param name="returnValue">The return value as a text; <see langword="null"/>: none.</param>
    /// <param name="logs">Lines for the invocation's log.</param>
    public static InvocationAnswer Success(string? returnValue, IEnumerable<string> logs) => new(200, Write(returnValue, logs));

    /// <summary>A failure that the host shall see.</summary>
    /// <param name="logs">Why.</param>
    public static InvocationAnswer Failure(IEnumerable<string> logs) => new(500, Write(null, logs));

    /// <summary>The answer to an HTTP trigger. For the host it is a success whatever its status.</summary>
    /// <param name="answer">The answer.</param>
    /// <param name="logs">Lines for the invocation's log.</param>
    public static InvocationAnswer Http(HttpInvocationAnswer answer, IEnumerable<string> logs)
    {
        ArgumentNullException.ThrowIfNull(answer);
        return new(200, Write(null, logs, answer));
    }

    private static byte[] Write(string? returnValue, IEnumerable<string> logs, HttpInvocationAnswer? http = null)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, Options))
        {
            writer.WriteStartObject();
            writer.WriteStartObject("Outputs");
            if (http is not null)
            {
                writer.WriteStartObject(Bindings.Response);
                writer.WriteNumber("statusCode", http.StatusCode);
                writer.WriteStartObject("headers");
                foreach (var (name, value) in http.Headers)
                {
                    writer.WriteString(name, value);
                }

                writer.WriteEndObject();
                writer.WriteString("body", http.Body);
                writer.WriteEndObject();
            }

            writer.WriteEndObject();
            writer.WriteStartArray("Logs");
            foreach (var line in logs)
            {
                writer.WriteStringValue(line);
            }

            writer.WriteEndArray();
            writer.WriteString("ReturnValue", returnValue);
            writer.WriteEndObject();
        }

        return stream.ToArray();
    }
}
