using System.Net;
using MlOps.App.Commands;
using MlOps.Durable.Functions;
using MlOps.Pipeline.Artifacts;

namespace MlOps.App.Hosting;

/// <summary>
/// The custom handler's HTTP server. It listens before anything slow happens, answers the host's probe on <c>/</c>, takes
/// invocations on <c>POST /{function}</c>, and never answers with an empty body.
/// </summary>
internal sealed class FunctionsServer : IAsyncDisposable
{
    /// <summary>Container of payloads that are too large for histories.</summary>
    private const string PayloadContainer = "durable";

    private readonly WebApplication web;
    private readonly ServiceProvider services;
    private readonly FunctionsHandler handler;
    private readonly HttpClient http;

    private FunctionsServer(WebApplication web, ServiceProvider services, FunctionsHandler handler, HttpClient http)
    {
        this.web = web;
        this.services = services;
        this.handler = handler;
        this.http = http;
    }

    /// <summary>Starts it.</summary>
    /// <param name="port">The port that the host gave.</param>
    /// <param name="root">The application's root, with host.json.</param>
    /// <param name="account">The account of the data.</param>
    /// <param name="logging">Logs.</param>
    /// <param name="cancellation">Gives up starting.</param>
    public static async Task<FunctionsServer> StartAsync(int port, string root, StorageAccount account, ILoggerFactory logging, CancellationToken cancellation)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ContentRootPath = root });
        builder.WebHost.UseKestrelCore();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Listen(IPAddress.Loopback, port);

            // Histories grow, base64 adds a third, and the sender is the host: no limits here.
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Limits.MinRequestBodyDataRate = null;
        });
        builder.Services.AddSingleton(logging);
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();

        var options = new FunctionsHandlerOptions
        {
            Payloads = new BlobPayloadStore(account.Service.GetBlobContainerClient(PayloadContainer)),
            ActivityDeadline = FunctionsLayout.ActivityDeadline(root) ?? new FunctionsHandlerOptions().ActivityDeadline,
        };
        var http = new HttpClient { Timeout = TimeSpan.FromSeconds(100) };
        var client = new FunctionsDurableTaskClient(http, options);
        var services = PipelineFunctions.Services(account, client, logging);
        var handler = PipelineFunctions.Create(services, client, options, logging);
        var web = builder.Build();
        web.Run(context => AnswerAsync(handler, context));
        var server = new FunctionsServer(web, services, handler, http);
        try
        {
            await web.StartAsync(cancellation);
            _ = EnsureContainersAsync(account, logging.CreateLogger("MlOps.Handler"));
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Lets what runs end as soon as it can: activities are cancelled and answer, then the server stops.</summary>
    public async ValueTask DisposeAsync()
    {
        handler.Stop();
        using (var limit = new CancellationTokenSource(TimeSpan.FromSeconds(5)))
        {
            await web.StopAsync(limit.Token).ContinueWith(_ => { }, TaskScheduler.Default);
        }

        await web.DisposeAsync();
        await services.DisposeAsync();
        handler.Dispose();
        http.Dispose();
    }

    // The infrastructure makes them; an emulator has none. Whatever fails here fails again, with its reason, where it is needed.
    private static async Task EnsureContainersAsync(StorageAccount account, ILogger logger)
    {
        try
        {
            await account.EnsureContainersAsync(CancellationToken.None);
        }
        catch (Exception e)
        {
            logger.LogWarning("The containers could not be checked: {Reason}", e.Message.Split('\n')[0]);
        }
    }

    private static async Task AnswerAsync(FunctionsHandler handler, HttpContext context)
    {
        var path = context.Request.Path.Value ?? "/";
        if (HttpMethods.IsPost(context.Request.Method) && path.Length > 1 && path.IndexOf('/', 1) < 0)
        {
            // Not tied to the connection: what the host has recorded as started must come to its end.
            var answer = await handler.InvokeAsync(path[1..], context.Request.Body, context.RequestAborted);
            if (answer is not null)
            {
                await WriteAsync(context, answer.StatusCode, answer.Body);
                return;
            }
        }
        else if (path is "/" or "/api/health" or "/api/health/live" or "/api/health/ready")
        {
            await WriteAsync(context, StatusCodes.Status200OK, "{\"status\":\"ready\"}"u8.ToArray());
            return;
        }

        await WriteAsync(context, StatusCodes.Status404NotFound, "{\"message\":\"There is no such function.\"}"u8.ToArray());
    }

    private static async Task WriteAsync(HttpContext context, int status, ReadOnlyMemory<byte> body)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = InvocationAnswer.ContentType;
        context.Response.ContentLength = body.Length;
        await context.Response.Body.WriteAsync(body, context.RequestAborted);
    }

    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
