using System.Collections.Concurrent;
using MlOps.Durable.Local;

namespace MlOps.Durable.Tests.Local;

/// <summary>Suspend, resume, terminate, rewind, purge and retention.</summary>
public sealed class SteeringTests : IAsyncDisposable
{
    private readonly LocalHost host = new();
    private readonly ConcurrentQueue<string> runs = new();
    private volatile bool broken = true;

    public ValueTask DisposeAsync() => host.DisposeAsync();

    [Fact]
    public async Task A_suspended_instance_takes_nothing_in_until_it_is_resumed()
    {
        var client = (await host.StartAsync(Registry())).Client;
        await client.ScheduleNewOrchestrationInstanceAsync("Waits", null, new StartOrchestrationOptions("i"));
        await client.SuspendInstanceAsync("i", "hold on");
        await client.RaiseEventAsync("i", "go", "now");
        await client.SuspendInstanceAsync("i", "twice");
        Assert.Equal(OrchestrationRuntimeStatus.Suspended, (await client.GetInstanceAsync("i"))!.RuntimeStatus);

        await client.ResumeInstanceAsync("i", "go on");
        Assert.Equal("now", (await client.WaitForInstanceCompletionAsync("i", true, Soon())).ReadOutputAs<string>());
    }

    [Fact]
    public async Task A_suspension_survives_a_crash()
    {
        var dying = await host.StartAsync(Registry());
        await dying.Client.ScheduleNewOrchestrationInstanceAsync("Waits", null, new StartOrchestrationOptions("i"));
        await dying.Client.SuspendInstanceAsync("i");
        await dying.Client.RaiseEventAsync("i", "go", "kept");
        await dying.AbandonAsync();

        var client = (await host.StartAsync(Registry())).Client;
        await host.ClientElsewhere().ResumeInstanceAsync("i");
        Assert.Equal("kept", (await client.WaitForInstanceCompletionAsync("i", true, Soon())).ReadOutputAs<string>());
    }

    [Fact]
    public async Task A_terminated_instance_ends_at_once_and_takes_its_children_along_if_asked()
    {
        var client = (await host.StartAsync(Registry())).Client;
        foreach (var id in new[] { "alone", "with" })
        {
            await client.ScheduleNewOrchestrationInstanceAsync("Parent", $"{id}-child", new StartOrchestrationOptions(id));
            while (await client.GetInstanceAsync($"{id}-child") is not { RuntimeStatus: OrchestrationRuntimeStatus.Running })
            {
                await Task.Delay(5);
            }
        }

        await client.TerminateInstanceAsync("alone", "enough");
        await client.TerminateInstanceAsync("with", new TerminateInstanceOptions("all of it", Recursive: true));

        var end = await client.WaitForInstanceCompletionAsync("alone", true, Soon());
        Assert.Equal((OrchestrationRuntimeStatus.Terminated, "enough"), (end.RuntimeStatus, end.ReadOutputAs<string>()));
        Assert.Equal(OrchestrationRuntimeStatus.Terminated, (await client.WaitForInstanceCompletionAsync("with-child", true, Soon())).RuntimeStatus);
        Assert.Equal(OrchestrationRuntimeStatus.Running, (await client.GetInstanceAsync("alone-child"))!.RuntimeStatus);
    }

    [Theory]
    [InlineData("Plain")]
    [InlineData("Retried")]
    [InlineData("Nested")]
    public async Task A_rewound_instance_goes_on_from_its_failure_and_repeats_nothing_that_was_done(string orchestrator)
    {
        var client = (await host.StartAsync(Registry())).Client;
        await client.ScheduleNewOrchestrationInstanceAsync(orchestrator, null, new StartOrchestrationOptions("i"));
        Assert.Equal(OrchestrationRuntimeStatus.Failed, (await client.WaitForInstanceCompletionAsync("i", true, Soon())).RuntimeStatus);
        broken = false;

        await client.RewindInstanceAsync("i", "mended");
        var end = await client.WaitForInstanceCompletionAsync("i", true, Soon());

        Assert.True(end.RuntimeStatus == OrchestrationRuntimeStatus.Completed, $"{end.FailureDetails}");
        Assert.Equal("abc", end.ReadOutputAs<string>());
        Assert.Equal(["a", "b", "c"], runs);
    }

    [Fact]
    public async Task A_rewind_can_be_asked_for_from_another_process()
    {
        var client = (await host.StartAsync(Registry())).Client;
        await client.ScheduleNewOrchestrationInstanceAsync("Plain", null, new StartOrchestrationOptions("i"));
        await client.WaitForInstanceCompletionAsync("i", true, Soon());
        broken = false;

        await host.ClientElsewhere().RewindInstanceAsync("i", "mended");
        while ((await client.WaitForInstanceCompletionAsync("i", true, Soon())).RuntimeStatus == OrchestrationRuntimeStatus.Failed)
        {
            await Task.Delay(10);
        }

        Assert.Equal(["a", "b", "c"], runs);
    }

