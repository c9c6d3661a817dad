using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace MlOps.EndToEnd.Tests.Arrival;

/// <summary>A webhook that answers as it is told and keeps what it was sent.</summary>
internal sealed class Webhook : IAsyncDisposable
{
    private readonly WebApplication app;
    private int failures;

    private Webhook(WebApplication app, int failures)
    {
        this.app = app;
        this.failures = failures;
    }

    public Uri Address { get; private set; } = null!;

    /// <summary>Bodies that were answered with 200.</summary>
    public ConcurrentQueue<JsonElement> Taken { get; } = new();

    /// <summary>Content types of all requests.</summary>
    public ConcurrentQueue<string?> ContentTypes { get; } = new();

    /// <summary>Starts it; the first requests are answered with 503.</summary>
    public static async Task<Webhook> StartAsync(int failures = 0)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseSetting("urls", "http://127.0.0.1:0");
        var app = builder.Build();
        var webhook = new Webhook(app, failures);
        app.MapPost("/hook", webhook.TakeAsync);
        await app.StartAsync();
        var address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        webhook.Address = new Uri(address + "/hook?code=secret");
        return webhook;
    }

    public void FailTimes(int times) => failures = times;

    public ValueTask DisposeAsync() => app.DisposeAsync();

    private async Task<IResult> TakeAsync(HttpRequest request)
    {
        ContentTypes.Enqueue(request.ContentType);
        using var body = await JsonDocument.ParseAsync(request.Body);
        if (Interlocked.Decrement(ref failures) >= 0)
        {
            return Results.StatusCode(503);
        }

        Taken.Enqueue(body.RootElement.Clone());
        return Results.Ok();
    }
}
