using System.Collections.Concurrent;
using System.Net;
using DurableTask.Core;
using Grpc.Core;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.DurableTask.Testing.Sidecar;
using MlOps.WorkerDouble.Rpc;

namespace MlOps.WorkerDouble;

/// <summary>
/// A stand-in for the Azure Functions host: starts a published isolated worker as a process, reads and loads its functions over
/// FunctionRpc, invokes them, serves their durable client and drives their orchestrations on the Durable Task Framework.
/// </summary>
public sealed class WorkerHost : IAsyncDisposable
{
    private static readonly TimeSpan SlowStart = TimeSpan.FromSeconds(3);

    private readonly string folder;
    private readonly IReadOnlyDictionary<string, string> settings;
    private readonly Func<PlannedInvocation, Fault> faults;
    private readonly ConcurrentDictionary<string, WorkerProcess> workers = new();
    private readonly ConcurrentQueue<string> log = new();
    private readonly SemaphoreSlim starting = new(1);
    private readonly WebApplication app;
    private WorkerProcess? current;
    private int invocations;
    private DurableRelay? relay;

    private WorkerHost(string folder, IReadOnlyDictionary<string, string> settings, Func<PlannedInvocation, Fault> faults)
    {
        this.folder = Path.GetFullPath(folder);
        this.settings = settings;
        this.faults = faults;
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2));
        builder.Services.AddGrpc(grpc => grpc.MaxReceiveMessageSize = grpc.MaxSendMessageSize = null);
        builder.Services.AddSingleton(this);
        builder.Services.AddSingleton<InMemoryOrchestrationService>();
        builder.Services.AddSingleton<IOrchestrationService>(s => s.GetRequiredService<InMemoryOrchestrationService>());
        builder.Services.AddSingleton<IOrchestrationServiceClient>(s => s.GetRequiredService<InMemoryOrchestrationService>());
        builder.Services.AddSingleton<DurableHub>();
        app = builder.Build();
        app.MapGrpcService<RpcService>();
        app.MapGrpcService<DurableHub>();
    }

    /// <summary>Where the host listens.</summary>
    public Uri Address { get; private set; } = null!;

    /// <summary>The functions of the worker.</summary>
    public IReadOnlyDictionary<string, HostedFunction> Functions => current!.Functions;

    /// <summary>What the worker says it can do.</summary>
    public IReadOnlyDictionary<string, string> Capabilities => current!.Capabilities;

    /// <summary>What the worker has logged and written.</summary>
    public IReadOnlyCollection<string> Log => log;

    /// <summary>Processes started so far.</summary>
    public int Starts { get; private set; }

    /// <summary>From the start of the present process to its answer to WorkerInit.</summary>
    public TimeSpan InitTime => current!.InitTime;

    /// <summary>The task hub, as its client sees it.</summary>
    public IOrchestrationServiceClient Hub => app.Services.GetRequiredService<IOrchestrationServiceClient>();

    /// <summary>Starts the host and its worker; returns when every function is loaded.</summary>
    /// <param name="folder">What <c>dotnet publish</c> of the app has made.</param>
    /// <param name="settings">Application settings.</param>
    /// <param name="faults">What goes wrong.</param>
    public static async Task<WorkerHost> StartAsync(string folder, IReadOnlyDictionary<string, string> settings, Func<PlannedInvocation, Fault>? faults = null)
    {
        var host = new WorkerHost(folder, settings, faults ?? (_ => Fault.None));
        try
        {
            // The hub is made first: it waits for the application to have started.
            _ = host.app.Services.GetRequiredService<DurableHub>();
            await host.app.StartAsync();
            host.Address = new Uri(host.app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
            await host.WorkerAsync();
            host.relay = DurableRelay.Start(host);
            return host;
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
    }

    /// <summary>Delivers an event as Event Grid does: again, with pauses, until the function has taken it or there were thirty tries.</summary>
    /// <param name="function">The function.</param>
    /// <param name="json">The event.</param>
    public async Task DeliverAsync(string function, string json)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await InvokeAsync(function, new TypedData { String = json });
                return;
            }
            catch (Exception e) when (e is WorkerExitedException or InvocationFailedException && attempt < 30)
            {
                await Task.Delay(100);
            }
        }
    }

    /// <summary>Fires a timer.</summary>
    /// <param name="function">The function.</param>
    public Task FireTimerAsync(string function) => InvokeAsync(function, new TypedData
    {
        Json = """{"Schedule":{"AdjustForDST":true},"ScheduleStatus":{"Last":"2026-01-01T00:00:00+00:00","Next":"2026-01-01T00:05:00+00:00","LastUpdated":"2026-01-01T00:00:00+00:00"},"IsPastDue":false}""",
    });

    /// <summary>Kills the worker; the next invocation starts another one.</summary>
    public Task KillWorkerAsync() => current?.KillAsync() ?? Task.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        if (relay is not null)
        {
            await relay.DisposeAsync();
        }

        foreach (var worker in workers.Values)
        {
            await worker.DisposeAsync();
        }

        using (var limit = new CancellationTokenSource(TimeSpan.FromSeconds(2)))
        {
            await app.StopAsync(limit.Token).ContinueWith(_ => { }, TaskScheduler.Default);
        }

        await app.DisposeAsync();
        starting.Dispose();
    }

    /// <summary>Invokes a function once.</summary>
    /// <param name="name">The function.</param>
    /// <param name="trigger">What its trigger gives.</param>
    /// <param name="metadata">What the trigger says beside.</param>
    /// <param name="meanwhile">Done once the invocation was sent, with the invocation's id.</param>
    internal async Task<InvocationResponse> InvokeAsync(
        string name, TypedData trigger, IReadOnlyDictionary<string, string>? metadata = null, Func<WorkerProcess, string, Task>? meanwhile = null)
    {
        var worker = await WorkerAsync();
        var planned = new PlannedInvocation(Interlocked.Increment(ref invocations), name, worker.Functions[name].Trigger);
        var fault = faults(planned);
        if (fault == Fault.SlowStart)
        {
            await worker.KillAsync();
            await Task.Delay(SlowStart);
            worker = await WorkerAsync();
        }

        var function = worker.Functions[name];
        var request = new InvocationRequest { InvocationId = Guid.NewGuid().ToString(), FunctionId = function.Metadata.FunctionId, TraceContext = new RpcTraceContext() };
        foreach (var binding in function.Bindings)
        {
            var given = binding == function.TriggerBinding ? trigger : HostedFunction.Type(binding) == "durableClient" ? new TypedData { String = DurableClient() } : null;
            if (given is not null)
            {
                request.InputData.Add(new ParameterBinding { Name = (string)binding["name"]!, Data = given });
            }
        }

        foreach (var (key, value) in metadata ?? new Dictionary<string, string>())
        {
            request.TriggerMetadata[key] = new TypedData { String = value };
        }

        var response = await worker.InvokeAsync(request, async () =>
        {
            if (fault is Fault.Kill)
            {
                await Task.Delay(5);
                await worker.KillAsync();
            }
            else if (fault is Fault.Cancel)
            {
                await worker.CancelAsync(request.InvocationId);
            }
            else if (meanwhile is not null)
            {
                await meanwhile(worker, request.InvocationId);
            }
        });
        if (fault == Fault.LoseResponse)
        {
            await worker.KillAsync();
            throw new WorkerExitedException("The answer was lost.");
        }

        return response.Result.Status == StatusResult.Types.Status.Success
            ? response
            : throw new InvocationFailedException(response.Result.Exception?.Message ?? $"{response.Result.Status}", response.Result.Status == StatusResult.Types.Status.Cancelled);
    }

    // The one worker, started again when it has ended.
    private async Task<WorkerProcess> WorkerAsync()
    {
        await starting.WaitAsync();
        try
        {
            if (current is null || current.Exited.IsCompleted)
            {
                var worker = WorkerProcess.Start(folder, Address, settings, log.Enqueue);
                workers[worker.Id] = worker;
                Starts++;
                try
                {
                    await worker.InitializeAsync();
                }
                catch (Exception e)
                {
                    throw new InvalidOperationException($"The worker did not start ({e.Message}). It said:\n{string.Join('\n', log.TakeLast(30))}", e);
                }

                current = worker;
            }

            return current;
        }
        finally
        {
            starting.Release();
        }
    }

    // What the host's extension binds: where its durable service listens.
    private string DurableClient() => System.Text.Json.JsonSerializer.Serialize(new
    {
        taskHubName = "MlOps",
        connectionName = "AzureWebJobsStorage",
        rpcBaseUrl = Address.AbsoluteUri,
        maxGrpcMessageSizeInBytes = int.MaxValue,
        grpcHttpClientTimeout = "\"00:01:40\"",
        requiredQueryStringParameters = "code=double",
        baseUrl = $"{Address.AbsoluteUri}runtime/webhooks/durabletask",
    });

    private sealed class RpcService(WorkerHost host) : FunctionRpc.FunctionRpcBase
    {
        public override async Task EventStream(IAsyncStreamReader<StreamingMessage> requestStream, IServerStreamWriter<StreamingMessage> responseStream, ServerCallContext context)
        {
            if (await requestStream.MoveNext(context.CancellationToken) && requestStream.Current.ContentCase == StreamingMessage.ContentOneofCase.StartStream)
            {
                try
                {
                    await host.workers[requestStream.Current.StartStream.WorkerId].ServeAsync(requestStream, responseStream, context.CancellationToken);
                }
                catch (Exception e) when (e is IOException or OperationCanceledException)
                {
                    // The worker's process has ended.
                }
            }
        }
    }
}
