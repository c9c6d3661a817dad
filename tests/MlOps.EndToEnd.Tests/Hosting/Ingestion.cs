using System.Collections.Concurrent;
using System.IO.Compression;
using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace MlOps.EndToEnd.Tests.Hosting;

/// <summary>Takes what an exporter of Application Insights sends, and holds its log as the table AppTraces.</summary>
internal sealed class Ingestion : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly ConcurrentQueue<JsonElement> messages = new();

    private Ingestion()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        app = builder.Build();
        app.MapPost("/{**path}", TakeAsync);
    }

    /// <summary>What the app is told.</summary>
    public string ConnectionString { get; private set; } = "";

    /// <summary>The log, with the columns that alerts ask for.</summary>
    public List<Dictionary<string, object?>> AppTraces => [.. messages.Select(data => new Dictionary<string, object?>
    {
        ["TimeGenerated"] = DateTime.UtcNow,
        ["Message"] = data.GetProperty("message").GetString(),
        ["Properties"] = data.TryGetProperty("properties", out var properties) ? properties : JsonSerializer.SerializeToElement(new object()),
    })];

    public static async Task<Ingestion> StartAsync()
    {
        var ingestion = new Ingestion();
        await ingestion.app.StartAsync();
        var address = ingestion.app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        ingestion.ConnectionString = $"InstrumentationKey={Guid.NewGuid()};IngestionEndpoint={address}/;LiveEndpoint={address}/";
        return ingestion;
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();

    // One JSON document a line, packed or not; the answer says that all were taken.
    private async Task<IResult> TakeAsync(HttpRequest request)
    {
        await using var body = request.Headers.ContentEncoding == "gzip" ? new GZipStream(request.Body, CompressionMode.Decompress) : request.Body;
        using var reader = new StreamReader(body);
        var items = 0;
        while (await reader.ReadLineAsync() is { } line)
        {
            if (line.StartsWith('{') && JsonDocument.Parse(line).RootElement is var envelope && envelope.TryGetProperty("data", out var data))
            {
                items++;
                if (data.GetProperty("baseType").GetString() == "MessageData")
                {
                    messages.Enqueue(data.GetProperty("baseData").Clone());
                }
            }
        }

        return Results.Json(new { itemsReceived = items, itemsAccepted = items, errors = Array.Empty<object>() });
    }
}
