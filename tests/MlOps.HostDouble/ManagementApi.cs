using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using MlOps.Durable.History;

namespace MlOps.HostDouble;

/// <summary>The management HTTP API of the Durable extension (durable-protocol section 9), as 3.19.0 answers.</summary>
internal sealed class ManagementApi : IDisposable
{
    public const string Key = "double-system-key";

    private const int PageSize = 3;
    private readonly FunctionsHostDouble host;
    private readonly HttpListener listener = new();

    public ManagementApi(FunctionsHostDouble host)
    {
        this.host = host;
        using (var probe = new TcpListener(IPAddress.Loopback, 0))
        {
            probe.Start();
            BaseUrl = new Uri($"http://localhost:{((IPEndPoint)probe.LocalEndpoint).Port}/runtime/webhooks/durabletask/");
        }

        listener.Prefixes.Add(BaseUrl.AbsoluteUri);
    }

    public Uri BaseUrl { get; }

    public void Start()
    {
        listener.Start();
        _ = Task.Run(ListenAsync);
    }

    public void Dispose() => listener.Close();

    private async Task ListenAsync()
    {
        try
        {
            while (listener.IsListening)
            {
                var context = await listener.GetContextAsync();
                _ = Task.Run(() => AnswerAsync(context));
            }
        }
        catch (Exception e) when (e is HttpListenerException or ObjectDisposedException or InvalidOperationException)
        {
            // Closed.
        }
    }

    private async Task AnswerAsync(HttpListenerContext context)
    {
        try
        {
            using var reader = new StreamReader(context.Request.InputStream, Encoding.UTF8);
            var body = await reader.ReadToEndAsync();
            var (status, answer) = context.Request.QueryString["code"] == Key
                ? Route(context, context.Request.Url!.AbsolutePath["/runtime/webhooks/durabletask/".Length..].Split('/').Select(Uri.UnescapeDataString).ToArray(), body)
                : (401, null);
            var bytes = Encoding.UTF8.GetBytes(answer?.ToJsonString() ?? "");
            context.Response.StatusCode = status;
            context.Response.ContentType = "application/json";
            context.Response.ContentLength64 = bytes.Length;
            await context.Response.OutputStream.WriteAsync(bytes);
            context.Response.Close();
        }
        catch (Exception e) when (e is HttpListenerException or ObjectDisposedException or IOException)
        {
            // The other side is gone.
        }
    }

    private (int Status, JsonNode? Body) Route(HttpListenerContext context, string[] parts, string body)
    {
        var request = context.Request;
        return (request.HttpMethod, parts) switch
        {
            ("POST", ["orchestrators", var function, var id]) => Start(function, id, body),
            ("GET", ["instances"]) => List(context),
            ("DELETE", ["instances"]) => PurgeAll(request),
            ("GET", ["instances", var id]) => host.Find(id) is { } found ? (found.IsOver ? 200 : 202, Describe(found, request.QueryString["showInput"] != "false")) : (404, null),
            ("DELETE", ["instances", var id]) => host.Find(id) switch
            {
                null => (404, null),
                { IsOver: false } => (412, null),
                _ => (200, new JsonObject { ["instancesDeleted"] = host.Remove(id) ? 1 : 0 }),
            },
            ("POST", ["instances", var id, "raiseEvent", var name]) when request.ContentType?.StartsWith("application/json", StringComparison.Ordinal) == true =>
                Deliver(id, new HistoryEvent { EventRaised = new EventRaisedEvent { Name = name, Input = body } }),
            ("POST", ["instances", var id, "terminate"]) => Deliver(id, new HistoryEvent { ExecutionTerminated = new ExecutionTerminatedEvent { Input = request.QueryString["reason"] ?? "" } }),
            ("POST", ["instances", var id, "suspend"]) => Deliver(id, new HistoryEvent { ExecutionSuspended = new ExecutionSuspendedEvent { Input = request.QueryString["reason"] ?? "" } }),
            ("POST", ["instances", var id, "resume"]) => Deliver(id, new HistoryEvent { ExecutionResumed = new ExecutionResumedEvent { Input = request.QueryString["reason"] ?? "" } }),
            ("POST", ["instances", var id, "rewind"]) => host.Find(id) is { } instance ? (instance.Status == OrchestrationStatus.Failed ? 202 : 412, null) : (404, null),
            _ => (400, new JsonObject { ["Message"] = "Bad request." }),
        };
    }

