using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace MlOps.HostDouble;

/// <summary>Bodies of invocations, encoded as functions-custom-handler section 6.1 has it, and what section 6.3 makes of answers.</summary>
internal static class InvocationBodies
{
    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static byte[] Orchestrator(string function, byte[] request) =>
        Body(function, new JsonObject { ["contextTrigger"] = Text(JsonValue.Create(Convert.ToBase64String(request))) }, []);

    public static byte[] Activity(string function, string instanceId, string? input, string client)
    {
        // Without an input the host writes null; with one, its JSON text, compacted, as a text.
        var compact = input is null ? null : JsonNode.Parse(input)?.ToJsonString(Plain);
        var metadata = new JsonObject { ["instanceId"] = Text(JsonValue.Create(instanceId)) };
        if (compact is not null)
        {
            var parsed = JsonNode.Parse(compact);
            metadata["data"] = parsed is JsonObject ? parsed.DeepClone() : Text(parsed);
            foreach (var (key, value) in parsed as JsonObject ?? [])
            {
                if (value is not JsonArray and not null && !key.EndsWith("trigger", StringComparison.OrdinalIgnoreCase))
                {
                    metadata[key] = value is JsonObject ? value.DeepClone() : Text(JsonValue.Create(value.GetValueKind() == JsonValueKind.String ? (string)value! : value.ToJsonString(Plain)));
                }
            }
        }

        return Body(function, new JsonObject { ["inputTrigger"] = Text(compact is null ? null : JsonValue.Create(compact)), ["client"] = Client(client) }, metadata);
    }

    public static byte[] EventGrid(string function, string json, string client)
    {
        var e = JsonNode.Parse(json)!;
        return Body(function, new JsonObject { ["eventGridEvent"] = e, ["client"] = Client(client) }, new JsonObject { ["data"] = e["data"]?.DeepClone() });
    }

    public static byte[] Timer(string function, string client) =>
        Body(
            function,
            new JsonObject
            {
                ["timerTrigger"] = new JsonObject { ["Schedule"] = new JsonObject { ["AdjustForDST"] = true }, ["ScheduleStatus"] = null, ["IsPastDue"] = false },
                ["client"] = Client(client),
            },
            []);

    /// <summary>The durable client object, as extension 3.19.0 writes it.</summary>
    public static string ClientObject(Uri baseUrl, string key) => new JsonObject
    {
        ["taskHubName"] = "double",
        ["connectionName"] = null,
        ["creationUrls"] = null,
        ["managementUrls"] = null,
        ["baseUrl"] = null,
        ["requiredQueryStringParameters"] = $"code={key}",
        ["rpcBaseUrl"] = "http://127.0.0.1:1",
        ["httpBaseUrl"] = baseUrl.AbsoluteUri.TrimEnd('/'),
        ["useForwardedHost"] = false,
        ["maxGrpcMessageSizeInBytes"] = 4194304,
        ["grpcHttpClientTimeout"] = "\"00:01:40\"",
    }.ToJsonString(Plain);

    /// <summary>The return value of an answer. Date-like texts come back changed, as Newtonsoft.Json reads them.</summary>
    /// <exception cref="InvalidDataException">The host would fail the invocation.</exception>
    public static JsonNode? ReturnValue(string? mediaType, byte[] body)
    {
        if (mediaType is not ("application/json" or "text/json"))
        {
            throw new InvalidDataException($"The media type {mediaType} is not JSON.");
        }

        try
        {
            var root = JsonNode.Parse(body) as JsonObject ?? throw new InvalidDataException("An answer is an object.");
            var logs = root.FirstOrDefault(pair => string.Equals(pair.Key, "Logs", StringComparison.OrdinalIgnoreCase)).Value;
            if (logs is not null && (logs is not JsonArray lines || lines.Any(line => line?.GetValueKind() != JsonValueKind.String)))
            {
                throw new InvalidDataException("Logs is not an array of texts.");
            }

            return Redate(root.FirstOrDefault(pair => string.Equals(pair.Key, "ReturnValue", StringComparison.OrdinalIgnoreCase)).Value);
        }
        catch (JsonException e)
        {
            throw new InvalidDataException("The answer is malformed JSON.", e);
        }
    }

    /// <summary>The result text of an activity in the history.</summary>
    public static string? ResultText(JsonNode? value) => value?.ToJsonString(Plain);

    private static JsonNode? Redate(JsonNode? node) => node switch
    {
        JsonObject all => new JsonObject(all.Select(pair => KeyValuePair.Create(pair.Key, Redate(pair.Value)))),
        JsonArray many => new JsonArray([.. many.Select(Redate)]),
        JsonValue value when value.GetValueKind() == JsonValueKind.String && (string)value! is { Length: > 18 } text && text[4] == '-' && text[10] == 'T'
            && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var date) => JsonValue.Create(date.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.FFFFFFFK", CultureInfo.InvariantCulture)),
        null => null,
        _ => node.DeepClone(),
    };

    private static JsonNode Client(string client) => Text(JsonValue.Create(client));

    // "Everything else" is written as a string that holds the JSON text of the value.
    private static JsonNode Text(JsonNode? value) => JsonValue.Create(value is null ? "null" : value.ToJsonString(Plain));

    private static byte[] Body(string function, JsonObject data, JsonObject metadata)
    {
        metadata["sys"] = new JsonObject { ["MethodName"] = function, ["UtcNow"] = DateTime.UtcNow.ToString("O", CultureInfo.InvariantCulture), ["RandGuid"] = Guid.NewGuid().ToString() };
        return Encoding.UTF8.GetBytes(new JsonObject { ["Data"] = data, ["Metadata"] = metadata }.ToJsonString(Plain));
    }
}
