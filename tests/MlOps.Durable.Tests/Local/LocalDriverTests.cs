using System.Collections.Concurrent;
using MlOps.Durable.Local;

namespace MlOps.Durable.Tests.Local;

public sealed class LocalDriverTests : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly LocalHost host = new();
    private readonly ConcurrentQueue<string> runs = new();

    public ValueTask DisposeAsync() => host.DisposeAsync();

    [Fact]
    public async Task Activities_in_sequence_and_side_by_side_give_their_results()
    {
        var worker = await host.StartAsync(Echo().AddOrchestratorFunc<int, string>("O", async (context, n) =>
        {
            var first = await context.CallActivityAsync<string>("Echo", "a");
            var rest = await Task.WhenAll(Enumerable.Range(0, n).Select(i => context.CallActivityAsync<string>("Echo", $"{i}")));
            return first + string.Concat(rest);
        }));

        Assert.Equal("a01234", await RunAsync<string>(worker, "O", 5));
        Assert.Equal(6, runs.Count);
    }

    [Fact]
    public async Task A_failing_activity_is_retried_with_back_off_and_then_fails_the_instance()
    {
        var attempts = 0;
        var registry = new DurableTaskRegistry()
            .AddActivityFunc<string, string>("Flaky", (_, _) => ++attempts < 3 ? throw new InvalidOperationException("not yet") : Task.FromResult("done"))
            .AddActivityFunc<string, string>("Broken", (_, _) => throw new InvalidOperationException("never"))
            .AddOrchestratorFunc<string, string>("O", (context, name) =>
                context.CallActivityAsync<string>(name, "x", TaskOptions.FromRetryPolicy(new RetryPolicy(3, TimeSpan.FromMilliseconds(10), 2))));
        var worker = await host.StartAsync(registry);

        Assert.Equal("done", await RunAsync<string>(worker, "O", "Flaky"));
        Assert.Equal(3, attempts);

        var failed = await EndAsync(worker, "O", "Broken");
        Assert.Equal(OrchestrationRuntimeStatus.Failed, failed.RuntimeStatus);
        Assert.Equal("never", failed.FailureDetails!.InnerFailure!.ErrorMessage);
        Assert.Equal("System.InvalidOperationException", failed.FailureDetails.InnerFailure.ErrorType);
    }

    [Fact]
    public async Task A_failure_that_cannot_be_mended_is_not_retried()
    {
        var attempts = 0;
        var registry = new DurableTaskRegistry()
            .AddActivityFunc<string, string>("Bad", (_, _) =>
            {
                attempts++;
                throw new InvalidDataException("wrapped", new NonRetriableActivityException("column X is missing"));
            })
            .AddOrchestratorFunc<string, string>("O", (context, _) =>
                context.CallActivityAsync<string>("Bad", "x", TaskOptions.FromRetryPolicy(new RetryPolicy(5, TimeSpan.FromMilliseconds(10)))));
        var worker = await host.StartAsync(registry);

        Assert.Equal(OrchestrationRuntimeStatus.Failed, (await EndAsync(worker, "O", null)).RuntimeStatus);
        Assert.Equal(1, attempts);
    }

    [Fact]
    public async Task Timers_fire_and_never_before_their_time()
    {
        var worker = await host.StartAsync(new DurableTaskRegistry().AddOrchestratorFunc<string, double>("O", async (context, _) =>
        {
            var start = context.CurrentUtcDateTime;
            await context.CreateTimer(TimeSpan.FromMilliseconds(100), CancellationToken.None);
            return (context.CurrentUtcDateTime - start).TotalMilliseconds;
        }));

        Assert.InRange(await RunAsync<double>(worker, "O", null), 100, 20_000);
    }

    [Fact]
    public async Task Events_reach_an_instance_from_its_own_process_from_another_and_from_an_orchestrator()
    {
        var worker = await host.StartAsync(new DurableTaskRegistry()
            .AddOrchestratorFunc<string, string>("Waiter", async (context, _) =>
                await context.WaitForExternalEvent<string>("one") + await context.WaitForExternalEvent<string>("two") + await context.WaitForExternalEvent<string>("three"))
            .AddOrchestratorFunc<string, string?>("Sender", (context, to) =>
            {
                context.SendEvent(to, "three", "c");
                return Task.FromResult<string?>(null);
            }));
        await worker.Client.ScheduleNewOrchestrationInstanceAsync("Waiter", null, new StartOrchestrationOptions("w"));
        await worker.Client.RaiseEventAsync("w", "ONE", "a");
        await host.ClientElsewhere().RaiseEventAsync("w", "two", "b");
        await RunAsync<string?>(worker, "Sender", "w");

        Assert.Equal("abc", (await worker.Client.WaitForInstanceCompletionAsync("w", true, Soon())).ReadOutputAs<string>());
        await Assert.ThrowsAsync<OrchestrationNotFoundException>(() => worker.Client.RaiseEventAsync("nobody", "one"));
    }

    [Fact]
    public async Task A_wait_for_an_event_ends_with_a_cancellation_when_the_time_is_up()
    {
        var worker = await host.StartAsync(new DurableTaskRegistry().AddOrchestratorFunc<string, string>("O", async (context, _) =>
        {
            try
            {
                return await context.WaitForExternalEvent<string>("never", TimeSpan.FromMilliseconds(30));
            }
            catch (OperationCanceledException)
            {
                return "timed out";
            }
        }));

        Assert.Equal("timed out", await RunAsync<string>(worker, "O", null));
    }

    [Fact]
    public async Task Sub_orchestrations_give_results_fail_and_are_retried_under_the_same_id()
    {
        var attempts = 0;
        var worker = await host.StartAsync(Echo()
            .AddActivityFunc<string, string>("Count", (_, input) => ++attempts < 3 ? throw new InvalidOperationException("child") : Task.FromResult(input))
            .AddOrchestratorFunc<string, string>("Child", (context, input) => context.CallActivityAsync<string>("Count", $"{input}/{context.Parent!.InstanceId}/{context.InstanceId}"))
            .AddOrchestratorFunc<string, string>("Parent", (context, _) =>
                context.CallSubOrchestratorAsync<string>("Child", "in", new SubOrchestrationOptions(TaskRetryOptions.FromRetryPolicy(new RetryPolicy(3, TimeSpan.FromMilliseconds(5))), "p-child"))));

        var end = await EndAsync(worker, "Parent", null, "p");
        Assert.Equal("in/p/p-child", end.ReadOutputAs<string>());
        Assert.Equal(3, attempts);
    }

    [Fact]
    public async Task A_sub_orchestration_never_replaces_a_running_instance_that_is_not_its_own()
    {
        var worker = await host.StartAsync(new DurableTaskRegistry()
            .AddOrchestratorFunc<string, string>("Waiter", (context, _) => context.WaitForExternalEvent<string>("go"))
            .AddOrchestratorFunc<string, string>("Parent", (context, _) => context.CallSubOrchestratorAsync<string>("Waiter", new SubOrchestrationOptions(instanceId: "taken"))));
        await worker.Client.ScheduleNewOrchestrationInstanceAsync("Waiter", null, new StartOrchestrationOptions("taken"));

        var end = await EndAsync(worker, "Parent", null);

        Assert.Equal(OrchestrationRuntimeStatus.Failed, end.RuntimeStatus);
        Assert.Contains("taken", end.FailureDetails!.ErrorMessage, StringComparison.Ordinal);
        await worker.Client.RaiseEventAsync("taken", "go", "still here");
        Assert.Equal("still here", (await worker.Client.WaitForInstanceCompletionAsync("taken", true, Soon())).ReadOutputAs<string>());
    }

    [Fact]
    public async Task Continue_as_new_starts_again_with_the_events_that_nobody_took()
    {
        var worker = await host.StartAsync(Echo().AddOrchestratorFunc<int, string>("O", async (context, round) =>
        {
            var got = await context.WaitForExternalEvent<string>("next");
            await context.CallActivityAsync<string>("Echo", got);
            if (round < 4)
            {
                context.ContinueAsNew(round + 1);
            }

            return $"{round}:{got}";
        }));
        await worker.Client.ScheduleNewOrchestrationInstanceAsync("O", 0, new StartOrchestrationOptions("loop"));
        for (var i = 0; i < 5; i++)
        {
            await worker.Client.RaiseEventAsync("loop", "next", $"e{i}");
        }

        Assert.Equal("4:e4", (await worker.Client.WaitForInstanceCompletionAsync("loop", true, Soon())).ReadOutputAs<string>());
        Assert.Equal(["e0", "e1", "e2", "e3", "e4"], runs);
    }

    [Fact]
    public async Task A_start_by_id_is_idempotent_also_from_many_callers_at_once()
    {
        var worker = await host.StartAsync(Echo().AddOrchestratorFunc<string, string>("O", (context, input) => context.CallActivityAsync<string>("Echo", input)));
        var options = new StartOrchestrationOptions("once");

        var started = await Task.WhenAll(Enumerable.Range(0, 20).Select(i =>
            (i % 2 == 0 ? worker.Client : host.ClientElsewhere()).TryScheduleAsync("O", $"{i}", options)));
        await worker.Client.WaitForInstanceCompletionAsync("once", true, Soon());

        Assert.Single(started, true);
        Assert.Single(runs);
        await Assert.ThrowsAsync<OrchestrationAlreadyExistsException>(() => worker.Client.ScheduleNewOrchestrationInstanceAsync("O", "x", options));
        await worker.Client.ScheduleNewOrchestrationInstanceAsync("O", "again", options.WithDedupeStatuses(OrchestrationRuntimeStatus.Running));
        Assert.Equal("again", (await worker.Client.WaitForInstanceCompletionAsync("once", true, Soon())).ReadOutputAs<string>());
    }

    [Fact]
    public async Task A_start_from_another_process_is_noticed()
    {
        var worker = await host.StartAsync(Echo().AddOrchestratorFunc<string, string>("O", (context, input) => context.CallActivityAsync<string>("Echo", input)));
        await host.ClientElsewhere().ScheduleNewOrchestrationInstanceAsync("O", "far", new StartOrchestrationOptions("r"));

        Assert.Equal("far", (await host.ClientElsewhere().WaitForInstanceCompletionAsync("r", true, Soon())).ReadOutputAs<string>());
        Assert.Equal(1, worker.CompletedActivities);
    }

    [Fact]
    public async Task A_scheduled_start_waits_and_keeps_the_events_that_come_before_it()
    {
        var worker = await host.StartAsync(new DurableTaskRegistry().AddOrchestratorFunc<string, string>("O", (context, _) => context.WaitForExternalEvent<string>("e")));
        var at = DateTimeOffset.UtcNow.AddMilliseconds(300);
        await worker.Client.ScheduleNewOrchestrationInstanceAsync("O", null, new StartOrchestrationOptions("later", at));
        await worker.Client.RaiseEventAsync("later", "e", "early");

        Assert.Equal(OrchestrationRuntimeStatus.Pending, (await worker.Client.GetInstanceAsync("later"))!.RuntimeStatus);
        var end = await worker.Client.WaitForInstanceCompletionAsync("later", true, Soon());
        Assert.Equal("early", end.ReadOutputAs<string>());
        Assert.True(end.LastUpdatedAt >= at);
    }

    private DurableTaskRegistry Echo() => new DurableTaskRegistry().AddActivityFunc<string, string>("Echo", (_, input) =>
    {
        runs.Enqueue(input);
        return Task.FromResult(input);
    });

    private static CancellationToken Soon() => new CancellationTokenSource(Patience).Token;

    private static async Task<OrchestrationMetadata> EndAsync(LocalDurableTaskWorker worker, string name, object? input, string? id = null)
    {
        var instanceId = await worker.Client.ScheduleNewOrchestrationInstanceAsync(name, input, new StartOrchestrationOptions(id));
        return await worker.Client.WaitForInstanceCompletionAsync(instanceId, true, Soon());
    }

    private static async Task<T?> RunAsync<T>(LocalDurableTaskWorker worker, string name, object? input)
    {
        var end = await EndAsync(worker, name, input);
        Assert.True(end.RuntimeStatus == OrchestrationRuntimeStatus.Completed, $"{end.RuntimeStatus}: {end.FailureDetails}");
        return end.ReadOutputAs<T>();
    }
}
