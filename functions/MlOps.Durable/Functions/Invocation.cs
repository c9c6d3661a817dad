using System.Text.Json;
using System.Text.Json.Nodes;

namespace MlOps.Durable.Functions;

/// <summary>
/// An invocation as the host sends it. Every value is decoded by the exact number of layers that its binding has
/// (functions-custom-handler, section 6.1): decoding "until it no longer parses" would break inputs that are JSON texts.
/// </summary>
public sealed class Invocation
{
    private readonly JsonObject data;
    private readonly JsonObject? metadata;

    private Invocation(JsonObject data, JsonObject? metadata)
    {
        this.data = data;
        this.metadata = metadata;
    }

    /// <summary>Lines for the invocation's log; the host shows them under the invocation.</summary>
    public IList<string> Logs { get; } = [];

    /// <summary>The instance that called an activity, as far as the host says it.</summary>
    public string InstanceId => (string?)Text(metadata?["instanceId"]) ?? "";

    /// <summary>The durable client object that came along, if the function has such a binding.</summary>
    public DurableClientBinding? Client => data["client"] is JsonValue value && (string?)Text(value) is { } text ? DurableClientBinding.Parse(text) : null;

    /// <summary>Reads an invocation.</summary>
    /// <param name="body">The request's body.</param>
    /// <param name="cancellation">Stops reading.</param>
    /// <exception cref="JsonException">It is not one.</exception>
    public static async Task<Invocation> ReadAsync(Stream body, CancellationToken cancellation = default)
    {
        var root = await JsonNode.ParseAsync(body, cancellationToken: cancellation) as JsonObject;
        return root?["Data"] is JsonObject data
            ? new Invocation(data, root["Metadata"] as JsonObject)
            : throw new JsonException("The body of an invocation is an object with the object Data; this one is not.");
    }

    /// <summary>An orchestrator's request: text, text, base64.</summary>
    /// <exception cref="FormatException">It is not that.</exception>
    internal byte[] OrchestratorRequest() =>
        Convert.FromBase64String((string?)Text(data[Bindings.Orchestration]) ?? throw new FormatException($"Data.{Bindings.Orchestration} holds no text."));

    /// <summary>An activity's input, JSON text; <see langword="null"/>: none.</summary>
    internal string? ActivityInput() => (string?)Text(data[Bindings.Activity]);

    /// <summary>The events of an Event Grid trigger, each as JSON text: one as an object or twice encoded, or many.</summary>
    public IReadOnlyList<string> EventGridEvents()
    {
        var value = data[Bindings.EventGrid] ?? throw new FormatException($"Data.{Bindings.EventGrid} is missing.");
        return value switch
        {
            JsonObject one => [one.ToJsonString()],
            JsonArray many => Elements(many),
            _ => Text(value) switch
            {
                JsonArray many => Elements(many),
                JsonObject one => [one.ToJsonString()],
                JsonValue text => Text(text) switch
                {
                    JsonArray many => Elements(many),
                    JsonObject one => [one.ToJsonString()],
                    _ => throw new FormatException($"Data.{Bindings.EventGrid} holds no event."),
                },
                _ => throw new FormatException($"Data.{Bindings.EventGrid} holds no event."),
            },
        };
    }

    /// <summary>The request of an HTTP trigger.</summary>
    /// <exception cref="FormatException">There is none.</exception>
    internal HttpInvocation HttpRequest() => HttpInvocation.Read(data[Bindings.Request]);

    private static string[] Elements(JsonArray many) =>
        [.. many.Select(element => element is JsonObject one ? one.ToJsonString() : Text(element)!.ToJsonString())];

    // One layer: a string that holds JSON text.
    private static JsonNode? Text(JsonNode? value) => value is null ? null : JsonNode.Parse((string)value!);
}

/// <summary>Names of the bindings. Those of triggers end in "Trigger", so that the host does not send their value twice.</summary>
public static class Bindings
{
    /// <summary>The orchestration trigger.</summary>
    public const string Orchestration = "contextTrigger";

    /// <summary>The activity trigger.</summary>
    public const string Activity = "inputTrigger";

    /// <summary>The Event Grid trigger. Its event is what the metadata repeat under "data" only.</summary>
    public const string EventGrid = "eventGridEvent";

    /// <summary>A timer trigger.</summary>
    public const string Timer = "timerTrigger";

    /// <summary>The HTTP trigger.</summary>
    public const string Request = "req";

    /// <summary>The answer to an HTTP trigger. Not <c>$return</c>, whose texts the host takes for base64 where they could be.</summary>
    public const string Response = "res";

    /// <summary>The durable client.</summary>
    public const string Client = "client";
}

/// <summary>Where the host's durable HTTP API is. Holds a key: never log it.</summary>
/// <param name="BaseUrl">Address, without query.</param>
/// <param name="Query">What every request carries, without the question mark.</param>
/// <param name="TaskHub">The task hub.</param>
public sealed record DurableClientBinding(Uri BaseUrl, string Query, string TaskHub)
{
    /// <summary>Reads the object of a durableClient binding. The address has changed its name between versions of the extension.</summary>
    /// <param name="json">Its JSON text.</param>
    /// <exception cref="FormatException">No address in it.</exception>
    public static DurableClientBinding Parse(string json)
    {
        var client = JsonNode.Parse(json);
        var url = (string?)client?["httpBaseUrl"] ?? (string?)client?["baseUrl"] ?? throw new FormatException("The durableClient binding names neither httpBaseUrl nor baseUrl.");
        return new DurableClientBinding(new Uri(url.TrimEnd('/') + "/"), (string?)client?["requiredQueryStringParameters"] ?? "", (string?)client?["taskHubName"] ?? "");
    }

    /// <inheritdoc/>
    public override string ToString() => $"{BaseUrl} (task hub {TaskHub})";
}
