using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using MlOps.Pipeline.Notifications;

namespace MlOps.EndToEnd.Tests.Notifications;

/// <summary>A request as it came over the wire.</summary>
internal sealed record Received(string Path, IReadOnlyDictionary<string, string> Headers, byte[] Body);

/// <summary>A local HTTPS server that keeps every request and answers as it is told, by path.</summary>
internal sealed class Receiver : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly ConcurrentDictionary<string, int> failures = new(StringComparer.Ordinal);

    private readonly ConcurrentDictionary<string, Func<HttpContext, Task>> answers = new(StringComparer.Ordinal);
    private readonly X509Certificate2 certificate;

    private Receiver(WebApplication app, X509Certificate2 certificate)
    {
        this.app = app;
        this.certificate = certificate;
    }

    public Uri Address { get; private set; } = null!;

    public ConcurrentQueue<Received> Requests { get; } = new();

    public static async Task<Receiver> StartAsync()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(options => options.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(certificate)));
        var app = builder.Build();
        var receiver = new Receiver(app, certificate);
        app.MapPost("/{**path}", (Delegate)receiver.TakeAsync);
        await app.StartAsync();
        receiver.Address = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
        return receiver;
    }

    public Uri At(string path) => new(Address, path);

    public void Fail(string path, int times) => failures[path] = times;

    /// <summary>Answers requests to a path in another way than with 200.</summary>
    public void Answer(string path, Func<HttpContext, Task> answer) => answers[path] = answer;

    public IReadOnlyList<Received> To(string path) => [.. Requests.Where(r => r.Path == path)];

    public ValueTask DisposeAsync() => app.DisposeAsync();

    /// <summary>A client that trusts this server's own certificate and no other.</summary>
    public HttpClient Client()
    {
        var trust = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        trust.CustomTrustStore.Add(certificate);
        var handler = WebhookClient.Handler();
        handler.SslOptions.CertificateChainPolicy = trust;
        return WebhookClient.Create(handler);
    }

    private async Task<IResult> TakeAsync(HttpContext context)
    {
        var request = context.Request;
        using var body = new MemoryStream();
        await request.Body.CopyToAsync(body);
        Requests.Enqueue(new Received(
            request.Path, request.Headers.ToDictionary(h => h.Key, h => h.Value.ToString(), StringComparer.OrdinalIgnoreCase), body.ToArray()));
        if (answers.TryGetValue(request.Path, out var answer))
        {
            await answer(context);
            return Results.Empty;
        }

        var left = failures.AddOrUpdate(request.Path, -1, (_, n) => n - 1);
        return left >= 0 ? Results.StatusCode(503) : Results.Ok();
    }
}
