using System.Net;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Options;
using MlOps.Durable.Functions;

namespace MlOps.Cli.Hosting;

/// <summary>
/// The custom handler's HTTP server. It listens before anything slow happens, answers the host's probe on <c>/</c>, takes
/// invocations on <c>POST /{function}</c>, and never answers with an empty body. Kestrel by itself: the host waits for the
/// first answer, and a web application around it would double that wait. What the host forwards goes to <see cref="HandlerApi"/>.
/// </summary>
internal sealed class FunctionsServer : IHttpApplication<HttpContext>, IAsyncDisposable
{
    // The host puts it on whatever it sends but its probe.
    private const string InvocationHeader = "X-Azure-Functions-InvocationId";

    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(5);

    private readonly KestrelServer kestrel;
    private readonly Lazy<Task<FunctionsApplication>> application;
    private readonly TaskCompletionSource broken = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private FunctionsServer(int port, Func<FunctionsApplication> compose, ILoggerFactory logging)
    {
        var options = new KestrelServerOptions { AddServerHeader = false };
        options.Listen(IPAddress.Loopback, port);

        // Histories grow, base64 adds a third, and the sender is the host: no limits here.
        options.Limits.MaxRequestBodySize = null;
        options.Limits.MinRequestBodyDataRate = null;
        kestrel = new KestrelServer(Options.Create(options), new SocketTransportFactory(Options.Create(new SocketTransportOptions()), logging), logging);
        application = new Lazy<Task<FunctionsApplication>>(() => Task.Run(() => Composed(compose)));
    }

    /// <summary>Starts it.</summary>
    /// <param name="port">The port that the host gave.</param>
    /// <param name="compose">Makes the application, once the host has had its first answer.</param>
    /// <param name="logging">Logs.</param>
    /// <param name="cancellation">Gives up starting.</param>
    public static async Task<FunctionsServer> StartAsync(int port, Func<FunctionsApplication> compose, ILoggerFactory logging, CancellationToken cancellation)
    {
        var server = new FunctionsServer(port, compose, logging);
        try
        {
            await server.kestrel.StartAsync(server, cancellation);
            return server;
        }
        catch
        {
            server.kestrel.Dispose();
            throw;
        }
    }

    /// <summary>Serves until it is told to stop.</summary>
    /// <param name="stop">Ends the wait.</param>
    /// <exception cref="Exception">What kept the application from being put together: nothing can be served.</exception>
    public async Task RunAsync(CancellationToken stop)
    {
        var stopped = Task.Delay(Timeout.Infinite, stop);
        if (await Task.WhenAny(stopped, broken.Task) == broken.Task)
        {
            await broken.Task;
        }
    }

    /// <summary>Lets what runs end as soon as it can: activities are cancelled and answer, then the server stops.</summary>
    public async ValueTask DisposeAsync()
    {
        var composed = application.IsValueCreated ? await application.Value.ContinueWith(made => made.IsCompletedSuccessfully ? made.Result : null, TaskScheduler.Default) : null;
        composed?.Handler.Stop();
        using (var limit = new CancellationTokenSource(StopLimit))
        {
            await kestrel.StopAsync(limit.Token).ContinueWith(_ => { }, TaskScheduler.Default);
        }

        kestrel.Dispose();
        if (composed is not null)
        {
            await composed.DisposeAsync();
        }
    }

    HttpContext IHttpApplication<HttpContext>.CreateContext(IFeatureCollection contextFeatures) => new DefaultHttpContext(contextFeatures);

    void IHttpApplication<HttpContext>.DisposeContext(HttpContext context, Exception? exception)
    {
    }

    async Task IHttpApplication<HttpContext>.ProcessRequestAsync(HttpContext context)
    {
        var path = context.Request.Path.Value ?? "/";
        if (IsInvocation(context.Request, path))
        {
            // Not tied to the connection: what the host has recorded as started must come to its end.
            var answer = await (await application.Value).Handler.InvokeAsync(path[1..], context.Request.Body, context.RequestAborted);
            if (answer is not null)
            {
                await WriteAsync(context, answer.StatusCode, answer.Body);
                return;
            }
        }
        else if ((path is "/" && !context.Request.Headers.ContainsKey(InvocationHeader)) || path is "/api/health" or "/api/health/live")
        {
            context.Response.OnCompleted(Compose);
            await WriteAsync(context, StatusCodes.Status200OK, "{\"status\":\"live\"}"u8.ToArray());
            return;
        }
        else if (path is "/api/health/ready")
        {
            await application.Value;
            await WriteAsync(context, StatusCodes.Status200OK, "{\"status\":\"ready\"}"u8.ToArray());
            return;
        }

        else
        {
            await (await (await application.Value).Api).ProcessAsync(context.Features);
            return;
        }

        await WriteAsync(context, StatusCodes.Status404NotFound, "{\"message\":\"There is no such function.\"}"u8.ToArray());
    }

    // The host sends invocations chunked. It forwards a body only where the caller told its length and passes that on, so nobody
    // outside can form an invocation, whatever the address becomes on its way.
    private static bool IsInvocation(HttpRequest request, string path) =>
        HttpMethods.IsPost(request.Method) && request.ContentLength is null && path.Length > 1 && path.IndexOf('/', 1) < 0;

    private Task Compose()
    {
        _ = application.Value;
        return Task.CompletedTask;
    }

    private FunctionsApplication Composed(Func<FunctionsApplication> compose)
    {
        try
        {
            return compose();
        }
        catch (Exception e)
        {
            broken.TrySetException(e);
            throw;
        }
    }

    private static async Task WriteAsync(HttpContext context, int status, ReadOnlyMemory<byte> body)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = InvocationAnswer.ContentType;
        context.Response.ContentLength = body.Length;
        await context.Response.Body.WriteAsync(body, context.RequestAborted);
    }
}
