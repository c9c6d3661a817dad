using MlOps.Durable.Local;

namespace MlOps.Durable.Tests.Local;

public sealed class ActivityPoolTests : IAsyncDisposable
{
    private readonly LocalHost host = new();

    public ValueTask DisposeAsync() => host.DisposeAsync();

    [Theory]
    [InlineData(3, 0.9, 3)]
    [InlineData(3, 0.0, 1)]
    public async Task Activities_run_side_by_side_as_far_as_places_and_memory_allow(int places, double memory, int most)
    {
        var (running, seen) = (0, 0);
        var registry = new DurableTaskRegistry()
            .AddActivityFunc<int, int>("Step", async (_, n) =>
            {
                var now = Interlocked.Increment(ref running);
                lock (host)
                {
                    seen = Math.Max(seen, now);
                }

                // Time for the others to come in, were they let in.
                await Task.Delay(20);
                Interlocked.Decrement(ref running);
                return n;
            })
            .AddOrchestratorFunc<int, int>("O", async (context, n) => (await Task.WhenAll(Enumerable.Range(0, n).Select(i => context.CallActivityAsync<int>("Step", i)))).Sum());
        var worker = await host.StartAsync(registry, LocalHost.Quick with { MaxConcurrentActivities = places, MaxMemoryLoad = memory });

        Assert.Equal(66, (await EndAsync(worker, 12)).ReadOutputAs<int>());
        Assert.Equal(most, seen);
    }

    [Fact]
    public async Task An_activity_that_does_not_end_within_its_deadline_has_failed()
    {
        var registry = new DurableTaskRegistry()
            .AddActivityFunc<int, int>("Endless", async (context, n) =>
            {
                await Task.Delay(Timeout.Infinite, context.CancellationToken);
                return n;
            })
            .AddOrchestratorFunc<int, int>("O", (context, n) => context.CallActivityAsync<int>("Endless", n));
        var worker = await host.StartAsync(registry, LocalHost.Quick with { ActivityDeadline = TimeSpan.FromMilliseconds(50) });

        var end = await EndAsync(worker, 1);
        Assert.Equal(OrchestrationRuntimeStatus.Failed, end.RuntimeStatus);
        Assert.Contains("did not end within its deadline", end.FailureDetails!.ErrorMessage, StringComparison.Ordinal);
    }

    private static async Task<OrchestrationMetadata> EndAsync(LocalDurableTaskWorker worker, int input)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var id = await worker.Client.ScheduleNewOrchestrationInstanceAsync("O", input, null, patience.Token);
        return await worker.Client.WaitForInstanceCompletionAsync(id, true, patience.Token);
    }
}
