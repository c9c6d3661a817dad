using System.Text;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http.Features;
using MlOps.Durable;
using MlOps.Durable.Functions;
using MlOps.Pipeline.Artifacts;
using MlOps.Web.Access;
using MlOps.Web.Api;

namespace MlOps.Cli.Hosting;

/// <summary>
/// The HTTP API inside the custom handler: the same application as under <c>mlops up</c>, without a socket of its own. Forwarded
/// requests come with the connection's features; requests of callers with a key come as the host's JSON.
/// </summary>
internal sealed class HandlerApi : IAsyncDisposable
{
    // What ASP.NET's own server takes where an endpoint says nothing; the handler's server has no limit, for histories' sake.
    private const long BodyBytes = 30_000_000;

    private const string KeyHeader = "x-functions-key";

    private readonly WebApplication app;
    private readonly InnerServer server;

    private HandlerApi(WebApplication app, InnerServer server)
    {
        this.app = app;
        this.server = server;
    }

    /// <summary>Puts it together.</summary>
    /// <param name="account">The account of the data.</param>
    /// <param name="client">The durable client.</param>
    /// <param name="logging">Logs.</param>
    public static async Task<HandlerApi> StartAsync(StorageAccount account, DurableTaskClient client, ILoggerFactory logging)
    {
        var server = new InnerServer();
        var api = new ApiServer(account, client)
        {
            // The platform removes its headers from what comes from outside only while its sign-in is on.
            Access = Setting("WEBSITE_AUTH_ENABLED").Equals("true", StringComparison.OrdinalIgnoreCase) ? AccessMode.PlatformSignIn : AccessMode.NoSignIn,
            Origins = new HashSet<string>(Hosts().Select(host => $"https://{host}"), StringComparer.OrdinalIgnoreCase),
            Streams = false,
        };
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { Args = [], ContentRootPath = AppContext.BaseDirectory });
        builder.Services.AddSingleton(logging);
        builder.Services.AddSingleton<IServer>(server);
        builder.Services.AddSingleton<IHostLifetime, OwnLifetime>();
        api.AddTo(builder.Services);
        var app = builder.Build();
        api.MapTo(app);
        await app.StartAsync();
        return new HandlerApi(app, server);
    }

    /// <summary>Answers a forwarded request on its own connection.</summary>
    /// <param name="features">The connection's.</param>
    public Task ProcessAsync(IFeatureCollection features)
    {
        if (features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = BodyBytes;
        }

        return server.ProcessAsync(features);
    }

    /// <summary>Answers a request whose caller has shown the key of a role's function.</summary>
    /// <param name="request">The request, to an address under that role's prefix.</param>
    /// <param name="role">The role.</param>
    /// <param name="cancellation">Stops the work.</param>
    public async Task<HttpInvocationAnswer> AnswerAsync(HttpInvocation request, Role role, CancellationToken cancellation)
    {
        var prefix = PipelineFunctions.KeyedPrefix(role);
        var path = request.Url.AbsolutePath;
        if (!path.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))
        {
            throw new InvalidDataException("The address does not lie under the function's route.");
        }

        var features = Features(request, "/api/" + path[prefix.Length..], cancellation);
        features.Set(new CheckedCaller(Caller.OfKey(role)));
        using var body = new MemoryStream();
        features.Set<IHttpResponseBodyFeature>(new StreamResponseBodyFeature(body));
        await server.ProcessAsync(features);
        var response = features.GetRequiredFeature<IHttpResponseFeature>();
        var headers = response.Headers.Where(header => !header.Key.Equals("Content-Length", StringComparison.OrdinalIgnoreCase)).ToDictionary(header => header.Key, header => header.Value.ToString());
        return new HttpInvocationAnswer(response.StatusCode, headers, Encoding.UTF8.GetString(body.GetBuffer(), 0, (int)body.Length));
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();

    private static FeatureCollection Features(HttpInvocation request, string path, CancellationToken cancellation)
    {
        var features = new FeatureCollection();
        var http = new HttpRequestFeature
        {
            Method = request.Method,
            Scheme = "https",
            Protocol = "HTTP/1.1",
            Path = PathString.FromUriComponent(path).Value!,
            QueryString = WithoutKey(request.Url.Query),
            Body = new MemoryStream(request.Body.ToArray(), writable: false),
        };
        foreach (var (name, values) in request.Headers)
        {
            if (!name.Equals(KeyHeader, StringComparison.OrdinalIgnoreCase))
            {
                http.Headers[name] = values.ToArray();
            }
        }

        http.Headers.ContentLength = request.Body.Length;
        features.Set<IHttpRequestFeature>(http);
        features.Set<IHttpResponseFeature>(new HttpResponseFeature());
        features.Set<IHttpRequestLifetimeFeature>(new HttpRequestLifetimeFeature { RequestAborted = cancellation });
        features.Set<IHttpRequestBodyDetectionFeature>(new Detected(request.Body.Length > 0));
        return features;
    }

    // The host has checked the key; from here on nobody is to see it, in no log and no answer.
    private static string WithoutKey(string query) => QueryString.Create(
        Microsoft.AspNetCore.WebUtilities.QueryHelpers.ParseQuery(query).Where(pair => !pair.Key.Equals("code", StringComparison.OrdinalIgnoreCase))).Value ?? "";

    // The platform's own name of the app, and those under which people reach it.
    private static IEnumerable<string> Hosts() =>
        $"{Setting("WEBSITE_HOSTNAME")},{Setting("MLOPS_HOSTNAMES")}".Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static string Setting(string name) => Environment.GetEnvironmentVariable(name) ?? "";

    private sealed record Detected(bool CanHaveBody) : IHttpRequestBodyDetectionFeature;

    private sealed class OwnLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }

    /// <summary>Hands requests to the application that other servers have received.</summary>
    private sealed class InnerServer : IServer
    {
        private Func<IFeatureCollection, Task> process = _ => throw new InvalidOperationException("The API has not started.");

        public IFeatureCollection Features { get; } = new FeatureCollection();

        public Task ProcessAsync(IFeatureCollection features) => process(features);

        public Task StartAsync<TContext>(IHttpApplication<TContext> application, CancellationToken cancellationToken)
            where TContext : notnull
        {
            process = async features =>
            {
                var context = application.CreateContext(features);
                Exception? failure = null;
                try
                {
                    await application.ProcessRequestAsync(context);
                }
                catch (Exception e)
                {
                    failure = e;
                    throw;
                }
                finally
                {
                    application.DisposeContext(context, failure);
                }
            };
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public void Dispose()
        {
        }
    }
}
