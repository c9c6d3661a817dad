using Microsoft.Extensions.DependencyInjection;
using System.Collections.Concurrent;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using MlOps.Testing;

namespace MlOps.Engine.Tests;

/// <summary>The official programming model on the engine: what orchestrators and clients may rely on.</summary>
public sealed class OrchestrationTests(AzuriteFixture azurite)
{
    private readonly ConcurrentQueue<string> runs = new();

    [Fact]
    public async Task Activities_in_sequence_and_side_by_side_give_their_results()
    {
        await using var hub = await StartAsync(tasks => tasks.AddOrchestratorFunc<int, string>("O", async (context, n) =>
        {
            var first = await context.CallActivityAsync<string>("Echo", "a");
            var rest = await Task.WhenAll(Enumerable.Range(0, n).Select(i => context.CallActivityAsync<string>("Echo", $"{i}")));
            return first + string.Concat(rest);
        }));

        Assert.Equal("a01234", await hub.RunAsync<string>("O", 5));
        Assert.Equal(6, runs.Count);
    }

    [Fact]
    public async Task A_failing_activity_is_retried_and_then_fails_the_instance_with_its_cause()
    {
        var attempts = 0;
        await using var hub = await StartAsync(tasks => tasks
            .AddActivityFunc<string, string>("Flaky", (_, _) => ++attempts < 3 ? throw new InvalidOperationException("not yet") : Task.FromResult("done"))
            .AddActivityFunc<string, string>("Broken", (_, _) => Task.FromException<string>(new InvalidDataException("never", new IOException("the disk"))))
            .AddOrchestratorFunc<string, string>("O", (context, name) =>
                context.CallActivityAsync<string>(name, "x", TaskOptions.FromRetryPolicy(new RetryPolicy(3, TimeSpan.FromMilliseconds(10), 2))))
            .AddOrchestratorFunc<string, string>("Tells", async (context, name) =>
            {
                try
                {
                    return await context.CallActivityAsync<string>(name, "x");
                }
                catch (TaskFailedException e)
                {
                    return $"{e.FailureDetails.ErrorType}: {e.FailureDetails.ErrorMessage} <- {e.FailureDetails.InnerFailure!.ErrorMessage}";
                }
            }));

        Assert.Equal("done", await hub.RunAsync<string>("O", "Flaky"));
        Assert.Equal(3, attempts);
        var failed = await hub.EndAsync("O", "Broken");
        Assert.Equal(OrchestrationRuntimeStatus.Failed, failed.RuntimeStatus);
        Assert.Contains("never", failed.SerializedOutput, StringComparison.Ordinal);
        Assert.Equal("System.IO.InvalidDataException: never <- the disk", await hub.RunAsync<string>("Tells", "Broken"));
    }

    [Fact]
    public async Task Timers_fire_at_their_time_to_the_second_and_a_wait_for_an_event_ends_when_its_time_is_up()
    {
        await using var hub = await StartAsync(tasks => tasks
            .AddOrchestratorFunc<string, double>("Timer", async (context, _) =>
            {
                var start = context.CurrentUtcDateTime;
                await context.CreateTimer(TimeSpan.FromSeconds(3), CancellationToken.None);
                return (context.CurrentUtcDateTime - start).TotalMilliseconds;
            })
            .AddOrchestratorFunc<string, string>("Wait", async (context, _) =>
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

        Assert.InRange(await hub.RunAsync<double>("Timer"), 2_000, 60_000);
        Assert.Equal("timed out", await hub.RunAsync<string>("Wait"));
    }

    [Fact]
    public async Task Events_reach_an_instance_early_late_and_from_another_orchestrator()
    {
        await using var hub = await StartAsync(tasks => tasks
            .AddOrchestratorFunc<string, string>("Waiter", async (context, _) =>
            {
                await context.CallActivityAsync<string>("Echo", "first");
                return await context.WaitForExternalEvent<string>("one") + await context.WaitForExternalEvent<string>("two");
            })
            .AddOrchestratorFunc<string, string>("Sender", (context, to) =>
            {
                context.SendEvent(to, "two", "b");
                return Task.FromResult("sent");
            }));
        await hub.Client.ScheduleNewOrchestrationInstanceAsync("Waiter", null, new StartOrchestrationOptions("w"));
        await hub.Client.RaiseEventAsync("w", "one", "a");
        await hub.RunAsync<string>("Sender", "w");

        Assert.Equal("ab", (await hub.Client.WaitForInstanceCompletionAsync("w", true, Soon())).ReadOutputAs<string>());
    }

    [Fact]
    public async Task A_sub_orchestration_knows_its_parent()
    {
        await using var hub = await StartAsync(tasks => tasks
            .AddOrchestratorFunc<string, string>("Child", (context, input) => context.CallActivityAsync<string>("Echo", $"{input}/{context.Parent!.InstanceId}/{context.InstanceId}"))
            .AddOrchestratorFunc<string, string>("Parent", (context, _) => context.CallSubOrchestratorAsync<string>("Child", "in", new SubOrchestrationOptions(instanceId: "p-child"))));

        Assert.Equal("in/p/p-child", (await hub.EndAsync("Parent", null, "p")).ReadOutputAs<string>());
    }

    [Fact]
    public async Task Twenty_starts_under_one_id_at_once_and_later_ones_make_one_run()
    {
        await using var hub = await StartAsync(tasks => tasks.AddOrchestratorFunc<string, string>("O", (context, input) => context.CallActivityAsync<string>("Echo", input)));
        var every = new StartOrchestrationOptions("once").WithDedupeStatuses([.. StartOrchestrationOptionsExtensions.ValidDedupeStatuses]);
        var taken = 0;

        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => TryAsync()));
        Assert.Equal("x", (await hub.Client.WaitForInstanceCompletionAsync("once", true, Soon())).ReadOutputAs<string>());
        await TryAsync();
        await hub.RunAsync<string>("O", "after");

        Assert.InRange(taken, 1, 21);
        Assert.Equal(["x", "after"], runs);

        async Task TryAsync()
        {
            try
            {
                await hub.Client.ScheduleNewOrchestrationInstanceAsync("O", "x", every);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                Interlocked.Increment(ref taken);
            }
        }
    }

