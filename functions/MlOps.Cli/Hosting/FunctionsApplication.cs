using MlOps.Durable.Functions;
using MlOps.Pipeline.Artifacts;

namespace MlOps.Cli.Hosting;

/// <summary>The pipelines as a custom handler runs them: account, services, functions.</summary>
internal sealed class FunctionsApplication : IAsyncDisposable
{
    /// <summary>Container of payloads that are too large for histories.</summary>
    private const string PayloadContainer = "durable";

    private readonly ServiceProvider services;
    private readonly HttpClient http;

    // Traces and metrics, where a collector is named; logs go through the host.
    private readonly Telemetry? telemetry = Telemetry.Start();

    // Not before somebody asks: most of what the host sends are invocations.
    private readonly Lazy<Task<HandlerApi>> api;

    private FunctionsApplication(ServiceProvider services, FunctionsHandler handler, HttpClient http, Lazy<Task<HandlerApi>> api)
    {
        this.services = services;
        this.api = api;
        Handler = handler;
        this.http = http;
    }

    /// <summary>All functions.</summary>
    public FunctionsHandler Handler { get; }

    /// <summary>The HTTP API.</summary>
    public Task<HandlerApi> Api => api.Value;

    /// <summary>Puts it together. Asks nobody anything; whether the containers are there is looked after in the background.</summary>
    /// <param name="root">The application's root, with host.json.</param>
    /// <param name="connection">The account of the data: a connection string, or the address of its blob service.</param>
    /// <param name="logging">Logs.</param>
    public static FunctionsApplication Compose(string root, string connection, ILoggerFactory logging)
    {
        var account = AccountLocation.Connect(connection);
        var options = new FunctionsHandlerOptions
        {
            Payloads = new BlobPayloadStore(account.Service.GetBlobContainerClient(PayloadContainer)),
            ActivityDeadline = FunctionsLayout.ActivityDeadline(root) ?? new FunctionsHandlerOptions().ActivityDeadline,
        };
        var http = new HttpClient { Timeout = TimeSpan.FromSeconds(100) };
        var client = new FunctionsDurableTaskClient(http, options);
        var services = PipelineFunctions.Services(account, client, logging);
        var api = new Lazy<Task<HandlerApi>>(() => HandlerApi.StartAsync(account, client, logging));
        var handler = PipelineFunctions.Create(services, client, options, logging, async (request, role, cancellation) => await (await api.Value).AnswerAsync(request, role, cancellation));
        var application = new FunctionsApplication(services, handler, http, api);
        _ = EnsureContainersAsync(account, logging.CreateLogger("MlOps.Handler"));
        return application;
    }

    public async ValueTask DisposeAsync()
    {
        if (api.IsValueCreated && await api.Value.ContinueWith(started => started.IsCompletedSuccessfully ? started.Result : null, TaskScheduler.Default) is { } started)
        {
            await started.DisposeAsync();
        }

        await services.DisposeAsync();
        Handler.Dispose();
        http.Dispose();
        telemetry?.Dispose();
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
}
