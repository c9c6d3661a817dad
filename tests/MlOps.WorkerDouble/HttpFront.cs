using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Routing.Template;
using MlOps.WorkerDouble.Rpc;

namespace MlOps.WorkerDouble;

/// <summary>
/// HTTP triggers: finds the function of an address, checks its key, announces the invocation over FunctionRpc and passes the request itself
/// on to the address that the worker has named, as the host does for workers with ASP.NET Core.
/// </summary>
/// <param name="host">The host.</param>
public sealed class HttpFront(WorkerHost host) : IDisposable
{
    private readonly HttpClient http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }) { Timeout = TimeSpan.FromMinutes(3) };

    /// <summary>The name under which people reach the app.</summary>
    public Uri Front { get; set; } = new("https://double.example.net");

    /// <summary>Keys of functions, by their name.</summary>
    public IDictionary<string, string> Keys { get; } = new Dictionary<string, string>();

    /// <summary>Sends a request as somebody outside does.</summary>
    /// <param name="request">The request; its address without a host.</param>
    /// <param name="principal">What the platform's sign-in says of the caller; nothing of it can come from outside.</param>
    public async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, string? principal = null)
    {
        var address = new Uri(Front, request.RequestUri!);
        if (Find(address.AbsolutePath, request.Method.Method) is not var (function, values))
        {
            return new HttpResponseMessage(System.Net.HttpStatusCode.NotFound);
        }

        if (!IsLetIn(function, request, address))
        {
            return new HttpResponseMessage(System.Net.HttpStatusCode.Unauthorized);
        }

        request.Headers.Remove("X-MS-CLIENT-PRINCIPAL");
        if (principal is not null)
        {
            request.Headers.Add("X-MS-CLIENT-PRINCIPAL", principal);
        }

        var body = request.Content is null ? [] : await request.Content.ReadAsByteArrayAsync();
        var rpc = new RpcHttp { Method = request.Method.Method, Url = address.AbsoluteUri };
        foreach (var (name, value) in values)
        {
            rpc.Params[name] = $"{value}";
        }

        HttpResponseMessage? answer = null;
        await host.InvokeAsync(function.Name, new TypedData { Http = rpc }, null, async (worker, invocation) =>
        {
            using var passed = new HttpRequestMessage(request.Method, new Uri(new Uri(worker.Capabilities["HttpUri"]), address.PathAndQuery));
            if (request.Content is not null)
            {
                passed.Content = new ByteArrayContent(body);
                foreach (var (name, value) in request.Content.Headers)
                {
                    passed.Content.Headers.TryAddWithoutValidation(name, value);
                }
            }

            foreach (var (name, value) in request.Headers)
            {
                passed.Headers.TryAddWithoutValidation(name, value);
            }

            passed.Headers.Add("x-ms-invocation-id", invocation);
            passed.Headers.Host = address.Authority;
            await ListeningAsync(passed.RequestUri!);
            answer = await http.SendAsync(passed);
        });
        return answer!;
    }

    public void Dispose() => http.Dispose();

    // A worker answers the host's first message a moment before its own HTTP server listens.
    private static async Task ListeningAsync(Uri worker)
    {
        for (var attempt = 0; ; attempt++)
        {
            using var probe = new System.Net.Sockets.TcpClient();
            try
            {
                await probe.ConnectAsync(worker.Host, worker.Port);
                return;
            }
            catch (System.Net.Sockets.SocketException) when (attempt < 200)
            {
                await Task.Delay(50);
            }
        }
    }

    // As the host: by name, and the first that fits wins, however little of it is literal.
    private (HostedFunction Function, RouteValueDictionary Values)? Find(string path, string method)
    {
        foreach (var function in host.Functions.Values.Where(f => f.Trigger == "httpTrigger").OrderBy(f => f.Name, StringComparer.OrdinalIgnoreCase))
        {
            var values = new RouteValueDictionary();
            var methods = (function.TriggerBinding["methods"] as JsonArray)?.Select(m => (string)m!) ?? [];
            if (methods.Contains(method, StringComparer.OrdinalIgnoreCase) && new TemplateMatcher(TemplateParser.Parse(Route(function)), []).TryMatch(path, values))
            {
                return (function, values);
            }
        }

        return null;
    }

    private bool IsLetIn(HostedFunction function, HttpRequestMessage request, Uri address)
    {
        if (((string?)function.TriggerBinding["authLevel"])?.Equals("anonymous", StringComparison.OrdinalIgnoreCase) ?? false)
        {
            return true;
        }

        var shown = request.Headers.TryGetValues("x-functions-key", out var keys) ? keys.First() : System.Web.HttpUtility.ParseQueryString(address.Query)["code"];
        return shown is not null && Keys.TryGetValue(function.Name, out var key) && key == shown;
    }

    private static string Route(HostedFunction function) => (string?)function.TriggerBinding["route"] ?? function.Name;
}