    [Fact]
    public async Task What_did_not_fail_by_a_task_is_not_rewound()
    {
        var client = (await host.StartAsync(Registry())).Client;
        await client.ScheduleNewOrchestrationInstanceAsync("Throws", null, new StartOrchestrationOptions("i"));
        await client.WaitForInstanceCompletionAsync("i", true, Soon());

        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => client.RewindInstanceAsync("i", "why not"));
        Assert.Contains("cannot be rewound", error.Message, StringComparison.Ordinal);
        await client.ScheduleNewOrchestrationInstanceAsync("Waits", null, new StartOrchestrationOptions("w"));
        await Assert.ThrowsAsync<InvalidOperationException>(() => client.RewindInstanceAsync("w", "running"));
    }

    [Fact]
    public async Task Only_what_is_over_is_purged()
    {
        var client = (await host.StartAsync(Registry())).Client;
        broken = false;
        await client.ScheduleNewOrchestrationInstanceAsync("Waits", null, new StartOrchestrationOptions("open"));
        foreach (var id in new[] { "one", "two", "three" })
        {
            await client.ScheduleNewOrchestrationInstanceAsync(id == "three" ? "Throws" : "Plain", null, new StartOrchestrationOptions(id));
            await UntilLabelledAsync(client, id);
        }

        await Assert.ThrowsAsync<InvalidOperationException>(() => client.PurgeInstanceAsync("open"));
        Assert.Equal(0, (await client.PurgeInstanceAsync("missing")).PurgedInstanceCount);
        Assert.Equal(1, (await client.PurgeInstanceAsync("one")).PurgedInstanceCount);
        Assert.Equal(1, (await client.PurgeAllInstancesAsync(new PurgeInstancesFilter(Statuses: [OrchestrationRuntimeStatus.Failed]))).PurgedInstanceCount);
        Assert.Equal(["open", "two"], await NamesAsync(client));
    }

    [Fact]
    public async Task What_is_over_for_longer_than_the_retention_is_deleted()
    {
        broken = false;
        var client = (await host.StartAsync(Registry(), LocalHost.Quick with { Retention = TimeSpan.FromMilliseconds(200) })).Client;
        await client.ScheduleNewOrchestrationInstanceAsync("Waits", null, new StartOrchestrationOptions("open"));
        await client.ScheduleNewOrchestrationInstanceAsync("Plain", null, new StartOrchestrationOptions("old"));
        while ((await NamesAsync(client)).Contains("old"))
        {
            await Task.Delay(20);
        }

        Assert.Equal(["open"], await NamesAsync(client));
    }

    private static async Task<List<string>> NamesAsync(DurableTaskClient client)
    {
        var names = new List<string>();
        await foreach (var instance in client.GetAllInstancesAsync())
        {
            names.Add(instance.InstanceId);
        }

        return names;
    }

    private async Task UntilLabelledAsync(DurableTaskClient client, string id)
    {
        await client.WaitForInstanceCompletionAsync(id, false, Soon());
        while ((await host.Store.ReadLabelAsync(id, default))!.EndedAs is null)
        {
            await Task.Delay(5);
        }
    }

    private DurableTaskRegistry Registry() => new DurableTaskRegistry()
        .AddActivityFunc<string, string>("Step", (_, input) =>
        {
            if (broken && input == "b")
            {
                throw new InvalidOperationException("b is broken");
            }

            runs.Enqueue(input);
            return Task.FromResult(input);
        })
        .AddOrchestratorFunc<string, string>("Waits", (context, _) => context.WaitForExternalEvent<string>("go"))
        .AddOrchestratorFunc<string, string>("Throws", (_, _) => throw new InvalidOperationException("by itself"))
        .AddOrchestratorFunc<string, string>("Parent", (context, child) => context.CallSubOrchestratorAsync<string>("Waits", new SubOrchestrationOptions(instanceId: child)))
        .AddOrchestratorFunc<string, string>("Plain", (context, _) => StepsAsync(context, null))
        .AddOrchestratorFunc<string, string>("Retried", (context, _) => StepsAsync(context, TaskOptions.FromRetryPolicy(new RetryPolicy(3, TimeSpan.FromMilliseconds(5), 2))))
        .AddOrchestratorFunc<string, string>("Nested", (context, _) => context.CallSubOrchestratorAsync<string>("Retried", new SubOrchestrationOptions(instanceId: "inner")));

    private static async Task<string> StepsAsync(TaskOrchestrationContext context, TaskOptions? options) =>
        await context.CallActivityAsync<string>("Step", "a", options)
        + await context.CallActivityAsync<string>("Step", "b", options)
        + await context.CallActivityAsync<string>("Step", "c", options);

    private static CancellationToken Soon() => new CancellationTokenSource(TimeSpan.FromSeconds(30)).Token;
}
