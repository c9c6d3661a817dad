using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using MlOps.Testing;

namespace MlOps.Engine.Tests;

/// <summary>A worker of a task hub on the emulator.</summary>
internal sealed class Hub : IAsyncDisposable
{
    private readonly ServiceProvider services;
    private readonly IHostedService worker;
    private readonly TemporaryFolder? own;

    private Hub(ServiceProvider services, TaskHubOptions options, TemporaryFolder? own)
    {
        this.services = services;
        this.own = own;
        Options = options;
        worker = services.GetServices<IHostedService>().Single();
    }

    public TaskHubOptions Options { get; }

    public DurableTaskClient Client => services.GetRequiredService<DurableTaskClient>();

    public LostInstances Lost => services.GetRequiredService<LostInstances>();

    public static async Task<Hub> StartAsync(AzuriteFixture azurite, Action<DurableTaskRegistry> tasks, TaskHubOptions? options = null, Action<IServiceCollection>? configure = null)
    {
        var own = options is null ? new TemporaryFolder() : null;
        options ??= Settings(azurite, own!.Path);
        var collection = new ServiceCollection().AddLogging(logging => logging.SetMinimumLevel(LogLevel.None));
        configure?.Invoke(collection);
        var hub = new Hub(collection.AddTaskHubWorker(TaskHubAccount.FromConnectionString(azurite.ConnectionString), options, tasks).BuildServiceProvider(), options, own);
        await hub.worker.StartAsync(CancellationToken.None);
        return hub;
    }

    /// <summary>Settings with short waits, and a hub that no other test has.</summary>
    public static TaskHubOptions Settings(AzuriteFixture azurite, string folder) =>
        new() { Folder = folder, HubName = "hub" + azurite.NewPrefix(), MaxPollingInterval = TimeSpan.FromMilliseconds(250), MaxConcurrentActivities = 8 };

    public async Task<OrchestrationMetadata> EndAsync(string name, object? input = null, string? id = null)
    {
        using var patience = new CancellationTokenSource(Patience.Limit);
        var instance = await Client.ScheduleNewOrchestrationInstanceAsync(name, input, new StartOrchestrationOptions(id), patience.Token);
        return await Client.WaitForInstanceCompletionAsync(instance, true, patience.Token);
    }

    public async Task<T?> RunAsync<T>(string name, object? input = null)
    {
        var end = await EndAsync(name, input);
        Assert.True(end.RuntimeStatus == OrchestrationRuntimeStatus.Completed, $"{end.RuntimeStatus}: {end.SerializedOutput}");
        return end.ReadOutputAs<T>();
    }

    public Task StopAsync() => worker.StopAsync(CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        await worker.StopAsync(CancellationToken.None);
        await services.DisposeAsync();
        own?.Dispose();
    }
}
