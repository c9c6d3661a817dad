using Microsoft.DurableTask.Client;
using MlOps.Engine;
using MlOps.Pipeline.Arrival;
using MlOps.Pipeline.Artifacts;
using MlOps.Pipeline;

namespace MlOps.Cli.Hosting;

/// <summary>The pipelines of one account, run in this process: services, orchestrations and their worker.</summary>
internal sealed class PipelineHost : IAsyncDisposable
{
    // Below a step's own limit nobody may hang; what a definition allows is less.
    private static readonly TimeSpan ActivityDeadline = TimeSpan.FromHours(12);

    private readonly ServiceProvider services;
    private readonly Telemetry? telemetry = Telemetry.Start();

    private PipelineHost(ServiceProvider services) => this.services = services;

    /// <summary>The entry point for events.</summary>
    public DropReceiver Receiver => services.GetRequiredService<DropReceiver>();

    /// <summary>Finds what events missed.</summary>
    public Sweep Sweep => services.GetRequiredService<Sweep>();

    /// <summary>Asks about, ends and wakes orchestrations.</summary>
    public DurableTaskClient Client => services.GetRequiredService<DurableTaskClient>();

    /// <summary>Everything else by type.</summary>
    public IServiceProvider Services => services;

    /// <summary>Puts the pipelines together and starts their worker, which goes on with whatever an earlier process left.</summary>
    /// <param name="account">The account.</param>
    /// <param name="hub">Settings of the task hub.</param>
    /// <param name="logging">Logs.</param>
    /// <param name="cancellation">Gives up starting.</param>
    /// <param name="configure">Adds services before the defaults.</param>
    public static async Task<PipelineHost> StartAsync(
        ConnectedAccount account, TaskHubOptions hub, ILoggerFactory logging, CancellationToken cancellation, Action<IServiceCollection>? configure = null)
    {
        await account.Storage.EnsureContainersAsync(cancellation);
        var collection = new ServiceCollection().AddSingleton(logging).AddLogging();
        configure?.Invoke(collection);
        var services = collection
            .AddTaskHubWorker(account.TaskHub, hub, tasks => tasks.AddPipeline())
            .AddSingleton<IsInstanceLost>(s => (instance, stop) => s.GetRequiredService<LostInstances>().IsLostAsync(instance, DateTime.UtcNow, stop))
            .AddSingleton(s => new ActivityLimits(s.GetRequiredService<ActivityDrain>().Token, ActivityDeadline))
            .AddPipeline(account.Storage)
            .BuildServiceProvider();
        var host = new PipelineHost(services);
        try
        {
            foreach (var part in services.GetServices<IHostedService>())
            {
                await part.StartAsync(cancellation);
            }

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
        foreach (var part in services.GetServices<IHostedService>().Reverse())
        {
            await part.StopAsync(CancellationToken.None);
        }

        await services.DisposeAsync();
        telemetry?.Dispose();
    }
}
