using DurableTask.Core.History;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;

namespace MlOps.Engine;

/// <summary>Histories as the engine writes them: a JSON array of events, each of which names its type.</summary>
public static class HistoryJson
{
    private static readonly JsonSerializer Serializer = JsonSerializer.Create(new JsonSerializerSettings
    {
        ConstructorHandling = ConstructorHandling.AllowNonPublicDefaultConstructor,
        DateTimeZoneHandling = DateTimeZoneHandling.Utc,
        NullValueHandling = NullValueHandling.Ignore,
    });

    /// <summary>The events of a text.</summary>
    /// <param name="json">The text.</param>
    /// <exception cref="InvalidDataException">An event is of no known type.</exception>
    public static IList<HistoryEvent> Read(string json) => [.. JArray.Parse(json).Select(e => Read((JObject)e))];

    /// <summary>The text of an event.</summary>
    /// <param name="one">The event.</param>
    public static string Write(HistoryEvent one) => JObject.FromObject(one, Serializer).ToString(Formatting.None);

    private static HistoryEvent Read(JObject json)
    {
        var kind = json["EventType"] is { } type ? (EventType)type.Value<int>() : default;
        var name = $"{typeof(HistoryEvent).Namespace}.{kind}Event";
        return typeof(HistoryEvent).Assembly.GetType(name) is { } found
            ? (HistoryEvent)json.ToObject(found, Serializer)!
            : throw new InvalidDataException($"A history has an event of type '{json["EventType"]}', which this version of the engine does not know.");
    }
}