    [Fact]
    public async Task A_suspended_instance_takes_nothing_in_until_it_is_resumed_and_a_terminated_one_ends()
    {
        await using var hub = await StartAsync(tasks => tasks.AddOrchestratorFunc<string, string>("O", (context, _) => context.WaitForExternalEvent<string>("go")));
        foreach (var id in new[] { "held", "ended" })
        {
            await hub.Client.ScheduleNewOrchestrationInstanceAsync("O", null, new StartOrchestrationOptions(id));
            await hub.Client.WaitForInstanceStartAsync(id, Soon());
        }

        await hub.Client.SuspendInstanceAsync("held", "hold on");
        await hub.Client.RaiseEventAsync("held", "go", "now");
        await hub.Client.TerminateInstanceAsync("ended", "enough");
        var ended = await hub.Client.WaitForInstanceCompletionAsync("ended", true, Soon());
        Assert.Equal((OrchestrationRuntimeStatus.Terminated, "enough"), (ended.RuntimeStatus, ended.ReadOutputAs<string>()));
        Assert.False((await hub.Client.GetInstanceAsync("held"))!.IsCompleted);

        await hub.Client.ResumeInstanceAsync("held", "go on");
        Assert.Equal("now", (await hub.Client.WaitForInstanceCompletionAsync("held", true, Soon())).ReadOutputAs<string>());
        Assert.Equal(1, (await hub.Client.PurgeInstanceAsync("held")).PurgedInstanceCount);
        Assert.Null(await hub.Client.GetInstanceAsync("held"));
    }

    [Fact]
    public async Task A_failed_instance_goes_on_from_its_failure_when_it_is_rewound()
    {
        var broken = true;
        await using var hub = await StartAsync(tasks => tasks
            .AddActivityFunc<string, string>("Sometimes", (_, input) => broken ? Task.FromException<string>(new InvalidOperationException("broken")) : Task.FromResult(input))
            .AddOrchestratorFunc<string, string>("O", async (context, _) => await context.CallActivityAsync<string>("Echo", "once") + await context.CallActivityAsync<string>("Sometimes", "mended")));
        Assert.Equal(OrchestrationRuntimeStatus.Failed, (await hub.EndAsync("O", null, "i")).RuntimeStatus);

        broken = false;
        await hub.Client.RewindInstanceAsync("i", "mended");
        OrchestrationMetadata end;
        do
        {
            end = await hub.Client.WaitForInstanceCompletionAsync("i", true, Soon());
        }
        while (end.RuntimeStatus == OrchestrationRuntimeStatus.Failed);

        Assert.Equal("oncemended", end.ReadOutputAs<string>());
        Assert.Single(runs);
    }

    [Fact]
    public async Task Payloads_of_two_megabytes_go_through()
    {
        await using var hub = await StartAsync(tasks => tasks.AddOrchestratorFunc<string, string>("O", (context, input) => context.CallActivityAsync<string>("Echo", input)));
        var large = string.Concat(Enumerable.Range(0, 300_000).Select(i => $"{i:x}é"));

        Assert.Equal(large, await hub.RunAsync<string>("O", large));
    }

    [Fact]
    public async Task An_account_on_which_no_worker_ever_ran_has_no_instances()
    {
        using var folder = new TemporaryFolder();
        await using var services = new ServiceCollection()
            .AddLogging()
            .AddTaskHubClient(TaskHubAccount.FromConnectionString(azurite.ConnectionString), Hub.Settings(azurite, folder.Path))
            .BuildServiceProvider();
        var client = services.GetRequiredService<DurableTaskClient>();

        Assert.Null(await client.GetInstanceAsync("nobody"));
    }

    [Fact]
    public void The_services_of_an_account_lie_beside_its_blob_service()
    {
        var credential = new Azure.Identity.DefaultAzureCredential();
        TaskHubAccount.FromIdentity(new Uri("https://data.blob.core.windows.net"), credential);
        var refused = Assert.Throws<ArgumentException>(() => TaskHubAccount.FromIdentity(new Uri("https://data.example.org"), credential));
        Assert.Contains("https://name.blob.core.windows.net", refused.Message, StringComparison.Ordinal);
    }

    private Task<Hub> StartAsync(Action<DurableTaskRegistry> tasks) => Hub.StartAsync(azurite, registry =>
    {
        registry.AddActivityFunc<string, string>("Echo", (_, input) =>
        {
            runs.Enqueue(input);
            return Task.FromResult(input);
        });
        tasks(registry);
    });

    private static CancellationToken Soon() => new CancellationTokenSource(Patience.Limit).Token;
}
