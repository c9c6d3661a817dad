using MlOps.Durable;
using MlOps.Durable.Functions;
using MlOps.Pipeline;
using MlOps.Pipeline.Arrival;
using MlOps.Pipeline.Artifacts;
using MlOps.Web.Access;

namespace MlOps.Cli.Hosting;

/// <summary>The pipelines as Azure Functions: the triggers beside the orchestrators and activities.</summary>
internal static class PipelineFunctions
{
    /// <summary>Receives Event Grid's events of the input container.</summary>
    public const string OnBlobCreated = "OnBlobCreated";

    /// <summary>Finds drops without a finished run, and what the platform dropped.</summary>
    public const string SweepTimer = "SweepDrops";

    /// <summary>Health, forwarded as it is.</summary>
    public const string Health = "Health";

    /// <summary>Everything else over HTTP, forwarded as it is: the caller is whom the platform's sign-in names.</summary>
    public const string Api = "Api";

    private static readonly string[] ApiMethods = ["get", "head", "post", "put"];

    // Every five minutes, not on the full one, when everybody else's timers fire.
    private const string SweepSchedule = "20 2-59/5 * * * *";

    /// <summary>All functions, for the layout: nothing of them is run.</summary>
    public static IReadOnlyList<FunctionDefinition> Definitions
    {
        get
        {
            var options = new FunctionsHandlerOptions();
            using var http = new HttpClient();
            using var services = new ServiceCollection().BuildServiceProvider();
            using var handler = Create(services, new FunctionsDurableTaskClient(http, options), options, Microsoft.Extensions.Logging.Abstractions.NullLoggerFactory.Instance);
            return handler.Functions;
        }
    }

    /// <summary>The services of the pipelines under the Functions host.</summary>
    /// <param name="account">The account of the data.</param>
    /// <param name="client">The durable client.</param>
    /// <param name="logging">Logs.</param>
    public static ServiceProvider Services(StorageAccount account, FunctionsDurableTaskClient client, ILoggerFactory logging) =>
        new ServiceCollection()
            .AddSingleton(logging)
            .AddLogging()
            .AddPipeline(account)
            .AddSingleton<DurableTaskClient>(client)
            .BuildServiceProvider();

    /// <summary>The handler with all functions.</summary>
    /// <param name="services">What <see cref="Services"/> gave.</param>
    /// <param name="client">The durable client.</param>
    /// <param name="options">Settings of the driver.</param>
    /// <param name="logging">Logs.</param>
    /// <param name="api">Answers machine callers who have shown a function's key; <see langword="null"/> where nobody asks.</param>
    public static FunctionsHandler Create(
        IServiceProvider services, FunctionsDurableTaskClient client, FunctionsHandlerOptions options, ILoggerFactory logging, KeyedApi? api = null)
    {
        var handler = Triggers(services, client, options, logging)
            .AddForwarded(FunctionDefinition.Http(Health, "api/health/{check?}", "anonymous", "get"))
            .AddForwarded(FunctionDefinition.Http(Api, "{*path}", "anonymous", ApiMethods));
        foreach (var role in Enum.GetValues<Role>())
        {
            // A function a role, so that a key of one gives nothing of another.
            handler.AddHttp(
                FunctionDefinition.InvokedHttp($"{role}Api", $"{KeyedPrefix(role).Trim('/')}/{{*path}}", "function", ApiMethods),
                (request, cancellation) => api?.Invoke(request, role, cancellation) ?? throw new InvalidOperationException("There is no API here."));
        }

        return handler;
    }

    /// <summary>Where callers with a key find the API in a role, before the address's part below <c>/api/</c>.</summary>
    /// <param name="role">The role.</param>
    public static string KeyedPrefix(Role role) => $"/keys/{role.ToString().ToLowerInvariant()}/";

    private static FunctionsHandler Triggers(IServiceProvider services, FunctionsDurableTaskClient client, FunctionsHandlerOptions options, ILoggerFactory logging) =>
        new FunctionsHandler(new DurableTaskRegistry().AddPipeline(), services, client, options, logging)
            .AddFunction(FunctionDefinition.EventGrid(OnBlobCreated), async (invocation, cancellation) =>
            {
                foreach (var json in invocation.EventGridEvents())
                {
                    foreach (var drop in await services.GetRequiredService<DropReceiver>().ReceiveAsync(json, cancellation))
                    {
                        invocation.Logs.Add($"{drop.BlobName}: {drop.Reception} {drop.RunId}");
                    }
                }
            })
            .AddFunction(FunctionDefinition.Timer(SweepTimer, SweepSchedule), async (invocation, cancellation) =>
            {
                var swept = await services.GetRequiredService<Sweep>().RunAsync(null, cancellation);
                invocation.Logs.Add($"{swept.Files} files; started {swept.Started.Count}, restarted {swept.Restarted.Count}, notices sent late {swept.NoticesSent}");
            });
}

/// <summary>Answers a request of a caller whose key the host has checked.</summary>
/// <param name="request">The request.</param>
/// <param name="role">The role that the key gives.</param>
/// <param name="cancellation">Stops the work.</param>
internal delegate Task<HttpInvocationAnswer> KeyedApi(HttpInvocation request, Role role, CancellationToken cancellation);
