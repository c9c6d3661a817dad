using System.Collections.Concurrent;
using Microsoft.Extensions.Logging.Abstractions;
using MlOps.Durable.Local;
using MlOps.Testing;

namespace MlOps.Durable.Tests.Local;

/// <summary>Two workers on one account, as two processes are. What a killed process leaves is the subject of the chaos test.</summary>
public sealed class TwoProcessesTests(AzuriteFixture azurite)
{
    [Fact]
    public async Task Two_workers_share_the_instances_and_run_nothing_twice()
    {
        var container = await azurite.NewContainerAsync();
        var runs = new ConcurrentDictionary<string, int>(StringComparer.Ordinal);
        var registry = new DurableTaskRegistry()
            .AddActivityFunc<string, string>("Step", async (_, input) =>
            {
                runs.AddOrUpdate(input, 1, (_, n) => n + 1);
                await Task.Delay(5);
                return input;
            })
            .AddOrchestratorFunc<string, string>("O", async (context, _) =>
                string.Concat(await Task.WhenAll(Enumerable.Range(0, 4).Select(i => context.CallActivityAsync<string>("Step", $"{context.InstanceId}/{i}")))));
        await using var one = New(container, registry);
        await using var two = New(container, registry);
        await one.StartAsync();
        await two.StartAsync();
        var client = new LocalDurableTaskClient(container);

        var ids = await Task.WhenAll(Enumerable.Range(0, 30).Select(i => client.ScheduleNewOrchestrationInstanceAsync("O", null, new StartOrchestrationOptions($"i{i}"))));
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var ends = await Task.WhenAll(ids.Select(id => client.WaitForInstanceCompletionAsync(id, false, patience.Token)));

        Assert.All(ends, end => Assert.Equal(OrchestrationRuntimeStatus.Completed, end.RuntimeStatus));
        Assert.Equal(120, runs.Count);
        Assert.All(runs, run => Assert.Equal(1, run.Value));
        Assert.Equal(120, one.CompletedActivities + two.CompletedActivities);
    }

    [Fact]
    public async Task A_worker_that_stops_hands_its_instances_over_at_once()
    {
        var container = await azurite.NewContainerAsync();
        var registry = new DurableTaskRegistry().AddOrchestratorFunc<string, string>("O", (context, _) => context.WaitForExternalEvent<string>("go"));
        await using var one = New(container, registry);
        await using var two = New(container, registry);
        await one.StartAsync();
        await two.StartAsync();
        await one.Client.ScheduleNewOrchestrationInstanceAsync("O", null, new StartOrchestrationOptions("i"));
        await one.StopAsync();

        var client = new LocalDurableTaskClient(container);
        await client.RaiseEventAsync("i", "go", "on");
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        Assert.Equal("on", (await client.WaitForInstanceCompletionAsync("i", true, patience.Token)).ReadOutputAs<string>());
    }

    private static LocalDurableTaskWorker New(Azure.Storage.Blobs.BlobContainerClient container, DurableTaskRegistry registry) =>
        new(container, registry, Replay.NoServices.Instance, new LocalOptions { PollInterval = TimeSpan.FromMilliseconds(50), ScanInterval = TimeSpan.FromSeconds(1) }, NullLoggerFactory.Instance);
}
