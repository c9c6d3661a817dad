using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using MlOps.Storage;
using MlOps.Web.Access;
using MlOps.Web.Api;

namespace MlOps.Functions.Hosting;

/// <summary>
/// The web application inside the worker: the very one of the local server, without a socket of its own. It gets the requests that the
/// host has passed to this worker, with the connection they came on.
/// </summary>
/// <param name="account">The account of the data.</param>
/// <param name="client">The durable client.</param>
/// <param name="logging">Logs.</param>
public sealed class HostedApi(StorageAccount account, HostDurableTaskClient client, ILoggerFactory logging) : IAsyncDisposable
{
    private const string KeyHeader = "x-functions-key";

    private readonly Lazy<Task<(WebApplication App, InnerServer Server)>> started = new(() => StartAsync(account, client, logging));

    /// <summary>Answers a request.</summary>
    /// <param name="context">The request, as the worker got it.</param>
    /// <param name="role">The role of the function whose key the caller has shown; <see langword="null"/> where the platform's sign-in says who calls.</param>
    public async Task AnswerAsync(HttpContext context, Role? role)
    {
        ArgumentNullException.ThrowIfNull(context);
        var (_, server) = await started.Value;
        await server.ProcessAsync(Features(context, role));
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (started is { IsValueCreated: true, Value.IsCompletedSuccessfully: true })
        {
            await (await started.Value).App.DisposeAsync();
        }
    }

    // What belongs to the connection, and nothing of the worker's own routing and services, which would be taken for this application's.
    private static FeatureCollection Features(HttpContext context, Role? role)
    {
        var outer = context.Features;
        var features = new FeatureCollection();
        var request = outer.GetRequiredFeature<IHttpRequestFeature>();
        if (role is { } known)
        {
            // The host has checked the key; from here on nobody is to see it, in no log and no answer.
            request.Headers.Remove(KeyHeader);
            request.QueryString = QueryString.Create(QueryHelpers.ParseQuery(request.QueryString).Where(pair => !pair.Key.Equals("code", StringComparison.OrdinalIgnoreCase))).Value ?? "";
            request.Path = "/api" + request.Path[$"/keys/{known}".Length..];
            features.Set(new CheckedCaller(Caller.OfKey(known)));
        }

        // People's browsers came to the platform by https, whatever the host uses to reach this worker.
        request.Scheme = "https";
        features.Set(request);
        features.Set(outer.GetRequiredFeature<IHttpResponseFeature>());
        features.Set(outer.GetRequiredFeature<IHttpResponseBodyFeature>());
        Copy<IHttpRequestBodyDetectionFeature>();
        Copy<IHttpRequestLifetimeFeature>();
        Copy<IHttpMaxRequestBodySizeFeature>();
        Copy<IHttpBodyControlFeature>();
        Copy<IHttpRequestIdentifierFeature>();
        Copy<IHttpConnectionFeature>();
        return features;

        void Copy<T>()
        {
            if (outer.Get<T>() is { } feature)
            {
                features.Set(feature);
            }
        }
    }

    private static async Task<(WebApplication App, InnerServer Server)> StartAsync(StorageAccount account, HostDurableTaskClient client, ILoggerFactory logging)
    {
        var server = new InnerServer();
        var api = new ApiServer(account, client)
        {
            Access = Access(),
            Origins = new HashSet<string>(Hosts().Select(host => $"{(IsDevelopersMachine ? "http" : "https")}://{host}"), StringComparer.OrdinalIgnoreCase),
            Streams = false,
        };
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { Args = [], ContentRootPath = AppContext.BaseDirectory });
        builder.Services.AddSingleton(logging);
        builder.Services.AddSingleton<IServer>(server);
        builder.Services.AddSingleton<IHostLifetime, OwnLifetime>();
        api.AddTo(builder.Services);
        if (api.Access == AccessMode.Local)
        {
            // A page of another origin must not reach it under a name that resolves to this machine.
            builder.Services.AddHostFiltering(filter => filter.AllowedHosts = ["localhost", "127.0.0.1", "[::1]"]);
        }

        var app = builder.Build();
        if (api.Access == AccessMode.Local)
        {
            app.UseHostFiltering();
        }

        api.MapTo(app);
        await app.StartAsync();
        return (app, server);
    }

    // The Core Tools say so; they let everybody in who reaches their port, whatever a function asks for.
    private static bool IsDevelopersMachine => Setting("FUNCTIONS_CORETOOLS_ENVIRONMENT").Length > 0;

    // The platform removes its headers from what comes from outside only while its sign-in is on.
    private static AccessMode Access() =>
        Setting("WEBSITE_AUTH_ENABLED").Equals("true", StringComparison.OrdinalIgnoreCase) ? AccessMode.PlatformSignIn : IsDevelopersMachine ? AccessMode.Local : AccessMode.NoSignIn;

    // The platform's own name of the app, and those under which people reach it.
    private static IEnumerable<string> Hosts() =>
        $"{Setting("WEBSITE_HOSTNAME")},{Setting("MLOPS_HOSTNAMES")}".Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static string Setting(string name) => Environment.GetEnvironmentVariable(name) ?? "";

    private sealed class OwnLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
