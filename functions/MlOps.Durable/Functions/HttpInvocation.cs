using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace MlOps.Durable.Functions;

/// <summary>A request to an HTTP trigger that the host does not forward but hands over as JSON, after it has checked the caller's key.</summary>
/// <param name="Method">The method.</param>
/// <param name="Url">The address that the caller used.</param>
/// <param name="Headers">The headers.</param>
/// <param name="Body">The body; empty for none.</param>
public sealed record HttpInvocation(string Method, Uri Url, IReadOnlyDictionary<string, IReadOnlyList<string>> Headers, ReadOnlyMemory<byte> Body)
{
    /// <summary>Reads it (functions-custom-handler, section 7.3).</summary>
    /// <param name="request">What the trigger's binding holds.</param>
    /// <exception cref="FormatException">It is no request.</exception>
    internal static HttpInvocation Read(JsonNode? request)
    {
        if ((string?)request?["Method"] is not { } method || !Uri.TryCreate((string?)request["Url"], UriKind.Absolute, out var url))
        {
            throw new FormatException($"Data.{Bindings.Request} holds no request.");
        }

        var headers = new Dictionary<string, IReadOnlyList<string>>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, values) in request["Headers"] as JsonObject ?? [])
        {
            headers[name] = values is JsonArray many ? [.. many.Select(value => (string)value!)] : [(string)values!];
        }

        return new HttpInvocation(method, url, headers, Bytes(request["Body"], headers));
    }

    private static ReadOnlyMemory<byte> Bytes(JsonNode? body, Dictionary<string, IReadOnlyList<string>> headers)
    {
        if (body is null)
        {
            return default;
        }

        if (body.GetValueKind() != JsonValueKind.String)
        {
            return Encoding.UTF8.GetBytes(body.ToJsonString());
        }

        var type = headers.GetValueOrDefault("Content-Type")?.FirstOrDefault() ?? "";
        var isBinary = type.StartsWith("application/octet-stream", StringComparison.OrdinalIgnoreCase) || type.StartsWith("multipart/", StringComparison.OrdinalIgnoreCase);
        return isBinary ? Convert.FromBase64String((string)body!) : Encoding.UTF8.GetBytes((string)body!);
    }
}

/// <summary>The answer to it. Its body is a text: the host's JSON has no other form for one.</summary>
/// <param name="StatusCode">HTTP status.</param>
/// <param name="Headers">Headers.</param>
/// <param name="Body">Body.</param>
public sealed record HttpInvocationAnswer(int StatusCode, IReadOnlyDictionary<string, string> Headers, string Body);
