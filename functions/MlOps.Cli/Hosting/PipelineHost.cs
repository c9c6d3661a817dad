using MlOps.Durable;
using MlOps.Durable.Local;
using MlOps.Pipeline;
using MlOps.Pipeline.Arrival;
using MlOps.Pipeline.Artifacts;

namespace MlOps.Cli.Hosting;

/// <summary>The pipelines of one account, run in this process: services, orchestrations and their worker.</summary>
internal sealed class PipelineHost : IAsyncDisposable
{
    private readonly ServiceProvider services;
    private readonly LocalDurableTaskWorker worker;
    private readonly Telemetry? telemetry = Telemetry.Start();

    private PipelineHost(ServiceProvider services, LocalDurableTaskWorker worker)
    {
        this.services = services;
        this.worker = worker;
    }

    /// <summary>The entry point for events.</summary>
    public DropReceiver Receiver => services.GetRequiredService<DropReceiver>();

    /// <summary>Finds what events missed.</summary>
    public Sweep Sweep => services.GetRequiredService<Sweep>();

    /// <summary>Asks about, ends and wakes orchestrations.</summary>
    public DurableTaskClient Client => worker.Client;

    /// <summary>Everything else by type.</summary>
    public IServiceProvider Services => services;

    /// <summary>Puts the pipelines together and starts their worker, which goes on with whatever an earlier process left.</summary>
    /// <param name="account">The account.</param>
    /// <param name="logging">Logs.</param>
    /// <param name="cancellation">Gives up starting.</param>
    public static async Task<PipelineHost> StartAsync(StorageAccount account, ILoggerFactory logging, CancellationToken cancellation)
    {
        await account.EnsureContainersAsync(cancellation);
        LocalDurableTaskWorker? worker = null;
        var services = new ServiceCollection()
            .AddSingleton(logging)
            .AddLogging()
            .AddPipeline(account)
            .AddSingleton<DurableTaskClient>(_ => worker!.Client)
            .BuildServiceProvider();
        worker = new LocalDurableTaskWorker(account.Journal, new DurableTaskRegistry().AddPipeline(), services, new LocalOptions { ActivityDeadline = TimeSpan.FromHours(12) }, logging);
        var host = new PipelineHost(services, worker);
        try
        {
            await worker.StartAsync(cancellation);
            return host;
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
    }

    /// <summary>Drains: activities that run may end, nothing new starts, all state is written.</summary>
    public async ValueTask DisposeAsync()
    {
        await worker.DisposeAsync();
        await services.DisposeAsync();
        telemetry?.Dispose();
    }
}
