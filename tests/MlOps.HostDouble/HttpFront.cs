using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace MlOps.HostDouble;

/// <summary>
/// What stands before a custom handler's HTTP triggers: routes and keys of the Functions host, forwarding as
/// functions-custom-handler section 8 has it, invocations as section 7.3, and the platform's sign-in before both.
/// </summary>
public sealed class HttpFront : IDisposable
{
    private const string PrincipalHeader = "X-MS-CLIENT-PRINCIPAL";
    private const string KeyHeader = "x-functions-key";
    private const string Client = "client";

    private readonly HttpClient http = new(new SocketsHttpHandler { AllowAutoRedirect = false });
    private readonly HandlerProcess handler;
    private readonly List<Function> functions = [];

    private sealed record Function(string Name, JsonArray Bindings, Regex Route, int Literals);

    /// <summary>Reads the functions of an application's root.</summary>
    /// <param name="handler">The handler, started.</param>
    /// <param name="root">The root.</param>
    public HttpFront(HandlerProcess handler, string root)
    {
        this.handler = handler;
        var host = JsonNode.Parse(File.ReadAllText(Path.Combine(root, "host.json")))!;
        if (!(bool)host["customHandler"]!["enableForwardingHttpRequest"]!)
        {
            throw new InvalidOperationException("The host does not forward.");
        }

        var prefix = (string?)host["extensions"]?["http"]?["routePrefix"] ?? "api";
        foreach (var file in Directory.EnumerateFiles(root, "function.json", SearchOption.AllDirectories))
        {
            var bindings = (JsonArray)JsonNode.Parse(File.ReadAllText(file))!["bindings"]!;
            if (bindings.FirstOrDefault(b => (string)b!["type"]! == "httpTrigger") is { } trigger)
            {
                var route = $"{prefix}/{(string)trigger["route"]!}".TrimStart('/');
                functions.Add(new Function(Path.GetFileName(Path.GetDirectoryName(file)!), bindings, Pattern(route), route.Split('/').Count(part => !part.StartsWith('{'))));
            }
        }
    }

    /// <summary>Keys by function, as the platform keeps them.</summary>
    public Dictionary<string, string> Keys { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Sends a request from outside.</summary>
    /// <param name="request">With a relative address.</param>
    /// <param name="principal">Whom the platform's sign-in has recognised, as it writes it; <see langword="null"/> for nobody.</param>
    public async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, string? principal = null)
    {
        ArgumentNullException.ThrowIfNull(request);
        var address = request.RequestUri!.OriginalString;
        var path = Uri.UnescapeDataString(address.Split('?')[0].Replace("%2F", "%252F", StringComparison.OrdinalIgnoreCase));

        // A route with more that is fixed goes before one that takes everything.
        var function = functions.OrderByDescending(f => f.Literals).FirstOrDefault(f => f.Route.IsMatch(path.TrimStart('/')));
        if (function?.Bindings.First(b => (string)b!["type"]! == "httpTrigger") is not { } trigger
            || !((JsonArray)trigger["methods"]!).Any(m => string.Equals((string)m!, request.Method.Method, StringComparison.OrdinalIgnoreCase)))
        {
            return new HttpResponseMessage(HttpStatusCode.NotFound);
        }

        var key = request.Headers.TryGetValues(KeyHeader, out var given) ? given.First() : null;
        if ((string)trigger["authLevel"]! != "anonymous" && (key is null || key != Keys.GetValueOrDefault(function.Name)))
        {
            return new HttpResponseMessage(HttpStatusCode.Unauthorized);
        }

        // What comes from outside under the platform's own names never gets through.
        request.Headers.Remove(PrincipalHeader);
        if (principal is not null)
        {
            request.Headers.Add(PrincipalHeader, principal);
        }

        request.Headers.Host ??= "double.example.net";
        return function.Bindings.Count == 2 ? await ForwardAsync(request, address) : await InvokeAsync(function.Name, request, address);
    }

    /// <inheritdoc/>
    public void Dispose() => http.Dispose();

    private async Task<HttpResponseMessage> ForwardAsync(HttpRequestMessage request, string address)
    {
        // A body only where its length is known; another arrives empty.
        var body = request.Content is { } content && content.Headers.ContentLength is > 0 ? content : null;

        // The address is built by .NET from the decoded path, which turns backslashes into slashes and folds dots.
        var query = address.Contains('?', StringComparison.Ordinal) ? address[address.IndexOf('?', StringComparison.Ordinal)..] : "";
        var path = Uri.UnescapeDataString(address.Split('?')[0].Replace("%2F", "%252F", StringComparison.OrdinalIgnoreCase));
        using var forwarded = new HttpRequestMessage(request.Method, new Uri($"{handler.Address.AbsoluteUri.TrimEnd('/')}{path}{query}")) { Content = body };
        foreach (var (name, values) in request.Headers)
        {
            forwarded.Headers.TryAddWithoutValidation(name, values);
        }

        forwarded.Headers.TryAddWithoutValidation("X-Azure-Functions-InvocationId", Guid.NewGuid().ToString());
        return await http.SendAsync(forwarded);
    }

    private async Task<HttpResponseMessage> InvokeAsync(string function, HttpRequestMessage request, string address)
    {
        var headers = new JsonObject();
        foreach (var (name, values) in request.Headers.Concat(request.Content?.Headers.AsEnumerable() ?? []))
        {
            headers[name] = new JsonArray([.. values.Select(value => (JsonNode)value)]);
        }

        var req = new JsonObject
        {
            ["Url"] = $"https://double.example.net{address}",
            ["Method"] = request.Method.Method,
            ["Query"] = new JsonObject(),
            ["Headers"] = headers,
            ["Params"] = new JsonObject(),
            ["Identities"] = new JsonArray(),
        };
        if (request.Content is { } content && content.Headers.ContentLength is > 0)
        {
            req["Body"] = await content.ReadAsStringAsync();
        }

        var client = InvocationBodies.ClientObject(new Uri("http://127.0.0.1:1/"), "key");
        var envelope = new JsonObject { ["Data"] = new JsonObject { ["req"] = req, [Client] = JsonValue.Create(JsonValue.Create(client).ToJsonString()) }, ["Metadata"] = new JsonObject() };
        var (status, mediaType, body) = await handler.InvokeAsync(function, Encoding.UTF8.GetBytes(envelope.ToJsonString()), CancellationToken.None);
        if (status is < 200 or > 299 || mediaType != "application/json")
        {
            return new HttpResponseMessage(HttpStatusCode.InternalServerError);
        }

        var res = JsonNode.Parse(body)!["Outputs"]!["res"]!;
        var answer = new HttpResponseMessage((HttpStatusCode)(int)res["statusCode"]!) { Content = new ByteArrayContent(Encoding.UTF8.GetBytes((string)res["body"]!)) };
        foreach (var (name, value) in (JsonObject)res["headers"]!)
        {
            if (!answer.Headers.TryAddWithoutValidation(name, (string)value!))
            {
                answer.Content.Headers.TryAddWithoutValidation(name, (string)value!);
            }
        }

        return answer;
    }

    private static Regex Pattern(string route) => new(
        "^" + string.Join("/", route.Split('/').Select(part => part.StartsWith("{*", StringComparison.Ordinal) ? ".*" : part.StartsWith('{') ? "[^/]*" : Regex.Escape(part))).Replace("/[^/]*", "(/[^/]*)?", StringComparison.Ordinal) + "$",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.Singleline,
        TimeSpan.FromSeconds(1));
}
