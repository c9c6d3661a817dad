using System.IO.Compression;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.AspNetCore.ResponseCompression;
using Microsoft.DurableTask.Client;
using MlOps.Pipeline.Wording;
using MlOps.Pipeline;
using MlOps.Storage;
using MlOps.Web.Access;
using MlOps.Web.Http;
using MlOps.Web.Runs;

namespace MlOps.Web.Api;

/// <summary>The API in a web application: its services, its guards in their order, its routes.</summary>
public sealed class ApiServer
{
    private readonly StorageAccount account;
    private readonly DurableTaskClient client;

    /// <summary>Makes it.</summary>
    /// <param name="account">The account.</param>
    /// <param name="client">Ends and wakes runs.</param>
    public ApiServer(StorageAccount account, DurableTaskClient client)
    {
        this.account = account;
        this.client = client;
    }

    /// <summary>Who decides who a caller is.</summary>
    public AccessMode Access { get; init; } = AccessMode.Local;

    /// <summary>Origins of this server's own pages, where a platform before it has another name than it sees.</summary>
    public IReadOnlySet<string> Origins { get; init; } = new HashSet<string>(StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether an answer reaches the caller while it is written; else events come as far as they are, and the caller asks again.</summary>
    public bool Streams { get; init; } = true;

    /// <summary>What keeps the server from beginning anything, such as a full disk; <see langword="null"/> from it while nothing does.</summary>
    public Func<Sentence?> Hindrance { get; init; } = () => null;

    /// <summary>How much a caller may ask for.</summary>
    public ApiLimits Limits { get; init; } = new();

    /// <summary>Adds the services.</summary>
    public void AddTo(IServiceCollection services)
    {
        services.AddPipeline(account);
        services.AddSingleton(client);
        services.AddSingleton(new RunHistory(account, client));
        services.AddSingleton<PictureTables>();
        services.AddSingleton<Audit>();
        services.AddSingleton<DriftSummaries>();
        services.AddSingleton(s => new DataDictionary(s.GetRequiredService<StorageAccount>()));
        services.AddSingleton<Finder>();
        services.AddSingleton<Comparisons>();
        services.AddSingleton<EarlierRuns>();
        services.AddSingleton<StepLooks>();
        services.AddSingleton(Limits);
        services.AddSingleton(new ServerState(Hindrance));
        services.AddSingleton(new OwnOrigins(Origins));
        services.AddExceptionHandler<Problems>();
        services.AddProblemDetails();
        services.Configure<JsonOptions>(options => ApiJson.Configure(options.SerializerOptions));
        services.Configure<RouteHandlerOptions>(options => options.ThrowOnBadRequest = true);
        services.AddOpenApi(ApiDocument.Configure);
        services.AddResponseCompression(options =>
        {
            // What an answer repeats of a request never stands beside a secret: no answer has one.
            options.EnableForHttps = true;
            options.MimeTypes = [.. ResponseCompressionDefaults.MimeTypes, "application/problem+json", "image/svg+xml", "text/csv"];
        });
        // The fastest way, which is the default, makes the page a quarter larger.
        services.Configure<BrotliCompressionProviderOptions>(options => options.Level = CompressionLevel.Optimal);
        services.Configure<GzipCompressionProviderOptions>(options => options.Level = CompressionLevel.Optimal);
        Limits.AddTo(services);
    }

    /// <summary>Adds guards and routes.</summary>
    public void MapTo(WebApplication app)
    {
        app.UseSecurityHeaders();
        app.UseResponseCompression();
        app.UseExceptionHandler();
        app.UseStatusCodePages(context => context.HttpContext.Response.StatusCode switch
        {
            404 => Problems.WriteAsync(context.HttpContext, ApiException.NotFound(Sentence.Of("api-nothing"), Sentence.Of("api-addresses-next"))),
            405 => Problems.WriteAsync(context.HttpContext, ApiException.Of(405, "wrong method", Sentence.Of("api-method"), Sentence.Of("api-addresses-next"))),
            415 => Problems.WriteAsync(context.HttpContext, ApiException.Of(415, "wrong type", Sentence.Of("api-body-type"), Sentence.Of("api-body-type-next"), "Content-Type")),
            _ => Task.CompletedTask,
        });
        app.UseOriginCheck();
        app.UsePage(Path.Combine(AppContext.BaseDirectory, "page"));
        app.UseRouting();
        app.UseAccessControl(Access);
        app.Use(next => context => ReceiveFirst.InvokeAsync(context, next));
        app.UseRateLimiter();
        app.MapHealth();
        app.MapTraffic();
        app.MapPipelines();
        app.MapDefinitions(Limits);
        app.MapDrafts(Limits);
        app.MapDrops(Limits);
        app.MapRuns(Streams);
        app.MapSteps();
        app.MapComparisons();
        app.MapFiles();
        app.MapFeatures();
        app.MapDictionary();
        app.MapModels();
        app.MapTags();
        app.MapModelCards();
        app.MapModelFiles();
        app.MapMonitoring();
        app.MapDrift();
        app.MapDecisions();
        app.MapAlerts();
        app.MapProfiles();
        app.MapScoring(Limits);
        app.MapAudit();
        app.MapOpenApi();
        app.MapApiReference();
    }
}
