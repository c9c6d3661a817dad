using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using MlOps.Cli.Terminal;
using MlOps.Web.Api;

namespace MlOps.Cli.Hosting;

/// <summary>ASP.NET on the loopback address, and nowhere else.</summary>
internal static class HttpServer
{
    /// <summary>Starts it.</summary>
    /// <param name="port">See <see cref="ServerOptions.Port"/>.</param>
    /// <param name="logging">Where it logs to.</param>
    /// <param name="api">Services, guards and routes.</param>
    /// <param name="cancellation">Gives up starting.</param>
    public static async Task<(WebApplication App, Uri Address)> StartAsync(
        int? port, ILoggerFactory logging, ApiServer api, CancellationToken cancellation)
    {
        if (port is null)
        {
            try
            {
                return await StartOnAsync(ServerOptions.DefaultPort, logging, api, cancellation);
            }
            catch (IOException e) when (e.InnerException is Microsoft.AspNetCore.Connections.AddressInUseException or SocketException)
            {
                return await StartOnAsync(0, logging, api, cancellation);
            }
        }

        RequireFree(port.Value);
        return await StartOnAsync(port.Value, logging, api, cancellation);
    }

    // Asked before, so that the web server has no failure to log with its inside.
    private static void RequireFree(int port)
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, port);
            listener.Start();
        }
        catch (SocketException e)
        {
            throw new CommandException(e.SocketErrorCode == SocketError.AccessDenied
                ? $"port {port} needs rights that you do not have. Choose one above 1023 with --port, or leave --port out."
                : $"port {port} is taken by another program. Choose another with --port, or leave --port out: a free one is found then.");
        }
    }

    private static async Task<(WebApplication App, Uri Address)> StartOnAsync(
        int port, ILoggerFactory logging, ApiServer api, CancellationToken cancellation)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { Args = [], ContentRootPath = AppContext.BaseDirectory });
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Listen(IPAddress.Loopback, port);
            kestrel.Limits.MinRequestBodyDataRate = new MinDataRate(api.Limits.UploadBytesASecond, TimeSpan.FromSeconds(5));
        });
        builder.Services.AddSingleton(logging);

        // Signals are the command's business; the server ends when it says so.
        builder.Services.AddSingleton<IHostLifetime, OwnLifetime>();

        // A page of another origin must not reach this server under a name that resolves to this machine.
        builder.Services.AddHostFiltering(filter =>
        {
            filter.AllowedHosts = ["localhost", "127.0.0.1", "[::1]"];
            filter.IncludeFailureMessage = false;
        });
        api.AddTo(builder.Services);
        var app = builder.Build();
        app.UseHostFiltering();
        api.MapTo(app);
        try
        {
            await app.StartAsync(cancellation);
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }

        var addresses = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses;
        return (app, new Uri(addresses.First()));
    }

    private sealed class OwnLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