    private (int Status, JsonNode? Body) Start(string function, string id, string body)
    {
        try
        {
            using var valid = JsonDocument.Parse(body.Length == 0 ? "null" : body);
        }
        catch (JsonException)
        {
            return (400, new JsonObject { ["Message"] = "Invalid JSON content" });
        }

        return host.Start(function, id, body.Length == 0 ? null : body)
            ? (202, new JsonObject { ["id"] = id, ["statusQueryGetUri"] = $"{BaseUrl}instances/{id}" })
            : (409, new JsonObject { ["Message"] = "An Orchestration instance with the status Running already exists." });
    }

    private (int Status, JsonNode? Body) List(HttpListenerContext context)
    {
        var query = context.Request.QueryString;
        var statuses = query["runtimeStatus"]?.Split(',').ToHashSet(StringComparer.OrdinalIgnoreCase);
        var skip = int.TryParse(context.Request.Headers["x-ms-continuation-token"], out var token) ? token : 0;
        var all = host.All().Where(instance =>
            instance.InstanceId.StartsWith(query["instanceIdPrefix"] ?? "", StringComparison.Ordinal)
            && statuses?.Contains(instance.Status.ToString()) != false
            && !(DateTimeOffset.TryParse(query["createdTimeFrom"], out var from) && instance.CreatedAt < from)
            && !(DateTimeOffset.TryParse(query["createdTimeTo"], out var to) && instance.CreatedAt > to)).ToList();
        if (skip + PageSize < all.Count)
        {
            context.Response.Headers["x-ms-continuation-token"] = $"{skip + PageSize}";
        }

        return (200, new JsonArray([.. all.Skip(skip).Take(PageSize).Select(instance => Describe(instance, query["showInput"] != "false"))]));
    }

    private (int Status, JsonNode? Body) PurgeAll(HttpListenerRequest request)
    {
        if (request.QueryString["createdTimeFrom"] is null)
        {
            return (400, null);
        }

        var statuses = request.QueryString["runtimeStatus"]?.Split(',').ToHashSet(StringComparer.OrdinalIgnoreCase);
        var purged = host.All().Count(instance => instance.IsOver && statuses?.Contains(instance.Status.ToString()) != false && host.Remove(instance.InstanceId));
        return purged == 0 ? (404, null) : (200, new JsonObject { ["instancesDeleted"] = purged });
    }

    private (int Status, JsonNode? Body) Deliver(string id, HistoryEvent e)
    {
        if (host.Find(id) is not { } instance)
        {
            return (404, null);
        }

        if (instance.IsOver)
        {
            return (410, null);
        }

        e.EventId = -1;
        host.Deliver(id, e);
        return (202, null);
    }

    private static JsonObject Describe(HostInstance instance, bool showInput) => new()
    {
        ["name"] = instance.Start.Name,
        ["instanceId"] = instance.InstanceId,
        ["runtimeStatus"] = instance.Status.ToString(),
        ["input"] = showInput ? Json(instance.Start.Input) : null,
        ["customStatus"] = Json(instance.CustomStatus),
        ["output"] = Json(instance.Output),
        ["createdTime"] = instance.CreatedAt.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ"),
        ["lastUpdatedTime"] = instance.UpdatedAt.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ"),
    };

    // As JSON if it is JSON, else as a text.
    private static JsonNode? Json(string? text)
    {
        try
        {
            return text is null ? null : JsonNode.Parse(text);
        }
        catch (JsonException)
        {
            return JsonValue.Create(text);
        }
    }
}
