using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using MlOps.Durable.History;
using MlOps.Durable.Replay;

namespace MlOps.Durable.Functions;

/// <summary>Keeps payloads that are too large for histories. Contents never change; writing one again is no harm.</summary>
public interface IPayloadStore
{
    /// <summary>Keeps a content.</summary>
    /// <param name="key">Its SHA-256, hex.</param>
    /// <param name="content">The content, UTF-8.</param>
    /// <param name="cancellation">Gives up.</param>
    Task WriteAsync(string key, ReadOnlyMemory<byte> content, CancellationToken cancellation);

    /// <summary>Reads a content.</summary>
    /// <param name="key">Its SHA-256, hex.</param>
    /// <param name="cancellation">Gives up.</param>
    Task<byte[]> ReadAsync(string key, CancellationToken cancellation);
}

/// <summary>
/// Puts payloads above a size into a store and a reference into the history, and back before they are looked at. The
/// whole history goes to the handler in every turn, so what is large in it is paid for in every turn.
/// </summary>
internal sealed class PayloadOffload(IPayloadStore? store, int threshold)
{
    private const string Mark = "$payload";
    private const int CacheMax = 256;

    private readonly ConcurrentDictionary<string, string> cache = new(StringComparer.Ordinal);

    /// <summary>A text, or the reference under which it is kept.</summary>
    public async Task<string?> StoreAsync(string? text, CancellationToken cancellation)
    {
        if (store is null || text is null || text.Length <= threshold)
        {
            return text;
        }

        var content = Encoding.UTF8.GetBytes(text);
        var key = Convert.ToHexStringLower(SHA256.HashData(content));
        await store.WriteAsync(key, content, cancellation);
        Remember(key, text);
        return $"{{\"{Mark}\":\"{key}\",\"bytes\":{content.Length}}}";
    }

    /// <summary>The text of a reference, or the text itself.</summary>
    /// <exception cref="InvalidDataException">The content is not what was kept.</exception>
    public async Task<string?> LoadAsync(string? text, CancellationToken cancellation)
    {
        if (store is null || MarkedText.Find(text, Mark) is not { } reference)
        {
            return text;
        }

        var key = (string?)JsonNode.Parse(reference)![Mark] ?? throw new JsonException("A payload reference without a key.");
        if (cache.TryGetValue(key, out var known))
        {
            return known;
        }

        var content = await store.ReadAsync(key, cancellation);
        if (Convert.ToHexStringLower(SHA256.HashData(content)) != key)
        {
            throw new InvalidDataException($"The payload {key} is not what was kept under that key.");
        }

        var loaded = Encoding.UTF8.GetString(content);
        Remember(key, loaded);
        return loaded;
    }

    /// <summary>Loads everything in a request that an orchestrator can see.</summary>
    public async Task LoadAsync(OrchestratorRequest request, CancellationToken cancellation)
    {
        foreach (var e in request.PastEvents.Concat(request.NewEvents))
        {
            switch (e.EventTypeCase)
            {
                case HistoryEvent.EventTypeOneofCase.ExecutionStarted:
                    e.ExecutionStarted.Input = await LoadAsync(e.ExecutionStarted.Input, cancellation);
                    break;
                case HistoryEvent.EventTypeOneofCase.TaskCompleted:
                    e.TaskCompleted.Result = await LoadAsync(e.TaskCompleted.Result, cancellation);
                    break;
                case HistoryEvent.EventTypeOneofCase.SubOrchestrationInstanceCompleted:
                    e.SubOrchestrationInstanceCompleted.Result = await LoadAsync(e.SubOrchestrationInstanceCompleted.Result, cancellation);
                    break;
                case HistoryEvent.EventTypeOneofCase.EventRaised:
                    e.EventRaised.Input = await LoadAsync(e.EventRaised.Input, cancellation);
                    break;
                default:
                    break;
            }
        }
    }

    /// <summary>Stores everything in a response that is large.</summary>
    public async Task StoreAsync(OrchestratorResponse response, CancellationToken cancellation)
    {
        foreach (var action in response.Actions)
        {
            switch (action.OrchestratorActionTypeCase)
            {
                case OrchestratorAction.OrchestratorActionTypeOneofCase.ScheduleTask:
                    action.ScheduleTask.Input = await StoreAsync(action.ScheduleTask.Input, cancellation);
                    break;
                case OrchestratorAction.OrchestratorActionTypeOneofCase.CreateSubOrchestration:
                    action.CreateSubOrchestration.Input = await StoreAsync(action.CreateSubOrchestration.Input, cancellation);
                    break;
                case OrchestratorAction.OrchestratorActionTypeOneofCase.SendEvent:
                    action.SendEvent.Data = await StoreAsync(action.SendEvent.Data, cancellation);
                    break;
                case OrchestratorAction.OrchestratorActionTypeOneofCase.CompleteOrchestration when action.CompleteOrchestration.FailureDetails is null:
                    action.CompleteOrchestration.Result = await StoreAsync(action.CompleteOrchestration.Result, cancellation);
                    break;
                default:
                    break;
            }
        }
    }

    // The same payloads come again in every turn of an instance.
    private void Remember(string key, string text)
    {
        if (cache.Count >= CacheMax)
        {
            cache.Clear();
        }

        cache[key] = text;
    }
}
